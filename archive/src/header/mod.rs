//! The blocks before the content of an entry.

mod block;
mod record;

use alloc::string::ToString;
use alloc::vec::Vec;

use h1::syntax::date::Timestamp;
use h1::syntax::digits::Digits;
use h1::syntax::name;

use crate::entry::Kind;

pub(crate) use block::BLOCK;
use block::{Block, NAME_BYTES};

/// The names of blocks that say that records, or a long name, follow. They are those that
/// Python and GNU tar write, and are never unpacked.
const RECORDS_NAME: &[u8] = b"././@PaxHeader";
const LONG_NAME_NAME: &[u8] = b"././@LongLink";

/// Permissions of a new directory, and of a new file.
const DIRECTORY_MODE: u64 = 0o755;
const FILE_MODE: u64 = 0o644;

/// Types of entries (`typeflag`).
const DIRECTORY: u8 = b'5';
const FILE: u8 = b'0';
const RECORDS: u8 = b'x';
const LONG_NAME: u8 = b'L';

/// What stands before the content of an entry: a block, and before it what does not fit into
/// that.
pub(crate) struct Header {
    /// A long path that is no text, with a NUL behind it, or nothing.
    long_name: Vec<u8>,
    /// The records of the entry, which may be none.
    records: Vec<u8>,
    block: Block,
}

impl Header {
    /// Returns the header of what is at a path: text as WASI has it, without a slash at its
    /// end.
    pub fn of(path: &str, kind: Kind, modified: Option<Timestamp>) -> Self {
        let mut bytes: Vec<u8> = name::bytes(path).collect();
        if kind == Kind::Directory {
            bytes.push(b'/');
        }
        let block = match kind {
            Kind::Directory => Block::new(DIRECTORY, DIRECTORY_MODE),
            Kind::File(_) => Block::new(FILE, FILE_MODE),
        };
        let mut header = Self {
            long_name: Vec::new(),
            records: Vec::new(),
            block,
        };
        let is_text = !path.chars().any(|letter| name::byte(letter).is_some());
        header.set_path(&bytes, is_text);
        let Self { records, block, .. } = &mut header;
        if let Kind::File(size) = kind
            && !block.set_size(size)
        {
            record::write(records, b"size", Digits::decimal(size).as_bytes());
        }
        // Without a time it is the epoch, as in every program that has none.
        let seconds = modified.map_or(0, |time| time.seconds);
        if !u64::try_from(seconds).is_ok_and(|seconds| block.set_modified(seconds)) {
            record::write(records, b"mtime", seconds.to_string().as_bytes());
        }
        header
    }

    /// Sets the path: in the block, if it is short and of ASCII, because no program doubts what
    /// that means. Any other text is a record, which is UTF-8. Bytes that are no text are no
    /// record either: they are written as by programs for which names are bytes.
    fn set_path(&mut self, path: &[u8], is_text: bool) {
        let fits = path.len() <= NAME_BYTES;
        match (is_text, fits) {
            (true, true) if path.is_ascii() => {}
            (true, _) => record::write(&mut self.records, b"path", path),
            (false, true) => {}
            (false, false) => self.long_name = [path, &[0]].concat(),
        }
        // For programs that know neither of them.
        let plain = |byte: &u8| match !is_text || byte.is_ascii() {
            true => *byte,
            false => b'_',
        };
        self.block.set_name(path.iter().map(plain).take(NAME_BYTES));
    }

    /// Returns the length in bytes: a number of whole blocks.
    pub fn length(&self) -> u64 {
        let before = |content: &[u8]| match content.len() as u64 {
            0 => 0,
            length => padded(length).saturating_add(BLOCK as u64),
        };
        before(&self.long_name)
            .saturating_add(before(&self.records))
            .saturating_add(BLOCK as u64)
    }

    /// Appends the header.
    pub fn write(self, out: &mut Vec<u8>) {
        for (type_, name, content) in [
            (LONG_NAME, LONG_NAME_NAME, self.long_name),
            (RECORDS, RECORDS_NAME, self.records),
        ] {
            if !content.is_empty() {
                write_before(type_, name, content, out);
            }
        }
        out.extend_from_slice(&self.block.finish());
    }
}

/// Appends what stands before the block of an entry, after a block about that.
fn write_before(type_: u8, name: &[u8], mut content: Vec<u8>, out: &mut Vec<u8>) {
    let mut block = Block::new(type_, FILE_MODE);
    block.set_name(name.iter().copied());
    // A path has a bound, so that this fits.
    block.set_size(content.len() as u64);
    out.extend_from_slice(&block.finish());
    content.resize(content.len().next_multiple_of(BLOCK), 0);
    out.append(&mut content);
}

/// Returns a length with the bytes up to the end of its last block.
pub(crate) fn padded(length: u64) -> u64 {
    length
        .checked_next_multiple_of(BLOCK as u64)
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
