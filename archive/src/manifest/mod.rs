//! The entries of an archive, their order, and where each begins.

mod record;

use alloc::string::String;
use alloc::vec::Vec;

use h1::syntax::date::Timestamp;

use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::header::{BLOCK, Header, padded};
use crate::limits::{ARCHIVE_BYTES, ENTRIES, NAMES_BYTES, PATH_BYTES};
use crate::list::List;
use crate::names::Names;
use record::Record;

/// Zeros after the last entry, which say that there is no other.
const END_BYTES: u64 = 2 * BLOCK as u64;

/// The version of the layout. Another one makes other bytes of the same entries.
const LAYOUT: u8 = 1;

/// The entries of an archive. Each has a number, from [`Manifest::TOP`] on.
///
/// It takes 40 bytes for each entry beside its name, and at most 27 KiB more.
#[derive(Debug)]
pub struct Manifest {
    names: Names,
    records: List<Record>,
    /// The bytes of all entries.
    end: u64,
}

impl Manifest {
    /// The directory that has all other entries, so that unpacking makes one new name only.
    pub const TOP: usize = 0;

    /// Creates a manifest that has nothing but the directory of this name.
    ///
    /// # Errors
    /// It is no name.
    pub fn new(name: &str, modified: Option<Timestamp>) -> Result<Self, Error> {
        let mut manifest = Self {
            names: Names::new(),
            records: List::new(),
            end: 0,
        };
        manifest.push(Self::TOP, name, Kind::Directory, modified)?;
        Ok(manifest)
    }

    /// Adds an entry to a directory, and returns its number.
    ///
    /// The order is that of a walk: a directory, its files by the bytes of their names, and
    /// then each directory in it, likewise, with all that it has. So a directory is made before
    /// what is in it, a directory that has been left is not entered again, and a walk remembers
    /// no more than the directories that it has still to enter.
    ///
    /// # Errors
    /// It cannot be added: see [`Error`].
    pub fn add(
        &mut self,
        directory: usize,
        name: &str,
        kind: Kind,
        modified: Option<Timestamp>,
    ) -> Result<usize, Error> {
        let is_directory = self.get(directory).map(|entry| entry.kind) == Some(Kind::Directory);
        if !is_directory {
            return Err(Error::NoDirectory);
        }
        self.check_order(directory, name, kind)?;
        self.push(directory, name, kind, modified)
    }

    /// Returns the bytes of memory that adding an entry of this name takes.
    #[must_use]
    pub fn growth(&self, name: &str) -> usize {
        self.names
            .growth(name)
            .saturating_add(self.records.growth())
    }

    /// Returns the number of entries, which is not 0.
    #[must_use]
    pub fn count(&self) -> usize {
        self.records.len()
    }

