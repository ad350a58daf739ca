//! Entries of a directory, in the order in which they are shown.

use alloc::boxed::Box;
use core::cmp::Ordering;

use crate::natural_order;

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, without a slash and as WASI writes it. [`h1::syntax::name`] says how it
    /// holds bytes that are not UTF-8.
    pub name: Box<str>,
    /// Kind of what the entry leads to.
    pub kind: Kind,
    /// Unix time in seconds of the last modification; `None` if the file system does not
    /// have it.
    pub modified: Option<i64>,
}

/// Kinds of what an entry leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file, with its size in bytes; `None` if the file system does not say it.
    File(Option<u64>),
}

impl Entry {
    /// Orders directories first, then by name. Entries of different names are never equal.
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
            entry("a", Kind::File(Some(1))),
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
