//! Entity tags (RFC 9110 §8.8.3): ours, and those that clients hold against them.

use crate::coding::Coding;
use crate::date::Timestamp;
use crate::digits::Digits;
use crate::list::trim;

/// The entity tag of a file: `"<size>-<seconds>-<nanoseconds>"` in hexadecimal, and
/// the coding where there is one.
///
/// Strong (§8.8.1): writing to a file changes its modification time, to the
/// nanosecond where the file system keeps that. Every worker and every restart
/// derives the same tag. Without a modification time only the size is left, which
/// survives changes of the content: that tag is weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag {
    text: [u8; LONGEST],
    len: usize,
}

/// Quotes, three numbers of up to 16, 16 and 8 digits, and the suffix of a coding.
const LONGEST: usize = 2 + 16 + 1 + 16 + 1 + 8 + "-zst".len();

impl EntityTag {
    /// The tag of a file of `size` bytes; for a precompressed file the size and time
    /// are its own, and the coding keeps the two apart should they agree.
    pub fn of(size: u64, modified: Option<Timestamp>, coding: Option<Coding>) -> Self {
        let mut tag = Self {
            text: [0; LONGEST],
            len: 0,
        };
        if modified.is_none() {
            tag.push(b"W/");
        }
        tag.push(b"\"");
        tag.push(Digits::hexadecimal(size).as_bytes());
        if let Some(time) = modified {
            tag.push(b"-");
            tag.push(Digits::hexadecimal(time.seconds.cast_unsigned()).as_bytes());
            tag.push(b"-");
            tag.push(Digits::hexadecimal(time.nanoseconds.into()).as_bytes());
        }
        if let Some(coding) = coding {
            tag.push(b"-");
            tag.push(coding.suffix().trim_start_matches('.').as_bytes());
        }
        tag.push(b"\"");
        tag
    }

    /// As it stands in the `ETag` field, quotes included.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }

    /// What stands between the quotes: hexadecimal digits, letters and hyphens.
    pub fn opaque(&self) -> &[u8] {
        self.as_candidate().opaque
    }

    fn as_candidate(&self) -> Candidate<'_> {
        Candidate::parse(self.as_bytes()).unwrap_or(Candidate {
            weak: true,
            opaque: b"",
        })
    }

    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(place) = self.text.get_mut(self.len) {
                *place = *byte;
                self.len = self.len.saturating_add(1);
            }
        }
    }
}

/// An entity tag that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'b> {
    /// Whether `W/` stands before it.
    pub weak: bool,
    /// What stands between the quotes.
    pub opaque: &'b [u8],
}

impl<'b> Candidate<'b> {
    /// The whole of `value` as one entity tag; `None` where it is not one.
    pub fn parse(value: &'b [u8]) -> Option<Self> {
        let (tag, rest) = Self::split(value)?;
        rest.is_empty().then_some(tag)
    }

    /// Strong comparison (§8.8.3.2): the same, and neither is weak.
    pub fn matches_strongly(self, tag: &EntityTag) -> bool {
        !self.weak && self == tag.as_candidate()
    }

    /// Weak comparison (§8.8.3.2): the same but for the `W/`.
    pub fn matches_weakly(self, tag: &EntityTag) -> bool {
        self.opaque == tag.opaque()
    }

    /// The entity tag that `bytes` begin with, and what follows it. A backslash
    /// escapes nothing, and a comma may stand between the quotes.
    fn split(bytes: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let (weak, quoted) = match bytes.strip_prefix(b"W/") {
            Some(quoted) => (true, quoted),
            None => (false, bytes),
        };
        let rest = quoted.strip_prefix(b"\"")?;
        let len = rest.iter().position(|byte| !is_etagc(*byte))?;
        let (opaque, rest) = rest.split_at_checked(len)?;
        Some((Self { weak, opaque }, rest.strip_prefix(b"\"")?))
    }
}

/// The entity tags in a list, in order. What is not one is passed over up to the
/// next comma: it can match nothing, and need not spoil the others.
pub fn candidates(value: &[u8]) -> impl Iterator<Item = Candidate<'_>> {
    let mut left = value;
    core::iter::from_fn(move || {
        loop {
            while let [b',' | b' ' | b'\t', rest @ ..] = left {
                left = rest;
            }
            if left.is_empty() {
                return None;
            }
            match Candidate::split(left) {
                Some((tag, rest)) if matches!(trim(rest), [] | [b',', ..]) => {
                    left = rest;
                    return Some(tag);
                }
                _ => {
                    let comma = left.iter().position(|byte| *byte == b',');
                    left = comma.and_then(|at| left.get(at..)).unwrap_or_default();
                }
            }
        }
    })
}

