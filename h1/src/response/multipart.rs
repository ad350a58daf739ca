//! `multipart/byteranges`: several ranges in one response (RFC 9110 §14.6).
//!
//! The content is never assembled. The caller that streams the file asks for the head of
//! one part after the other, and sends the part's bytes in between.

use crate::limits::RANGES;
use crate::representation::Representation;
use crate::selection::range::{ByteRange, RangeSet};
use crate::syntax::digits::Digits;
use alloc::vec::Vec;

/// Most bytes that several parts take beyond the bytes of the file: at most 256 bytes of
/// delimiter and fields for each part, and the closing delimiter within those of the last.
pub const OVERHEAD_BYTES: u64 = RANGES as u64 * 256;

/// The content of a 206 with several parts.
///
/// Send [`part_head`](Self::part_head) 0 and the bytes that it names, then 1 and so on
/// until there is none, then [`closing`](Self::closing). None of these is longer than
/// [`delimiter_bound`](Self::delimiter_bound).
#[derive(Clone, Copy, Debug)]
pub struct Multipart<'a> {
    representation: &'a Representation<'a>,
    ranges: &'a [ByteRange],
}

impl<'a> Multipart<'a> {
    /// Creates the content of several parts of `representation`.
    pub fn new(representation: &'a Representation<'a>, ranges: &'a RangeSet) -> Self {
        Self {
            representation,
            ranges: ranges.as_slice(),
        }
    }

    /// Appends the value of `Content-Type`.
    pub fn content_type(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"multipart/byteranges; boundary=");
        self.boundary(&mut |piece| out.extend_from_slice(piece));
    }

    /// Returns `Content-Length`: the exact number of bytes of all parts and delimiters.
    pub fn content_length(&self) -> u64 {
        let mut bytes = 0_u64;
        let mut count = |piece: &[u8]| bytes = bytes.saturating_add(piece.len() as u64);
        for (index, range) in self.ranges.iter().enumerate() {
            self.head_of(index, *range, &mut count);
        }
        self.end(&mut count);
        self.ranges
            .iter()
            .map(|range| range.len())
            .fold(bytes, u64::saturating_add)
    }

    /// Returns the most bytes that [`part_head`](Self::part_head) and
    /// [`closing`](Self::closing) append.
    pub fn delimiter_bound(&self) -> usize {
        DELIMITER_BYTES.saturating_add(self.representation.media_type.len())
    }

    /// Returns the range of the part at `index`, counted from 0, or `None` after the last
    /// part.
    pub fn range(&self, index: usize) -> Option<ByteRange> {
        self.ranges.get(index).copied()
    }

    /// Appends the delimiter and fields before the part at `index`, counted from 0. Returns
    /// the bytes of the file that are to follow, or `None` after the last part.
    pub fn part_head(&self, index: usize, out: &mut Vec<u8>) -> Option<ByteRange> {
        let range = self.range(index)?;
        self.head_of(index, range, &mut |piece| out.extend_from_slice(piece));
        Some(range)
    }

    /// Appends the delimiter after the last part.
    pub fn closing(&self, out: &mut Vec<u8>) {
        self.end(&mut |piece| out.extend_from_slice(piece));
    }

    /// Writes the boundary between the parts (RFC 2046 §5.1.1): 64 fixed bits, then the
    /// text of the entity tag. It can't be in the file by accident, because it has the
    /// file's own size and time. An author who puts it there on purpose gains nothing: each
    /// part's `Content-Range` tells its length, and a client that searches for the
    /// delimiter instead misreads one file of that author.
    fn boundary(&self, put: &mut impl FnMut(&[u8])) {
        put(b"f1b6c09d3e7a8452-");
        put(self.representation.etag.opaque());
    }

    fn head_of(&self, index: usize, range: ByteRange, put: &mut impl FnMut(&[u8])) {
        put(if index == 0 { b"--" } else { b"\r\n--" });
        self.boundary(put);
        put(b"\r\nContent-Type: ");
        put(self.representation.media_type.as_bytes());
        put(b"\r\nContent-Range: ");
        content_range(range, self.representation.size, put);
        put(b"\r\n\r\n");
    }

    fn end(&self, put: &mut impl FnMut(&[u8])) {
        put(b"\r\n--");
        self.boundary(put);
        put(b"--\r\n");
    }
}

/// Most bytes of a delimiter and its fields beside the media type: 44 bytes of names, a
/// boundary of at most 70 (RFC 2046 §5.1.1), three numbers of at most 20 digits.
const DELIMITER_BYTES: usize = 192;