    /// Returns the length of the archive in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.end.saturating_add(END_BYTES)
    }

    /// Returns an entry by its number.
    #[must_use]
    pub fn get(&self, entry: usize) -> Option<Entry<'_>> {
        let record = self.records.get(entry)?;
        Some(record.entry(&self.names))
    }

    /// Returns the path of an entry below the top; that of the top is empty.
    #[must_use]
    pub fn path_below(&self, entry: usize) -> String {
        self.joined(&self.lineage(entry), "")
    }

    /// Gives `add` what tells an entry from any other, in pieces: for a hash. If all entries of
    /// two archives are the same in that, all their bytes are, as far as the content of a file
    /// is told by its size and its time.
    pub fn describe(&self, entry: usize, mut add: impl FnMut(&[u8])) {
        let Some(described) = self.get(entry) else {
            return;
        };
        let (kind, size) = match described.kind {
            Kind::File(size) => (0, size),
            Kind::Directory => (1, 0),
        };
        let (seconds, nanoseconds) = described
            .modified
            .map_or((0, u32::MAX), |time| (time.seconds, time.nanoseconds));
        add(&[LAYOUT, kind]);
        add(&size.to_le_bytes());
        add(&seconds.to_le_bytes());
        add(&nanoseconds.to_le_bytes());
        add(&(described.parent as u64).to_le_bytes());
        add(described.name.as_bytes());
        // No name has a NUL.
        add(&[0]);
    }

    /// Returns the number of the entry that has the byte at an offset, or the number of all
    /// entries if it is behind them.
    pub(crate) fn find(&self, offset: u64) -> usize {
        if offset >= self.end {
            return self.count();
        }
        let after = self
            .records
            .partition_point(|record| record.start <= offset);
        after.saturating_sub(1)
    }

    /// Returns where the header of an entry begins, and where its content begins. For the
    /// number of all entries, both are where the zeros at the end begin.
    pub(crate) fn place(&self, entry: usize) -> (u64, u64) {
        let Some(record) = self.records.get(entry) else {
            return (self.end, self.end);
        };
        let next = entry.saturating_add(1);
        let next = self.records.get(next).map_or(self.end, |next| next.start);
        let content = match record.kind() {
            Kind::File(size) => padded(size),
            Kind::Directory => 0,
        };
        (record.start, next.saturating_sub(content))
    }

    /// Returns the header of an entry.
    pub(crate) fn header(&self, entry: usize) -> Option<Header> {
        let Entry { kind, modified, .. } = self.get(entry)?;
        let top = self.get(Self::TOP)?.name;
        let path = self.joined(&self.lineage(entry), top);
        Some(Header::of(&path, kind, modified))
    }

    fn push(
        &mut self,
        parent: usize,
        name: &str,
        kind: Kind,
        modified: Option<Timestamp>,
    ) -> Result<usize, Error> {
        if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
            return Err(Error::NotAName);
        }
        let number = self.count();
        if number >= ENTRIES {
            return Err(Error::TooManyEntries);
        }
        if self.names.len().saturating_add(name.len()) > NAMES_BYTES {
            return Err(Error::TooManyNames);
        }
        let path = match number {
            Self::TOP => name.into(),
            _ => self.path_of_new(parent, name),
        };
        // A directory has a slash at its end.
        if path.len() >= PATH_BYTES {
            return Err(Error::PathTooLong);
        }
        let header = Header::of(&path, kind, modified).length();
        let content = match kind {
            Kind::File(size) => padded(size),
            Kind::Directory => 0,
        };
        let end = self.end.checked_add(header);
        let end = end.and_then(|end| end.checked_add(content));
        let fits = |end: &u64| *end <= ARCHIVE_BYTES.saturating_sub(END_BYTES);
        let end = end.filter(fits).ok_or(Error::TooLong)?;
        let parent = u32::try_from(parent).map_err(|_| Error::TooManyEntries)?;
        let name = self.names.push(name).ok_or(Error::TooManyNames)?;
        self.records
            .push(Record::new(self.end, name, kind, modified, parent));
        self.end = end;
        Ok(number)
    }

    /// Checks that an entry comes after all that there are.
    fn check_order(&self, directory: usize, name: &str, kind: Kind) -> Result<(), Error> {
        let mut before = self.count().saturating_sub(1);
        while before != directory {
            let entry = self.get(before).ok_or(Error::OutOfOrder)?;
            if entry.parent == directory {
                let is_directory = |kind| kind == Kind::Directory;
                let place = |kind, name| (is_directory(kind), name);
                return match place(entry.kind, entry.name) < place(kind, name) {
                    true => Ok(()),
                    false => Err(Error::OutOfOrder),
                };
            }
            if before == Self::TOP {
                return Err(Error::OutOfOrder);
            }
            before = entry.parent;
        }
        Ok(())
    }

    /// Returns an entry and the directories that it is in, without the top, from the lowest
    /// to the highest.
    fn lineage(&self, entry: usize) -> Vec<usize> {
        let mut lineage = Vec::new();
        let mut place = entry;
        while place != Self::TOP
            && let Some(entry) = self.get(place)
        {
            lineage.push(place);
            place = entry.parent;
        }
        lineage
    }

    /// Returns the path of a lineage, after a first name that may be empty.
    fn joined(&self, lineage: &[usize], first: &str) -> String {
        let mut path = String::from(first);
        for entry in lineage.iter().rev().filter_map(|entry| self.get(*entry)) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(entry.name);
        }
        path
    }

    fn path_of_new(&self, parent: usize, name: &str) -> String {
        let top = self.get(Self::TOP).map_or("", |top| top.name);
        let mut path = self.joined(&self.lineage(parent), top);
        path.push('/');
        path.push_str(name);
        path
    }
}

#[cfg(test)]
mod tests;