/// `etagc`: no space, no quote, no control character.
fn is_etagc(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use core::str::from_utf8;

    const fn time(seconds: i64, nanoseconds: u32) -> Option<Timestamp> {
        Some(Timestamp {
            seconds,
            nanoseconds,
        })
    }

    #[test]
    fn tags_of_files() {
        let cases = [
            (0, time(0, 0), None, r#""0-0-0""#),
            (1440, time(0x65f3_a1b2, 255), None, r#""5a0-65f3a1b2-ff""#),
            (1440, time(1, 2), Some(Coding::Gzip), r#""5a0-1-2-gz""#),
            (1440, time(1, 2), Some(Coding::Brotli), r#""5a0-1-2-br""#),
            (1440, None, None, r#"W/"5a0""#),
            (1440, None, Some(Coding::Zstd), r#"W/"5a0-zst""#),
            (
                u64::MAX,
                time(-1, 999_999_999),
                Some(Coding::Zstd),
                r#""ffffffffffffffff-ffffffffffffffff-3b9ac9ff-zst""#,
            ),
        ];
        for (size, modified, coding, text) in cases {
            let tag = EntityTag::of(size, modified, coding);
            assert_eq!(from_utf8(tag.as_bytes()), Ok(text));
            let candidate = Candidate::parse(tag.as_bytes()).unwrap();
            assert_eq!(candidate.matches_strongly(&tag), modified.is_some());
            assert!(candidate.matches_weakly(&tag));
        }
    }

    #[test]
    fn comparison() {
        // The table of RFC 9110 §8.8.3.2, with our own tag on one side.
        let strong = EntityTag::of(1, time(2, 3), None);
        let weak = EntityTag::of(1, None, None);
        let cases: [(&str, &EntityTag, bool, bool); 7] = [
            (r#"W/"1""#, &weak, false, true),
            (r#""1""#, &weak, false, true),
            (r#"W/"2""#, &weak, false, false),
            (r#"W/"1-2-3""#, &strong, false, true),
            (r#""1-2-3""#, &strong, true, true),
            (r#""1-2-4""#, &strong, false, false),
            (r#""""#, &strong, false, false),
        ];
        for (text, tag, strongly, weakly) in cases {
            let candidate = Candidate::parse(text.as_bytes()).unwrap();
            assert_eq!(candidate.matches_strongly(tag), strongly, "{text}");
            assert_eq!(candidate.matches_weakly(tag), weakly, "{text}");
        }
    }

    #[test]
    fn single_tags() {
        let cases = [
            (r#""""#, true),
            (r#""a""#, true),
            (r#"W/"a""#, true),
            (r#""a,b\""#, true),
            ("\"\u{e9}\"", true),
            (r#"w/"a""#, false),
            (r#"W"a""#, false),
            (r#"W/ "a""#, false),
            (r#""a"#, false),
            (r#"a""#, false),
            ("a", false),
            (r#""a b""#, false),
            (r#""a", "b""#, false),
            ("*", false),
            ("", false),
        ];
        for (text, valid) in cases {
            let tag = Candidate::parse(text.as_bytes());
            assert_eq!(tag.is_some(), valid, "{text}");
        }
    }

    #[test]
    fn lists() {
        let cases: &[(&str, &[(bool, &str)])] = &[
            ("", &[]),
            (" , ,", &[]),
            (r#""a""#, &[(false, "a")]),
            (
                r#""a" ,	W/"b",,"c""#,
                &[(false, "a"), (true, "b"), (false, "c")],
            ),
            (r#""a,b","c""#, &[(false, "a,b"), (false, "c")]),
            (r#""a\", "b""#, &[(false, r"a\"), (false, "b")]),
            (r#"a, "b""#, &[(false, "b")]),
            (r#""a"b, "c""#, &[(false, "c")]),
            (r#""a" "b", "c""#, &[(false, "c")]),
            (r#""a, "b""#, &[(false, "b")]),
            (r#""a"#, &[]),
            (r#"w/"a", "b""#, &[(false, "b")]),
            ("*", &[]),
        ];
        for (value, expected) in cases {
            let found: Vec<_> = candidates(value.as_bytes())
                .map(|tag| (tag.weak, from_utf8(tag.opaque).unwrap()))
                .collect();
            assert_eq!(found, *expected, "{value}");
        }
    }
}
