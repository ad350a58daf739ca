//! The log has a line for each response, in order, and the host is told of each.

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
    check_reports(world, responses.values().flatten().copied().collect());
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

/// Checks that each response that was logged was reported to the host once, with the same bytes.
fn check_reports(world: &mut World, logged: Vec<(u16, usize)>) {
    if logged.is_empty() {
        // It may be quiet.
        return;
    }
    let class = |status: u16| u8::try_from((status / 100).saturating_sub(1)).unwrap_or(u8::MAX);
    let logged = logged.into_iter();
    let mut logged: Vec<_> = logged
        .map(|(status, bytes)| (class(status), bytes as u64))
        .collect();
    let mut reported = std::mem::take(&mut world.reports);
    logged.sort_unstable();
    reported.sort_unstable();
    if logged != reported {
        world.break_("reports", || {
            format!("the log has {logged:?}, the host was told {reported:?}")
        });
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
