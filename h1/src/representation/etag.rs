//! Entity tags (RFC 9110 §8.8.3): those of this server, and those that clients send to
//! compare with them.

use crate::limits::SETTLED_SECONDS;
use crate::representation::coding::Coding;
use crate::syntax::date::Timestamp;
use crate::syntax::digits::Digits;
use crate::syntax::token::trim;

/// The entity tag of a file: `"<size>-<seconds>-<nanoseconds>"` in hexadecimal, and the
/// coding if there is one.
///
/// Nothing else is in it, so that every worker, every restart and every copy that keeps the
/// time gets the same tag. [`Strength`] says whether the tag is enough to tell one content
/// from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag {
    text: [u8; LONGEST],
    len: usize,
}

/// Longest tag: `W/`, quotes, three numbers of up to 16, 16 and 8 digits, and the suffix of
/// a coding.
const LONGEST: usize = 2 + 2 + 16 + 1 + 16 + 1 + 8 + "-zst".len();

/// Whether an entity tag stands for one content only (§8.8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Ranges of two responses with this tag may be joined.
    Strong,
    /// Two contents may have this tag.
    Weak,
}

impl Strength {
    /// Returns the strength of a tag from the times of a file that were read at `now`, in
    /// seconds since 1970.
    ///
    /// Writing to a file changes its modification time, but two changes within one step of
    /// the file system's clock look the same. So both times must be older than such a step
    /// ([`is_settled`]). Images, OSTree and Nix set all times to 0 or 1, which says nothing
    /// about the content.
    pub fn of(modified: Option<Timestamp>, changed: Option<Timestamp>, now: i64) -> Self {
        let says_something = modified > Some(MEANINGLESS);
        match says_something && is_settled(modified, changed, now) {
            true => Self::Strong,
            false => Self::Weak,
        }
    }
}

/// The latest modification time that means "none".
const MEANINGLESS: Timestamp = Timestamp {
    seconds: 1,
    nanoseconds: 0,
};

/// Whether the next change of a file will show in its times: at `now`, both its
/// modification time and the time at which its state changed (`ctime`) are more than
/// [`SETTLED_SECONDS`] old. If the file system keeps no `ctime`, the modification time
/// alone decides. If it keeps no modification time, nothing is certain.
pub fn is_settled(modified: Option<Timestamp>, changed: Option<Timestamp>, now: i64) -> bool {
    let is_old = |time: Timestamp| time.seconds.saturating_add(SETTLED_SECONDS) < now;
    modified.is_some_and(is_old) && changed.is_none_or(is_old)
}

