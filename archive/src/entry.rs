//! An entry of an archive.

use h1::syntax::date::Timestamp;

/// An entry of an archive, as it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'m> {
    /// The name, as text as WASI has it. [`h1::syntax::name`] says how that holds bytes that
    /// are not UTF-8.
    pub name: &'m str,
    /// Whether it is a directory or a file.
    pub kind: Kind,
    /// The time of the last modification, if the file system has it.
    pub modified: Option<Timestamp>,
    /// The number of the directory that it is in. That of the top is its own.
    pub parent: usize,
}

/// Kinds of entries. What a symbolic link leads to is of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file, and its size in bytes.
    File(u64),
    /// A directory.
    Directory,
}
