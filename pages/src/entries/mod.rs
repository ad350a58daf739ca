//! Entries of a directory: what they are to people, their orders, and their pictures.

pub mod file_kind;
pub mod file_name;
pub mod natural_order;
pub mod near;
pub mod picture;
pub mod sort;

use alloc::boxed::Box;
use core::fmt;

/// One entry of a directory.
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

/// A text that differs for another version of a file, for scripts that remember positions.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    size: u64,
    modified: i64,
}

impl Entry {
    /// Whether it is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// Returns the size of a file in bytes, if it is known.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self.kind {
            Kind::Directory => None,
            Kind::File(size) => size,
        }
    }

    /// Returns the tag of a file.
    #[must_use]
    pub fn tag(&self) -> Tag {
        Tag {
            size: self.size().unwrap_or(0),
            modified: self.modified.unwrap_or(0),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.size, self.modified)
    }
}
