//! What a directory has, in the order in which it is shown.

use alloc::boxed::Box;
use core::cmp::Ordering;

use crate::natural_order;

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Without a slash, and as WASI writes it: [`h1::syntax::name`] says how bytes that are
    /// no text stand in it.
    pub name: Box<str>,
    /// Of what the entry leads to.
    pub kind: Kind,
    /// Unix time in seconds; `None` where the file system does not say.
    pub modified: Option<i64>,
}

/// What an entry leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file of so many bytes.
    File(u64),
}

impl Entry {
    /// Directories first, then by name. Entries of different names are never equal.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let is_file = |entry: &Self| entry.kind != Kind::Directory;
        is_file(self)
            .cmp(&is_file(other))
            .then_with(|| natural_order::compare(&self.name, &other.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_come_first() {
        let entry = |name: &str, kind| Entry {
            name: name.into(),
            kind,
            modified: None,
        };
        let mut entries = [
            entry("a", Kind::File(1)),
            entry("b10", Kind::Directory),
            entry("b9", Kind::Directory),
        ];
        entries.sort_by(Entry::compare);
        assert_eq!(
            entries.map(|entry| entry.name),
            ["b9", "b10", "a"].map(Box::from)
        );
    }
}
