//! Closed folders stay closed to who has no password.

use super::Wrong;
use crate::clients::Asked;
use crate::clients::response::Response;
use crate::plan::Plan;
use crate::plan::request::{Password, Request};
use crate::plan::settings::CLOSED;
use crate::world::World;
use crate::world::faults::Status;

/// Checks that a response is not for a file of the closed folder, unless it was asked for with
/// the password.
pub fn check(
    plan: &Plan,
    world: &World,
    asked: &Asked,
    response: &Response,
    path: &str,
) -> Result<(), Wrong> {
    let may_see = !plan.settings.guarded || asked.request.password == Password::Right;
    // A link may have led elsewhere a moment ago.
    if may_see || !plan.changes.is_empty() || !matches!(response.status, 200 | 206 | 304) {
        return Ok(());
    }
    let real = world.disk.find(path).map_or(path, |(real, _)| real);
    match is_closed(path) || is_closed(real) {
        true => Err(("closed", format!("{real} is for who has the password"))),
        false => Ok(()),
    }
}

/// Returns the statuses that are right beside the usual ones, and whether they alone are.
pub fn statuses(plan: &Plan, world: &World, request: &Request) -> (&'static [Status], bool) {
    let path = request.path.trim_matches('/');
    let leads_there = |path: &str| {
        world
            .disk
            .find(path)
            .is_some_and(|(real, _)| is_closed(real))
    };
    let index = format!("{path}/index.html");
    let stand_ins = [&*index, "index.html", "404.html"];
    match request.password {
        _ if !plan.settings.guarded => (&[], false),
        // A client that shares the address may have been wrong too often.
        Password::Right => (&[429, 503], false),
        Password::Wrong => (&[401, 429, 503], true),
        Password::None if is_closed(path) => (&[401], true),
        Password::None if leads_there(path) && plan.changes.is_empty() => {
            (&[401, 403, 500, 503], true)
        }
        // What stands for it may be closed: an index, a page for what is missing.
        Password::None if stand_ins.into_iter().any(leads_there) => (&[401, 404, 200], false),
        Password::None => (&[401], false),
    }
}

fn is_closed(path: &str) -> bool {
    let below = path.strip_prefix(CLOSED);
    below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
}
