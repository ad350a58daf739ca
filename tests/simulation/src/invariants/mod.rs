//! The invariants that hold in every world.

mod closed;
mod date;
mod expected;
mod log;
mod multipart;

use std::collections::BTreeMap;

use crate::clients::Asked;
use crate::clients::response::Response;
use crate::plan::request::{Field, Tag, Validators};
use crate::plan::{Change, Content, IDLE, Plan, Step, What};
use crate::world::content::matching;
use crate::world::network::Link;
use crate::world::{SECOND, World};

pub use log::check as check_log;

/// The name of the broken invariant, and the reason.
pub type Wrong = (&'static str, String);

/// Checks responses against the state of the world when they were made.
pub struct Checker {
    pub plan: Plan,
    /// The version whose content was seen under each strong tag.
    tags: BTreeMap<(String, String), u64>,
    /// Nanoseconds by which the component's data may be outdated.
    stale: u64,
}

/// Number of requests from which the component checks each path only once a second.
const MANY: usize = 200;

/// Longest time for which data may be outdated: the promised second, and a margin.
const STALE: u64 = SECOND + SECOND / 5;

impl Checker {
    pub fn new(plan: &Plan) -> Self {
        let requests = plan.clients.iter().flat_map(|client| &client.steps);
        let requests = requests.map(|step| match step {
            Step::Send { requests, .. } => requests.len(),
            _ => 0,
        });
        Self {
            stale: if requests.sum::<usize>() > MANY {
                STALE
            } else {
                0
            },
            plan: plan.clone(),
            tags: BTreeMap::new(),
        }
    }

    /// Whether a connection may be closed without a response.
    pub fn may_close(&self, world: &World) -> bool {
        let settings = &self.plan.settings;
        world.network.ended || settings.connections.is_some() || settings.throttle.is_some()
    }

    /// Whether the server may send a response before a request, to reject a client.
    pub fn may_say_unasked(&self) -> bool {
        self.plan.settings.connections.is_some()
    }

    /// Whether a response may end early, because a file is faulty or changes.
    pub fn may_cut(&self) -> bool {
        let is_faulty = |(_, content): &(String, Content)| matches!(content, Content::Faulty(_));
        !self.plan.changes.is_empty() || self.plan.files.iter().any(is_faulty)
    }

    /// Checks one response. Returns what the client now knows of the path.
    pub fn check(
        &mut self,
        world: &World,
        asked: &Asked,
        response: &Response,
    ) -> Result<Option<Validators>, Wrong> {
        date::check(&self.plan, world, asked, response)?;
        let source = expected::check(&self.plan, world, asked, response, self.stale)?;
        if let Some(path) = &source {
            closed::check(&self.plan, world, asked, response, path)?;
        }
        let Some(path) = source.filter(|_| matches!(response.status, 200 | 206 | 304)) else {
            return Ok(None);
        };
        let tag = response.field("etag").map(str::to_owned);
        if response.status == 304 {
            self.check_unmodified(world, asked)?;
            return Ok(None);
        }
        if asked.request.method == "HEAD" {
            return Ok(None);
        }
        let version = self.version(world, asked, response, &path)?;
        if let Some(version) = version {
            self.check_tag(world, &path, tag.as_deref(), version)?;
        }
        Ok(Some(Validators {
            tag,
            date: response.field("last-modified").map(str::to_owned),
            file: path,
            version: version.unwrap_or_default(),
        }))
    }

    /// Returns the version of the content, or `None` where it can't be determined.
    fn version(
        &self,
        world: &World,
        asked: &Asked,
        response: &Response,
        path: &str,
    ) -> Result<Option<u64>, Wrong> {
        let parts = multipart::parts(response).map_err(|reason| ("response", reason))?;
        let all: usize = parts.iter().map(|part| part.bytes.len()).sum();
        if all < 8 {
            return Ok(None);
        }
        let from = asked.at.saturating_sub(self.stale);
        let pasts = world.disk.history.between(path, from, world.now);
        let candidates: Vec<(u64, u64)> = pasts.filter_map(|past| past.file).collect();
        let is = |version: u64, size: u64| {
            parts.iter().all(|part| {
                part.size == size && matching(version, part.first, part.bytes) == part.bytes.len()
            })
        };
        if let Some((version, _)) = candidates
            .iter()
            .rfind(|(version, size)| is(*version, *size))
        {
            return Ok(Some(*version));
        }
        // Reading a file while it is written may give a part of both versions. A change takes
        // effect a little later than planned.
        let written = self.plan.changes.iter().any(|change| {
            let is_later = change.at >= from || candidates.len() > 1;
            matches!(change.what, What::Write { .. }) && is_later
        });
        if written {
            return Ok(None);
        }
        let first = parts
            .first()
            .map(|part| (part.first, part.bytes.len(), part.size));
        Err((
            "content",
            format!("bytes of no version {candidates:?} of {path:?}; the first part is {first:?}"),
        ))
    }

    /// Checks that two contents never have the same strong tag.
    fn check_tag(
        &mut self,
        world: &World,
        path: &str,
        tag: Option<&str>,
        version: u64,
    ) -> Result<(), Wrong> {
        let Some(tag) = tag else {
            return Err(("response", "a file without a tag".to_owned()));
        };
        if tag.starts_with("W/") || world.disk.history.is_forged(path) {
            return Ok(());
        }
        let before = *self
            .tags
            .entry((path.to_owned(), tag.to_owned()))
            .or_insert(version);
        match before == version {
            true => Ok(()),
            false => Err((
                "tag",
                format!("versions {before} and {version} of {path:?} are both {tag}"),
            )),
        }
    }

    /// Checks that a client gets a 304 only if its copy is current.
    fn check_unmodified(&self, world: &World, asked: &Asked) -> Result<(), Wrong> {
        let by_tag = asked
            .request
            .fields
            .iter()
            .any(|field| matches!(field, Field::IfNoneMatch(Tag::Known)));
        let Some(told) = asked
            .told
            .as_ref()
            .filter(|told| by_tag && told.version > 0)
        else {
            return Ok(());
        };
        let path = &told.file;
        let weak = told.tag.as_ref().is_none_or(|tag| tag.starts_with("W/"));
        if weak || world.disk.history.is_forged(path) {
            return Ok(());
        }
        let from = asked.at.saturating_sub(self.stale);
        let mut pasts = world.disk.history.between(path, from, world.now);
        match pasts.any(|past| {
            past.file
                .is_some_and(|(version, _)| version == told.version)
        }) {
            true => Ok(()),
            false => Err((
                "unmodified",
                format!("version {} of {path:?} is no more", told.version),
            )),
        }
    }
}

/// Instructions for each open connection that may pass before a waiting client receives
/// something.
const WAIT_INSTRUCTIONS: u64 = 4_000_000;

/// Nanoseconds after which the connection of a client that has gone must be released.
const RESET: u64 = 3 * SECOND;

/// Checks that no client with a request waits for long while others are served, and that
/// a client that has gone occupies no place.
pub fn check_waits(plan: &Plan, world: &mut World) {
    if is_slow(plan) {
        return;
    }
    let (now, total) = (world.now, world.meter.total);
    let is_late = |at: u64| now > at + RESET;
    let links = &world.network.links;
    if let Some(link) = links
        .iter()
        .find(|link| link.held > 0 && link.reset_at.is_some_and(is_late))
    {
        let client = link.client;
        world.break_("deadline", || {
            format!("client {client} is gone, its connection is held")
        });
    }
    if plan.settings.throttle.is_some() {
        return;
    }
    let bound = (world.network.open() as u64 + 4) * WAIT_INSTRUCTIONS;
    let waits = |link: &&Link| {
        let takes = !link.reset && link.outbound.len() < link.capacity;
        let ready = link.held > 0 && takes && !link.inbound.is_empty();
        ready && link.waits_since.is_some_and(|since| total - since > bound)
    };
    if let Some(link) = world.network.links.iter().find(waits) {
        let (client, waited) = (link.client, total - link.waits_since.unwrap_or(total));
        world.break_("wait", || {
            format!("client {client} waits for {waited} instructions, {bound} are allowed")
        });
    }
}

/// Whether the disk is slow for all clients.
fn is_slow(plan: &Plan) -> bool {
    let is_faulty = |content: &Content| matches!(content, Content::Faulty(_));
    let becomes =
        |change: &Change| matches!(&change.what, What::Put(content) if is_faulty(content));
    plan.settings.delay > 0
        || plan.files.iter().any(|(_, content)| is_faulty(content))
        || plan.changes.iter().any(becomes)
}

/// Checks that no connection and no file is open after a long time in which no client has
/// sent or read anything.
pub fn check_quiet(world: &mut World) {
    let long_ago = world.now.saturating_sub(IDLE - SECOND);
    let links = || world.network.links.iter().filter(|link| !link.reset);
    let left = links().filter(|link| link.held > 0 && link.moved_at <= long_ago);
    let left = left.count();
    let is_quiet = links().all(|link| link.moved_at <= long_ago);
    let (held, files) = (world.network.open(), world.disk.open);
    if left > 0 {
        world.break_("deadline", || format!("{left} connections are open"));
    } else if is_quiet && held == 0 && files > 1 {
        world.break_("handles", || format!("{} files are open", files - 1));
    }
}

/// Checks that no connection is left after the end.
pub fn check_end(world: &mut World, sockets: usize) {
    let open = world.network.open();
    if sockets > 0 || open > 0 {
        world.break_("handles", || {
            format!("{sockets} sockets, {open} connections are left")
        });
    }
}
