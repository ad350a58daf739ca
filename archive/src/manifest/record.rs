//! An entry as it is kept.

use h1::syntax::date::Timestamp;

use crate::entry::{Entry, Kind};
use crate::names::{Name, Names};

/// An entry as it is kept.
#[derive(Debug)]
pub(super) struct Record {
    /// The offset of its header in the archive.
    pub start: u64,
    /// Its size, if it is a file.
    size: u64,
    seconds: i64,
    nanoseconds: u32,
    parent: u32,
    name: Name,
    is_directory: bool,
    has_time: bool,
}

// What `limits::ENTRIES` says.
const _: () = assert!(size_of::<Record>() == 40);

impl Record {
    pub fn new(
        start: u64,
        name: Name,
        kind: Kind,
        modified: Option<Timestamp>,
        parent: u32,
    ) -> Self {
        let time = modified.map(|time| (time.seconds, time.nanoseconds));
        let (seconds, nanoseconds) = time.unwrap_or_default();
        Self {
            start,
            size: match kind {
                Kind::File(size) => size,
                Kind::Directory => 0,
            },
            seconds,
            nanoseconds,
            parent,
            name,
            is_directory: kind == Kind::Directory,
            has_time: modified.is_some(),
        }
    }

    pub fn kind(&self) -> Kind {
        match self.is_directory {
            true => Kind::Directory,
            false => Kind::File(self.size),
        }
    }

    pub fn entry<'m>(&self, names: &'m Names) -> Entry<'m> {
        let time = Timestamp {
            seconds: self.seconds,
            nanoseconds: self.nanoseconds,
        };
        Entry {
            name: names.get(self.name),
            kind: self.kind(),
            modified: self.has_time.then_some(time),
            parent: usize::try_from(self.parent).unwrap_or(usize::MAX),
        }
    }
}