impl EntityTag {
    /// Returns the tag of a file of `size` bytes. A precompressed file has its own size and
    /// time. If they equal those of the original, the coding keeps the two tags apart.
    pub fn of(
        size: u64,
        modified: Option<Timestamp>,
        strength: Strength,
        coding: Option<Coding>,
    ) -> Self {
        let mut tag = Self {
            text: [0; LONGEST],
            len: 0,
        };
        if strength == Strength::Weak || modified.is_none() {
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

    /// Returns the tag of content that has this hash and no file of its own.
    pub fn of_hash(hash: u64, strength: Strength) -> Self {
        let mut tag = Self {
            text: [0; LONGEST],
            len: 0,
        };
        if strength == Strength::Weak {
            tag.push(b"W/");
        }
        for bytes in [b"\"", Digits::hexadecimal(hash).as_bytes(), b"\""] {
            tag.push(bytes);
        }
        tag
    }

    /// Returns the tag as in the `ETag` field, including quotes.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }

    /// Returns the text between the quotes: hexadecimal digits, letters and hyphens.
    pub fn opaque(&self) -> &[u8] {
        self.as_candidate().opaque
    }

    /// Whether it can match strongly.
    pub fn is_strong(&self) -> bool {
        !self.as_candidate().weak
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
    /// Whether it has `W/` before it.
    pub weak: bool,
    /// The text between the quotes.
    pub opaque: &'b [u8],
}

impl<'b> Candidate<'b> {
    /// Parses the whole of `value` as one entity tag. Returns `None` if it is not one.
    pub fn parse(value: &'b [u8]) -> Option<Self> {
        let (tag, rest) = Self::split(value)?;
        rest.is_empty().then_some(tag)
    }

    /// Whether the tags are equal and neither is weak: strong comparison (§8.8.3.2).
    pub fn matches_strongly(self, tag: &EntityTag) -> bool {
        !self.weak && self == tag.as_candidate()
    }

    /// Whether the tags are equal apart from `W/`: weak comparison (§8.8.3.2).
    pub fn matches_weakly(self, tag: &EntityTag) -> bool {
        self.opaque == tag.opaque()
    }

    /// Returns the entity tag at the start of `bytes`, and the bytes after it. A backslash
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

/// Returns the entity tags in a list, in order. Anything else is skipped up to the next
/// comma: it can match nothing, and need not spoil the others.
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

/// Whether the byte is `etagc`: no space, no quote, no control character.
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
        use Strength::{Strong, Weak};
        let cases = [
            (0, time(0, 0), Weak, None, r#"W/"0-0-0""#),
            (
                1440,
                time(0x65f3_a1b2, 255),
                Strong,
                None,
                r#""5a0-65f3a1b2-ff""#,
            ),
            (
                1440,
                time(1, 2),
                Strong,
                Some(Coding::Gzip),
                r#""5a0-1-2-gz""#,
            ),
            (
                1440,
                time(1, 2),
                Strong,
                Some(Coding::Brotli),
                r#""5a0-1-2-br""#,
            ),
            (1440, None, Strong, None, r#"W/"5a0""#),
            (1440, None, Weak, Some(Coding::Zstd), r#"W/"5a0-zst""#),
            (
                u64::MAX,
                time(-1, 999_999_999),
                Weak,
                Some(Coding::Zstd),
                r#"W/"ffffffffffffffff-ffffffffffffffff-3b9ac9ff-zst""#,
            ),
        ];
        for (size, modified, strength, coding, text) in cases {
            let tag = EntityTag::of(size, modified, strength, coding);
            assert_eq!(from_utf8(tag.as_bytes()), Ok(text));
            let candidate = Candidate::parse(tag.as_bytes()).unwrap();
            assert_eq!(candidate.matches_strongly(&tag), !text.starts_with("W/"));
            assert_eq!(tag.is_strong(), !text.starts_with("W/"));
            assert!(candidate.matches_weakly(&tag));
        }
    }

    #[test]
    fn just_changed_files_have_a_weak_tag() {
        const NOW: i64 = 1_000_000;
        let at = |seconds| time(seconds, 999_999_999);
        let old = at(NOW - 3);
        // (modified, changed, settled, strong)
        let cases = [
            (old, old, true, true),
            (old, at(NOW - 2), false, false),
            (at(NOW - 2), old, false, false),
            (at(NOW), at(NOW), false, false),
            // Whole seconds alone do not make it weak.
            (time(NOW - 3, 0), time(NOW - 3, 0), true, true),
            // The clock was set back, or the file is from the future.
            (at(NOW + 60), old, false, false),
            (old, at(i64::MAX), false, false),
            // Times that mean "none".
            (time(1, 1), old, true, true),
            (time(1, 0), old, true, false),
            (time(0, 0), time(0, 0), true, false),
            (time(-1, 5), old, true, false),
            (at(i64::MIN), old, true, false),
            // Times that a file system does not keep.
            (old, None, true, true),
            (None, old, false, false),
            (None, None, false, false),
        ];
        for (modified, changed, settled, strong) in cases {
            assert_eq!(is_settled(modified, changed, NOW), settled, "{modified:?}");
            let strength = Strength::of(modified, changed, NOW);
            assert_eq!(strength == Strength::Strong, strong, "{modified:?}");
        }
    }

    #[test]
    fn comparison() {
        // The table of RFC 9110 §8.8.3.2, with a tag of this server on one side.
        let strong = EntityTag::of(1, time(2, 3), Strength::Strong, None);
        let weaker = EntityTag::of(1, time(2, 3), Strength::Weak, None);
        let weak = EntityTag::of(1, None, Strength::Weak, None);
        let cases: [(&str, &EntityTag, bool, bool); 9] = [
            (r#"W/"1-2-3""#, &weaker, false, true),
            (r#""1-2-3""#, &weaker, false, true),
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
