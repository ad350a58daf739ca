//! Reasons why an entry is none of an archive.

use core::fmt;

use crate::limits::{ARCHIVE_BYTES, ENTRIES, NAMES_BYTES, PATH_BYTES};

/// A reason why an entry cannot be added. The archive is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// There are [`ENTRIES`] already.
    TooManyEntries,
    /// The names have more than [`NAMES_BYTES`] together.
    TooManyNames,
    /// The path has more than [`PATH_BYTES`].
    PathTooLong,
    /// The archive would have more than [`ARCHIVE_BYTES`].
    TooLong,
    /// The name is empty, one of the names `.` and `..`, or has a slash or a NUL.
    NotAName,
    /// What the entry is said to be in is not a directory of the archive.
    NoDirectory,
    /// Another entry should have come before, or it is there already.
    OutOfOrder,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyEntries => write!(f, "it has more than {ENTRIES} entries"),
            Self::TooManyNames => write!(f, "its names have more than {NAMES_BYTES} bytes"),
            Self::PathTooLong => write!(f, "a path in it has more than {PATH_BYTES} bytes"),
            Self::TooLong => write!(f, "it has more than {ARCHIVE_BYTES} bytes"),
            Self::NotAName => f.write_str("a name in it is no name"),
            Self::NoDirectory => f.write_str("an entry is in no directory of it"),
            Self::OutOfOrder => f.write_str("its entries are not in order"),
        }
    }
}

impl core::error::Error for Error {}
