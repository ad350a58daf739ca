//! The statuses that are right, from everything that a path led to during the request.

use std::collections::BTreeSet;

use super::{Wrong, closed};
use crate::clients::Asked;
use crate::clients::response::Response;
use crate::plan::request::{Content, Field, HEAD_BYTES, MALFORMED, Request};
use crate::plan::{Change, Plan, What};
use crate::world::disk::{Kind, Node};
use crate::world::faults::Status;
use crate::world::history::Past;
use crate::world::{SECOND, World};

/// File or directory that a target names.
struct Target<'a> {
    path: &'a str,
    folder: bool,
}

/// Checks the status. Returns the path of the file that the response is for, if there is
/// one.
pub fn check(
    plan: &Plan,
    world: &World,
    asked: &Asked,
    response: &Response,
    stale: u64,
) -> Result<Option<String>, Wrong> {
    let request = &asked.request;
    let status = response.status;
    let (beside, alone) = closed::statuses(plan, world, request);
    let said = match refused(plan, world, asked) {
        Some(statuses) if statuses.contains(&status) => return Ok(None),
        Some(statuses) if may_refuse_only(asked) => statuses,
        _ if is_served_from_disk(asked) && beside.contains(&status) => return Ok(None),
        _ if is_served_from_disk(asked) && alone => beside.iter().copied().collect(),
        _ => {
            let window = (asked.at.saturating_sub(stale), world.now);
            let right = Right::new(plan, world, request, window);
            if right.statuses.contains(&status) {
                if right.lists
                    && status == 200
                    && response.field("content-security-policy").is_some()
                {
                    if beside.is_empty() {
                        rows(plan, world, request, response)?;
                    }
                    return Ok(None);
                }
                return Ok(source(&right, response));
            }
            right.statuses
        }
    };
    Err(("status", format!("{said:?} would be right")))
}

/// Whether only a refusal is right.
fn may_refuse_only(asked: &Asked) -> bool {
    let long = asked.request.head.is_some_and(|length| length > HEAD_BYTES);
    asked.request.malformed.is_some() || long || !is_served(asked.request.method)
}

fn is_served_from_disk(asked: &Asked) -> bool {
    !may_refuse_only(asked) && asked.request.method != "OPTIONS"
}

