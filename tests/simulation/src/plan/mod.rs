//! Everything that happens in a world, drawn from one seed before it begins. A plan is a
//! value that can be printed, run again, and made smaller.

mod changes;
mod clients;
mod files;
mod heavy;
pub mod request;
pub mod settings;
pub mod shrink;

pub use changes::{Change, What};
pub use clients::{ClientPlan, Ending, ReadRate, Step};
pub use files::Content;
pub use settings::Settings;

use crate::random::{Random, mix};
use crate::world::disk::{Disk, Node};
use crate::world::{MILLISECOND, SECOND};

/// A whole schedule.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Seed from which everything else is drawn.
    pub seed: u64,
    /// Main subject of the schedule.
    pub kind: Kind,
    pub(crate) settings: Settings,
    pub(crate) files: Vec<(String, Content)>,
    pub(crate) changes: Vec<Change>,
    pub(crate) clients: Vec<ClientPlan>,
    /// Nanoseconds after which no more connections are accepted.
    pub(crate) drain: u64,
    /// Whether every connection must have ended by then.
    pub(crate) patient: bool,
}

/// Main subject of a schedule. Each kind has ordinary clients too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A little of everything.
    Usual,
    /// Many ranges, chosen so that buffers are left a few bytes short of full.
    Ranges,
    /// Heads of every length up to and beyond the limit, with content.
    Heads,
    /// Small requests by the hundred without waiting for responses.
    Pipelines,
    /// A directory of very many entries that may be hidden.
    Crowd,
    /// Very many names, each requested once, and long fields of the operator.
    Names,
    /// Many clients that read slowly or not at all.
    Readers,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Usual,
        Self::Ranges,
        Self::Heads,
        Self::Pipelines,
        Self::Crowd,
        Self::Names,
        Self::Readers,
    ];
}

/// Frequency of each kind, relative to the others.
const KINDS: [(Kind, u64); 7] = [
    (Kind::Usual, 2_000),
    (Kind::Heads, 100),
    (Kind::Ranges, 40),
    (Kind::Pipelines, 16),
    (Kind::Crowd, 16),
    (Kind::Names, 6),
    (Kind::Readers, 16),
];

/// Longer than every deadline of the component: the send rate of a peer is measured over
/// two minutes.
pub const IDLE: u64 = 200 * SECOND;

impl Plan {
    /// Draws the schedule of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(mix(seed ^ 0x706f_7274_686f_6c65));
        let mut choice = random.within(0..KINDS.iter().map(|(_, often)| often).sum());
        let mut kind = Kind::Usual;
        for (this, often) in KINDS {
            if choice < often {
                kind = this;
                break;
            }
            choice -= often;
        }
        Self::of(kind, seed, random)
    }

    fn of(kind: Kind, seed: u64, mut random: Random) -> Self {
        let settings = Settings::new(kind, &mut random.part());
        let files = files::draw(kind, &mut random.part());
        let changes = changes::draw(kind, &settings, &files, &mut random.part());
        let clients = clients::draw(kind, &settings, &files, &mut random.part());
        let last = clients.iter().map(ClientPlan::duration).max();
        let patient = random.once_in(6);
        let after = match patient {
            true => IDLE,
            false => random.within(0..2_000) * MILLISECOND,
        };
        Self {
            seed,
            kind,
            settings,
            files,
            changes,
            clients,
            drain: last.unwrap_or(0) + after,
            patient,
        }
    }

    /// Returns the disk at the beginning of the world.
    pub fn disk(&self) -> Disk {
        let mut disk = Disk::new(self.settings.granularity);
        disk.delay = self.settings.delay;
        for (path, content) in &self.files {
            for (at, _) in path.match_indices('/') {
                let folder = path[..at].to_owned();
                disk.nodes.entry(folder).or_insert(Node::Folder);
            }
            content.put(&mut disk, path, 0);
        }
        disk.remember_all(0);
        disk
    }
}
