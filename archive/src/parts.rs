//! What is between two offsets of an archive.

use alloc::vec::Vec;
use core::ops::Range;

use crate::entry::Kind;
use crate::manifest::Manifest;

/// A part of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes: a header, or some of it. At most
    /// [`HEADER_BYTES`](crate::limits::HEADER_BYTES).
    Bytes(Vec<u8>),
    /// So many bytes of a file, from an offset on.
    File {
        /// The number of the file in the manifest.
        entry: usize,
        /// The offset in the file.
        offset: u64,
        /// The number of bytes.
        length: u64,
    },
    /// So many zeros: the rest of a block, or the end of the archive.
    Zeros(usize),
}

/// The parts between two offsets, one after the other. The first is found by halving, and no
/// entry before it is looked at.
#[derive(Debug)]
pub struct Parts<'m> {
    manifest: &'m Manifest,
    /// The number of the entry that the next part belongs to.
    entry: usize,
    at: u64,
    end: u64,
}

impl Part {
    /// Returns the number of bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { length, .. } => *length,
            Self::Zeros(count) => *count as u64,
        }
    }
}

impl Manifest {
    /// Returns the parts of the archive that are between two offsets.
    #[must_use]
    pub fn parts(&self, range: Range<u64>) -> Parts<'_> {
        Parts {
            manifest: self,
            entry: self.find(range.start),
            at: range.start,
            end: range.end.min(self.length()),
        }
    }
}

impl Parts<'_> {
    /// Returns the part that begins where the last one has ended.
    fn part(&mut self) -> Option<Part> {
        loop {
            let (start, content) = self.manifest.place(self.entry);
            if self.at < content {
                return self.header(start, content);
            }
            let Some(entry) = self.manifest.get(self.entry) else {
                return Some(zeros(self.end.saturating_sub(self.at)));
            };
            let size = match entry.kind {
                Kind::File(size) => size,
                Kind::Directory => 0,
            };
            let end = content.saturating_add(size);
            if self.at < end {
                return Some(Part::File {
                    entry: self.entry,
                    offset: self.at.saturating_sub(content),
                    length: end.min(self.end).saturating_sub(self.at),
                });
            }
            self.entry = self.entry.saturating_add(1);
            let (next, _) = self.manifest.place(self.entry);
            if self.at < next {
                return Some(zeros(next.min(self.end).saturating_sub(self.at)));
            }
        }
    }

    /// Returns the rest of a header.
    fn header(&self, start: u64, content: u64) -> Option<Part> {
        let header = self.manifest.header(self.entry)?;
        let mut bytes = Vec::with_capacity(usize::try_from(header.length()).ok()?);
        header.write(&mut bytes);
        let from = usize::try_from(self.at.saturating_sub(start)).ok()?;
        let to = usize::try_from(content.min(self.end).saturating_sub(start)).ok()?;
        bytes.truncate(to);
        bytes.drain(..from.min(to));
        Some(Part::Bytes(bytes))
    }
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.at >= self.end {
            return None;
        }
        let part = self.part()?;
        self.at = self.at.saturating_add(part.length());
        Some(part)
    }
}

/// Returns zeros, which are at most those of a block or of the end.
fn zeros(count: u64) -> Part {
    Part::Zeros(usize::try_from(count).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