/// Writes the value of `Content-Range` (RFC 9110 §14.4).
pub(crate) fn content_range(range: ByteRange, size: u64, put: &mut impl FnMut(&[u8])) {
    put(b"bytes ");
    put(Digits::decimal(range.first).as_bytes());
    put(b"-");
    put(Digits::decimal(range.last).as_bytes());
    put(b"/");
    put(Digits::decimal(size).as_bytes());
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]
mod tests {
    use super::*;
    use crate::representation::coding::Coding;
    use crate::representation::etag::{EntityTag, Strength};
    use crate::selection::range::{Ranges, ranges};
    use crate::syntax::date::Timestamp;
    use alloc::format;
    use core::str::from_utf8;
    use proptest::prelude::*;

    fn file(size: u64) -> Representation<'static> {
        let modified = Timestamp {
            seconds: 2,
            nanoseconds: 3,
        };
        Representation {
            media_type: "text/plain",
            disposition: None,
            ..Representation::sample(size, modified)
        }
    }

    fn set(value: &str, size: u64) -> Option<RangeSet> {
        match ranges(Some(value.as_bytes()), size) {
            Ranges::Several(set) => Some(set),
            _ => None,
        }
    }

    #[test]
    fn parts() {
        let content = b"0123456789";
        let file = file(10);
        let set = set("bytes=7-8,0-2", 10).unwrap();
        let multipart = Multipart::new(&file, &set);
        let mut out = Vec::new();
        let mut index = 0;
        while let Some(range) = multipart.part_head(index, &mut out) {
            out.extend_from_slice(&content[range.first as usize..=range.last as usize]);
            index += 1;
        }
        multipart.closing(&mut out);
        let expected = "--f1b6c09d3e7a8452-a-2-3\r\n\
            Content-Type: text/plain\r\n\
            Content-Range: bytes 7-8/10\r\n\
            \r\n\
            78\r\n\
            --f1b6c09d3e7a8452-a-2-3\r\n\
            Content-Type: text/plain\r\n\
            Content-Range: bytes 0-2/10\r\n\
            \r\n\
            012\r\n\
            --f1b6c09d3e7a8452-a-2-3--\r\n";
        assert_eq!(from_utf8(&out), Ok(expected));
        assert_eq!(multipart.content_length(), out.len() as u64);

        let mut content_type = Vec::new();
        multipart.content_type(&mut content_type);
        assert_eq!(
            from_utf8(&content_type),
            Ok("multipart/byteranges; boundary=f1b6c09d3e7a8452-a-2-3")
        );
    }

    #[test]
    fn the_longest_boundary_is_short_enough() {
        let modified = Some(Timestamp {
            seconds: -1,
            nanoseconds: 999_999_999,
        });
        let mut file = file(u64::MAX);
        file.etag = EntityTag::of(u64::MAX, modified, Strength::Strong, Some(Coding::Zstd));
        file.media_type = "application/vnd.apple.mpegurl; charset=utf-8";
        let set = set(
            "bytes=-1,18446744073709551600-18446744073709551601",
            u64::MAX,
        )
        .unwrap();
        let multipart = Multipart::new(&file, &set);
        let mut len = 0;
        multipart.boundary(&mut |piece| len += piece.len());
        assert!(len <= 70, "RFC 2046 §5.1.1: {len}");
        let mut out = Vec::new();
        multipart.part_head(1, &mut out);
        assert!(out.len() <= multipart.delimiter_bound(), "{}", out.len());
        multipart.closing(&mut out);
        assert!(out.len() <= 2 * 256, "{}", out.len());
    }

    proptest! {
        #[test]
        fn the_length_is_exact_and_bounded(
            firsts in proptest::collection::vec(0..1_000_000_000_u64, 2..RANGES),
            len in 0..20_000_000_u64,
            size in 0..1_000_000_000_u64,
        ) {
            let specs: Vec<_> = firsts.iter().map(|first| format!("{first}-{}", first + len)).collect();
            let value = format!("bytes={}", specs.join(","));
            if let Some(set) = set(&value, size) {
                let file = file(size);
                let multipart = Multipart::new(&file, &set);
                let mut out = Vec::new();
                let mut index = 0;
                let mut sent = 0;
                let mut before = 0;
                while let Some(range) = multipart.part_head(index, &mut out) {
                    prop_assert_eq!(multipart.range(index), Some(range));
                    prop_assert!(out.len() - before <= multipart.delimiter_bound());
                    before = out.len();
                    sent += range.len();
                    index += 1;
                }
                multipart.closing(&mut out);
                prop_assert!(out.len() - before <= multipart.delimiter_bound());
                prop_assert_eq!(multipart.content_length(), sent + out.len() as u64);
                prop_assert!(multipart.content_length() <= size + OVERHEAD_BYTES);
            }
        }
    }
}