fn is_served(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// Returns the statuses that do not depend on the target.
fn refused(plan: &Plan, world: &World, asked: &Asked) -> Option<BTreeSet<Status>> {
    let request = &asked.request;
    let mut statuses = BTreeSet::new();
    if let Some(number) = request.malformed {
        statuses.extend(MALFORMED[number].1);
    }
    if asked.begun {
        statuses.extend([400, 408, 413, 414, 431, 501, 505]);
    }
    if plan.settings.rate.is_some() {
        statuses.insert(429);
    }
    if plan.settings.connections.is_some() || world.network.ended {
        statuses.insert(503);
    }
    if world.now - asked.at > 9 * SECOND {
        statuses.insert(408);
    }
    if request.head.is_some_and(|length| length + 2 > HEAD_BYTES) {
        statuses.insert(431);
    }
    if request.http10 && request.content != Content::None {
        statuses.insert(400);
    }
    match request.method {
        "OPTIONS" => drop(statuses.insert(204)),
        method if !is_served(method) => statuses.extend([405, 501]),
        _ => {}
    }
    (!statuses.is_empty()).then_some(statuses)
}

/// The responses that are right.
struct Right {
    statuses: BTreeSet<Status>,
    /// Files that the response may be for.
    sources: Vec<String>,
    lists: bool,
}

impl Right {
    fn new(plan: &Plan, world: &World, request: &Request, window: (u64, u64)) -> Self {
        let mut right = Self {
            statuses: BTreeSet::new(),
            sources: Vec::new(),
            lists: false,
        };
        let target = Target {
            path: request.path.trim_end_matches('/'),
            folder: request.path.is_empty() || request.path.ends_with('/'),
        };
        let hidden = is_hidden(target.path);
        let at = |path: &str| world.disk.history.between(path, window.0, window.1);
        let pasts: Vec<&Past> = at(target.path).collect();
        if hidden && !plan.settings.hidden {
            right.missing(plan, &at);
            right.failing(&at, "");
        } else if pasts.is_empty() && is_of_a_crowd(world, target.path) {
            right.statuses.insert(200);
        } else if pasts.is_empty() {
            right.missing(plan, &at);
            right.failing(&at, "");
        } else {
            pasts
                .iter()
                .for_each(|past| right.add(plan, &target, past, &at));
        }
        if right.lists {
            // An entry that can't be examined could make the listing incomplete, so the
            // listing may fail.
            if world.disk.removed {
                // Its entries are no longer known.
                right.statuses.insert(500);
            }
            for name in world.disk.names(target.path) {
                let path = join(target.path, &name);
                right.failing(&at, &path);
                // Of a link that the disk says nothing about in time, not even the kind is
                // known.
                let fault = world.disk.faults.get(&path);
                if fault.is_some_and(|fault| fault.delay >= LATE) {
                    right.statuses.insert(503);
                }
            }
        }
        if request
            .fields
            .iter()
            .any(|field| matches!(field, Field::Encodings))
        {
            for coded in [".gz", ".br"].map(|end| format!("{}{end}", target.path)) {
                right.failing(&at, &coded);
            }
        }
        // A file may be cut while it is read.
        let within = |at: u64| (window.0..=window.1).contains(&at);
        let written = |change: &Change| matches!(change.what, What::Write { .. });
        let mut changes = plan.changes.iter();
        if changes.any(|change| written(change) && within(change.at)) {
            right.statuses.insert(500);
        }
        right.conditions(request);
        right
    }

    fn add<'w, I: Iterator<Item = &'w Past>>(
        &mut self,
        plan: &Plan,
        target: &Target<'_>,
        past: &Past,
        at: &impl Fn(&str) -> I,
    ) {
        match (past.file, target.folder) {
            (Some(_), false) => {
                self.statuses.extend(&past.statuses);
                self.sources.push(target.path.to_owned());
                if past.statuses.contains(&404) {
                    self.missing(plan, at);
                }
            }
            (Some(_), true) => self.missing(plan, at),
            (None, folder) if past.is_folder => {
                self.statuses
                    .extend(past.statuses.iter().filter(|status| **status != 200));
                match folder {
                    true => self.folder(plan, target.path, past, at),
                    false => drop(self.statuses.insert(301)),
                }
            }
            (None, _) => {
                self.statuses
                    .extend(past.statuses.iter().filter(|status| **status != 404));
                if past.statuses.contains(&404) {
                    self.missing(plan, at);
                }
            }
        }
    }

    /// Adds the statuses of the directory's index, or of its listing.
    fn folder<'w, I: Iterator<Item = &'w Past>>(
        &mut self,
        plan: &Plan,
        path: &str,
        past: &Past,
        at: &impl Fn(&str) -> I,
    ) {
        let index = join(path, "index.html");
        // An index that is removed while it is opened may give what a missing file gives, or
        // the listing.
        if at(&index).count() > 1 {
            self.missing(plan, at);
        }
        let is_steady = at(&index).count() == 1;
        let certain = is_steady && at(&index).all(|past| past.statuses == [200]);
        for index_past in at(&index) {
            // When the index is found but can't be opened, the response may report that
            // error.
            if index_past.file.is_some() && index_past.statuses.contains(&404) {
                self.missing(plan, at);
            }
            let told = |status: &&Status| **status != 404;
            self.statuses
                .extend(index_past.statuses.iter().filter(told));
        }
        self.sources.push(index);
        if past.statuses.contains(&200) {
            self.lists = !certain;
            self.statuses.insert(200);
        }
    }

    fn missing<'w, I: Iterator<Item = &'w Past>>(&mut self, plan: &Plan, at: &impl Fn(&str) -> I) {
        self.statuses.insert(404);
        self.failing(at, "404.html");
        if plan.settings.spa {
            for past in at("index.html") {
                self.statuses.extend(&past.statuses);
            }
            self.sources.push("index.html".to_owned());
        }
    }

    /// Adds the failures (500, 503) of another path on which the response depends.
    fn failing<'w, I: Iterator<Item = &'w Past>>(&mut self, at: &impl Fn(&str) -> I, path: &str) {
        let ours = |status: &&Status| matches!(**status, 500 | 503);
        for past in at(path) {
            self.statuses.extend(past.statuses.iter().filter(ours));
        }
    }

    /// Adds the statuses that conditions and ranges make of a 200.
    fn conditions(&mut self, request: &Request) {
        if !self.statuses.contains(&200) {
            return;
        }
        for field in &request.fields {
            match field {
                Field::IfNoneMatch(_) | Field::IfModifiedSince => drop(self.statuses.insert(304)),
                Field::IfMatch(_) | Field::IfUnmodifiedSince => drop(self.statuses.insert(412)),
                Field::Range(_) if request.method == "GET" => self.statuses.extend([206, 416]),
                _ => {}
            }
        }
    }
}

/// Whether a path has a hidden name: one that begins with a dot. Names that begin with
/// three dots and well-known URIs (RFC 8615) are not hidden.
fn is_hidden(path: &str) -> bool {
    let path = path.strip_prefix(".well-known").unwrap_or(path);
    let mut names = path.split('/');
    names.any(|name| name.starts_with('.') && !name.starts_with("..."))
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn is_of_a_crowd(world: &World, path: &str) -> bool {
    let folder = path.rsplit_once('/').map(|(folder, _)| folder);
    let node = folder.and_then(|folder| world.disk.nodes.get(folder));
    matches!(node, Some(Node::Crowd(_))) && world.disk.stat(path).is_ok()
}

/// Returns the file whose content the response has, or `None` where several are possible.
fn source(right: &Right, response: &Response) -> Option<String> {
    let [source] = &right.sources[..] else {
        let first = right.sources.first()?;
        let same = right.sources.iter().all(|source| source == first);
        return same.then(|| coded(first, response));
    };
    Some(coded(source, response))
}

fn coded(path: &str, response: &Response) -> String {
    match response.field("content-encoding") {
        Some("gzip") => format!("{path}.gz"),
        Some("br") => format!("{path}.br"),
        _ => path.to_owned(),
    }
}

/// Time after which a listing goes on without an entry, at the least: the component's
/// `LATE_ENTRY_SECONDS`, less the step of its clock.
const LATE: u64 = 1_000_000_000;

/// Checks that a listing has every served entry once.
fn rows(plan: &Plan, world: &World, request: &Request, response: &Response) -> Result<(), Wrong> {
    if !plan.changes.is_empty() || request.method == "HEAD" {
        return Ok(());
    }
    let folder = request.path.trim_end_matches('/');
    let is_shown = |name: &String| {
        let path = join(folder, name);
        let stat = world.disk.stat(&path);
        (plan.settings.hidden || !is_hidden(&path))
            && stat.is_ok_and(|stat| matches!(stat.kind, Kind::File | Kind::Folder))
    };
    let shown = world
        .disk
        .names(folder)
        .iter()
        .filter(|name| is_shown(name))
        .count();
    let page = String::from_utf8_lossy(&response.content);
    let up = usize::from(!folder.is_empty());
    let rows = page.matches("<a href=").count();
    match rows == shown + up {
        true => Ok(()),
        false => Err((
            "listing",
            format!("{rows} rows for {shown} entries and {up} above"),
        )),
    }
}
