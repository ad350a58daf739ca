//! The log has a line for each response, in order.

use std::collections::BTreeMap;

use crate::clients::Client;
use crate::plan::Plan;
use crate::world::World;

/// Checks the log at the end.
pub fn check(plan: &Plan, world: &mut World, clients: &[Client]) {
    let log = String::from_utf8_lossy(&world.log).replace(" - alice [", " - - [");
    if log.contains("lines dropped") {
        return;
    }
    let mut responses: BTreeMap<&str, Vec<(u16, usize)>> = BTreeMap::new();
    for line in log.lines() {
        // `10.0.0.1 - - [time] "request line" status bytes …`
        let Some((peer, rest)) = line.split_once(" - - [") else {
            continue;
        };
        match response(rest) {
            Some(response) => responses.entry(peer).or_default().push(response),
            None => world.break_("log", || format!("a line: {line:?}")),
        }
    }
    if plan.settings.rate.is_some() || plan.settings.throttle.is_some() {
        // Several clients share an address.
        return;
    }
    for client in clients {
        let peer = format!("10.0.0.{}", client.plan.address as u8);
        let logged = responses.get(peer.as_str()).map_or(&[][..], Vec::as_slice);
        if !client.responses.iter().zip(logged).all(same) || logged.len() < client.responses.len() {
            let answered = &client.responses;
            world.break_("log", || {
                format!("{peer} was answered {answered:?}, the log has {logged:?}")
            });
        }
    }
}

/// Parses the status and the length of the line after the peer:
/// `time] "request line" 200 12 …`
fn response(rest: &str) -> Option<(u16, usize)> {
    let mut figures = rest.splitn(3, '"').nth(2)?.split_whitespace();
    Some((figures.next()?.parse().ok()?, figures.next()?.parse().ok()?))
}

/// A client that is rejected before its request was read gets content for any method.
fn same((read, logged): (&(u16, usize), &(u16, usize))) -> bool {
    read.0 == logged.0 && (read.1 == logged.1 || read.0 == 503)
}
