//! Entries of a directory: what they are to people, their orders, and their pictures.

pub mod file_kind;
pub mod file_name;
pub mod natural_order;
pub mod near;
pub mod picture;
pub mod sort;
pub mod thumb;

use alloc::boxed::Box;
use core::fmt;
use core::num::NonZeroU32;

use h1::syntax::digits::Digits;

use crate::markup::writes::{Writes, written};

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, without a slash and as WASI writes it. [`h1::syntax::name`] says how it
    /// holds bytes that are not UTF-8.
    pub name: Box<str>,
    /// Kind of what the entry leads to.
    pub kind: Kind,
    /// The time of the last modification; `None` if the file system does not have it.
    pub modified: Option<Modified>,
}

/// The time of the last modification of a file. Two that differ in nanoseconds only look the
/// same to people, but they are not the same version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Modified {
    /// Unix time in seconds.
    pub seconds: i64,
    /// Nanoseconds, and one more: that leaves a value for `None`, so that long lists take
    /// no more memory.
    fraction: NonZeroU32,
}

/// Kinds of what an entry leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file, with its size in bytes; `None` if the file system does not say it.
    File(Option<u64>),
}

/// A text that differs for another version of a file, for addresses of thumbnails, and for
/// scripts that remember positions. It is the entity tag of the file without quotes.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    size: u64,
    modified: Option<Modified>,
}

impl Modified {
    /// Returns the time that is so many seconds and nanoseconds after the epoch.
    #[must_use]
    pub fn new(seconds: i64, nanoseconds: u32) -> Self {
        Self {
            seconds,
            fraction: NonZeroU32::MIN.saturating_add(nanoseconds),
        }
    }

    /// Returns the nanoseconds after the second.
    #[must_use]
    pub fn nanoseconds(self) -> u32 {
        self.fraction.get().saturating_sub(1)
    }
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
            modified: self.modified,
        }
    }
}

impl Writes for Tag {
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(Digits::hexadecimal(self.size).as_str())?;
        let Some(modified) = self.modified else {
            return Ok(());
        };
        for number in [
            modified.seconds.cast_unsigned(),
            u64::from(modified.nanoseconds()),
        ] {
            out.write_str("-")?;
            out.write_str(Digits::hexadecimal(number).as_str())?;
        }
        Ok(())
    }
}

written!(Tag);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use h1::representation::etag::{EntityTag, Strength};
    use h1::syntax::date::Timestamp;

    /// A program that has the one knows the other.
    #[test]
    fn tags_are_the_entity_tags_of_files() {
        for modified in [None, Some((0x65f3_a1b2, 255)), Some((-1, 0))] {
            let entry = Entry {
                name: "a.mp4".into(),
                kind: Kind::File(Some(1440)),
                modified: modified.map(|(seconds, part)| Modified::new(seconds, part)),
            };
            let time = modified.map(|(seconds, nanoseconds)| Timestamp {
                seconds,
                nanoseconds,
            });
            let tag = EntityTag::of(1440, time, Strength::Weak, None);
            assert_eq!(entry.tag().to_string().as_bytes(), tag.opaque());
        }
    }

    #[test]
    fn times_are_in_order_and_take_no_more_memory_than_seconds() {
        let times = [(-1, 999_999_999), (0, 0), (0, 1), (0, u32::MAX - 1), (1, 0)];
        let times = times.map(|(seconds, nanoseconds)| Modified::new(seconds, nanoseconds));
        assert!(times.is_sorted_by(|a, b| a < b));
        assert_eq!(
            times.map(Modified::nanoseconds),
            [999_999_999, 0, 1, u32::MAX - 1, 0]
        );
        assert_eq!(size_of::<Option<Modified>>(), size_of::<Option<i64>>());
    }
}
