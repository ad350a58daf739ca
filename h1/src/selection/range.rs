//! Byte ranges (RFC 9110 §14): conversion of a `Range` field and a file's size to the
//! ranges to send.
//!
//! The work is bounded: the field is part of a bounded head, it is read once, at most
//! [`RANGES`] ranges are kept, and at most these are sorted. The response is bounded: the
//! ranges of a [`RangeSet`] are disjoint, so together they are never longer than the file.

use crate::limits::RANGES;
use crate::syntax::token::{parse_u64_digits, run, trim};
use alloc::vec::Vec;

/// Bytes `first` to `last` of a file, both included and both within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// Offset of the first byte.
    pub first: u64,
    /// Offset of the last byte, not below `first`.
    pub last: u64,
}

impl ByteRange {
    /// Returns the number of bytes.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub const fn len(self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

/// Two to [`RANGES`] ranges of which no two overlap or touch, in the order in which the
/// client requested them (RFC 9110 §15.3.7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeSet(Vec<ByteRange>);

impl RangeSet {
    /// Returns the ranges, in the order in which they are to be sent.
    pub fn as_slice(&self) -> &[ByteRange] {
        &self.0
    }
}

/// Meaning of a `Range` field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// No field, or one to be ignored: 200 with the whole file.
    Whole,
    /// 206 with this range; it may be all of the file.
    One(ByteRange),
    /// 206 with several parts.
    Several(RangeSet),
    /// 416.
    Unsatisfiable,
}

/// Reads the field's value for a file of `size` bytes.
///
/// As RFC 9110 §14.2 allows or asks for, a field is ignored if it has a unit other than
/// bytes, anything malformed, an end before its start, or more than [`RANGES`] ranges.
/// Numbers may have any length.
///
/// For an empty file, a range that names a first byte is unsatisfiable. The exception is
/// `0-`: it means the whole file, and players request it before they know the size. A
/// suffix is satisfiable by definition (§14.1.2) and means the whole file. `Content-Range`
/// can't express "none of 0 bytes", so the response to both is a 200.
///
/// Ranges that overlap or touch are merged. A gap is kept, however small: clients get the
/// parts that they requested, and [`RANGES`] bounds the cost.
pub fn ranges(value: Option<&[u8]>, size: u64) -> Ranges {
    let Some(set) = value.and_then(range_set) else {
        return Ranges::Whole;
    };
    let mut satisfiable = specs(set).filter_map(|spec| spec.within(size));
    match (satisfiable.next(), satisfiable.next()) {
        (None, _) if specs(set).any(|spec| spec.means_all_of(size)) => Ranges::Whole,
        (None, _) => Ranges::Unsatisfiable,
        (Some(range), None) => Ranges::One(range),
        (Some(first), Some(second)) => {
            let merged = merge([first, second].into_iter().chain(satisfiable));
            match *merged {
                [range] => Ranges::One(range),
                _ => Ranges::Several(RangeSet(merged)),
            }
        }
    }
}

/// Returns the `range-set` of a field whose unit is bytes, if every member is valid and
/// there is at least one but not too many. The grammar allows whitespace around the commas,
/// and none after the `=`.
fn range_set(value: &[u8]) -> Option<&[u8]> {
    let equals = value.iter().position(|byte| *byte == b'=')?;
    let (unit, set) = value.split_at_checked(equals)?;
    let set = set.strip_prefix(b"=")?;
    let indented = matches!(set, [b' ' | b'\t', ..]) && trim(set).first() != Some(&b',');
    if !unit.eq_ignore_ascii_case(b"bytes") || indented {
        return None;
    }
    let mut count = 0_usize;
    for member in members(set) {
        Spec::parse(member)?;
        count = count.saturating_add(1);
        if count > RANGES {
            return None;
        }
    }
    (count > 0).then_some(set)
}

/// Returns the members of a list (RFC 9110 §5.6.1.2), which has no quoted strings here.
fn members(set: &[u8]) -> impl Iterator<Item = &[u8]> {
    set.split(|byte| *byte == b',')
        .map(trim)
        .filter(|member| !member.is_empty())
}

fn specs(set: &[u8]) -> impl Iterator<Item = Spec> {
    members(set).filter_map(Spec::parse)
}

/// One member of a `range-set` (§14.1.1). Numbers beyond 64 bits become the greatest one of
/// 64 bits, which no file reaches.
#[derive(Clone, Copy)]
enum Spec {
    /// `first-pos "-" [ last-pos ]`
    From { first: u64, last: Option<u64> },
    /// `"-" suffix-length`
    Suffix(u64),
}

impl Spec {
    fn parse(text: &[u8]) -> Option<Self> {
        let hyphen = text.iter().position(|byte| *byte == b'-')?;
        let (first, last) = text.split_at_checked(hyphen)?;
        match (first, last.strip_prefix(b"-")?) {
            ([], suffix) => Some(Self::Suffix(number(suffix)?)),
            (first, []) => Some(Self::From {
                first: number(first)?,
                last: None,
            }),
            (first, last) => {
                let spec = Self::From {
                    first: number(first)?,
                    last: Some(number(last)?),
                };
                (magnitude(first) <= magnitude(last)).then_some(spec)
            }
        }
    }

    /// Whether the range leaves nothing out although it selects nothing.
    fn means_all_of(self, size: u64) -> bool {
        match self {
            Self::From { first, last: None } if size == 0 => first == 0,
            _ => self.is_satisfiable(size),
        }
    }

    /// Whether the range is satisfiable (§14.1.2).
    fn is_satisfiable(self, size: u64) -> bool {
        match self {
            Self::From { first, .. } => first < size,
            Self::Suffix(len) => len > 0,
        }
    }

    /// Returns the selected bytes of a file of `size` bytes, or `None` if there are none.
    fn within(self, size: u64) -> Option<ByteRange> {
        let end = size.checked_sub(1)?;
        let (first, last) = match self {
            Self::From { first, last } => (first, last.map_or(end, |last| last.min(end))),
            Self::Suffix(len) => (size.saturating_sub(len), end),
        };
        self.is_satisfiable(size)
            .then_some(ByteRange { first, last })
    }
}

/// Parses `1*DIGIT`. Numbers beyond 64 bits become the greatest one of 64 bits.
fn number(digits: &[u8]) -> Option<u64> {
    let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    valid.then(|| parse_u64_digits(digits).unwrap_or(u64::MAX))
}

/// Returns a key that orders digits by their number, even beyond 64 bits.
fn magnitude(digits: &[u8]) -> (usize, &[u8]) {
    let zeros = run(digits, |digit| digit == b'0');
    let digits = digits.get(zeros..).unwrap_or_default();
    (digits.len(), digits)
}

/// Joins ranges that overlap or touch. The result takes the place of the first of its
/// parts.
fn merge(ranges: impl Iterator<Item = ByteRange>) -> Vec<ByteRange> {
    let mut placed: Vec<(usize, ByteRange)> = ranges.enumerate().collect();
    placed.sort_unstable_by_key(|(_, range)| range.first);
    placed.dedup_by(|(place, range), (earlier_place, earlier)| {
        let joined = range.first <= earlier.last.saturating_add(1);
        if joined {
            earlier.last = range.last.max(earlier.last);
            *earlier_place = *place.min(earlier_place);
        }
        joined
    });
    placed.sort_unstable_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, range)| range).collect()
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec;
    use proptest::prelude::*;

    /// Returns what is sent of a file, as `first-last` pairs.
    fn sent(value: &str, size: u64) -> String {
        let pair = |range: &ByteRange| format!("{}-{}", range.first, range.last);
        match ranges(Some(value.as_bytes()), size) {
            Ranges::Whole => "whole".into(),
            Ranges::Unsatisfiable => "unsatisfiable".into(),
            Ranges::One(range) => pair(&range),
            Ranges::Several(set) => {
                let pairs: Vec<_> = set.as_slice().iter().map(pair).collect();
                pairs.join(",")
            }
        }
    }

    #[test]
    fn one_range() {
        let cases = [
            ("bytes=0-", "0-99"),
            ("bytes=0-99", "0-99"),
            ("bytes=0-0", "0-0"),
            ("bytes=0-1", "0-1"),
            ("bytes=10-20", "10-20"),
            ("bytes=99-", "99-99"),
            ("bytes=99-99", "99-99"),
            ("bytes=0-100", "0-99"),
            ("bytes=50-18446744073709551615", "50-99"),
            ("bytes=50-99999999999999999999999", "50-99"),
            ("bytes=007-008", "7-8"),
            ("bytes=-1", "99-99"),
            ("bytes=-100", "0-99"),
            ("bytes=-101", "0-99"),
            ("bytes=-99999999999999999999999", "0-99"),
            ("Bytes=0-1", "0-1"),
            ("BYTES=0-1", "0-1"),
            ("bytes=,0-1", "0-1"),
            ("bytes= ,0-1", "0-1"),
            ("bytes=0-1, ,", "0-1"),
            ("bytes=100-", "unsatisfiable"),
            ("bytes=100-200", "unsatisfiable"),
            ("bytes=-0", "unsatisfiable"),
            ("bytes=-000", "unsatisfiable"),
            ("bytes=9223372036854775808-", "unsatisfiable"),
            ("bytes=18446744073709551615-", "unsatisfiable"),
            ("bytes=18446744073709551616-", "unsatisfiable"),
            (
                "bytes=18446744073709551616-18446744073709551617",
                "unsatisfiable",
            ),
            ("bytes=18446744073709551617-18446744073709551616", "whole"),
        ];
        for (value, expected) in cases {
            assert_eq!(sent(value, 100), expected, "{value}");
        }
    }

    #[test]
    fn ignored() {
        let cases = [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes= , ,",
            "bytes=-",
            "bytes=--1",
            "bytes=0--1",
            "bytes=1-0",
            "bytes=010-9",
            "bytes=a-b",
            "bytes=0-b",
            "bytes=0x0-1",
            "bytes=+0-1",
            "bytes=0-+1",
            "bytes=1",
            "bytes=0-1-2",
            "bytes=0 -1",
            "bytes=0- 1",
            "bytes=- 1",
            "bytes= 0-1",
            "bytes =0-1",
            " bytes=0-1",
            "bytes:0-1",
            "bytes 0-1",
            "bytes=0-1;q=1",
            "bytes=0-1, 5-4",
            "bytes=0-1, x",
            "bytes=100-, x",
            "bytes=\"0-1\"",
            "bytes=0-\u{663}",
            "seconds=0-1",
            "items=0-1",
            "none",
            "=0-1",
            "0-1",
        ];
        for value in cases {
            assert_eq!(sent(value, 100), "whole", "{value}");
        }
        assert_eq!(ranges(None, 100), Ranges::Whole);
    }

    #[test]
    fn several_ranges() {
        let cases = [
            ("bytes=0-0,-1", "0-0,99-99"),
            ("bytes=0-1,4-5", "0-1,4-5"),
            ("bytes=0-1 ,\t4-5", "0-1,4-5"),
            ("bytes=50-59,0-9", "50-59,0-9"),
            ("bytes=-5,10-14,0-4", "95-99,10-14,0-4"),
            // Unsatisfiable ranges are left out.
            ("bytes=0-1,100-,4-5", "0-1,4-5"),
            ("bytes=100-,0-1", "0-1"),
            ("bytes=-0,0-1", "0-1"),
            ("bytes=100-,200-", "unsatisfiable"),
            ("bytes=100-,-0", "unsatisfiable"),
            // Ranges that overlap or touch are joined.
            ("bytes=0-9,10-19", "0-19"),
            ("bytes=0-9,5-14", "0-14"),
            ("bytes=5-14,0-9", "0-14"),
            ("bytes=0-99,5-14", "0-99"),
            ("bytes=0-9,0-9,0-9", "0-9"),
            ("bytes=0-,0-,0-", "0-99"),
            ("bytes=0-49,50-99", "0-99"),
            ("bytes=60-69,0-9,20-29,8-21", "60-69,0-29"),
            ("bytes=0-9,60-69,9-10", "0-10,60-69"),
            ("bytes=90-,-20", "80-99"),
        ];
        for (value, expected) in cases {
            assert_eq!(sent(value, 100), expected, "{value}");
        }
    }

    #[test]
    fn empty_files() {
        let cases = [
            ("bytes=0-", "whole"),
            ("bytes=00-", "whole"),
            ("bytes=0-,5-6", "whole"),
            ("bytes=0-0", "unsatisfiable"),
            ("bytes=0-18446744073709551615", "unsatisfiable"),
            ("bytes=0-99999999999999999999999", "unsatisfiable"),
            ("bytes=1-", "unsatisfiable"),
            ("bytes=-0", "unsatisfiable"),
            ("bytes=-1", "whole"),
            ("bytes=0-,-1", "whole"),
        ];
        for (value, expected) in cases {
            assert_eq!(sent(value, 0), expected, "{value}");
        }
    }

    #[test]
    fn the_greatest_file() {
        let cases = [
            ("bytes=0-", "0-18446744073709551614"),
            ("bytes=-1", "18446744073709551614-18446744073709551614"),
            ("bytes=18446744073709551615-", "unsatisfiable"),
        ];
        for (value, expected) in cases {
            assert_eq!(sent(value, u64::MAX), expected, "{value}");
        }
        assert_eq!(
            ranges(Some(b"bytes=0-"), u64::MAX),
            Ranges::One(ByteRange {
                first: 0,
                last: u64::MAX - 1
            })
        );
    }

    #[test]
    fn floods_are_ignored() {
        let field = |count: u64| {
            let specs: Vec<_> = (0..count).map(|n| format!("{}-{}", n * 3, n * 3)).collect();
            format!("bytes={}", specs.join(","))
        };
        let most = RANGES as u64;
        assert_eq!(sent(&field(most), 1 << 30).split(',').count(), RANGES);
        for count in [most + 1, 1_000, 100_000] {
            assert_eq!(sent(&field(count), 1 << 30), "whole");
        }
        for spec in ["0-,", "-1,", "99999999-,", ","] {
            let value = format!("bytes={}", spec.repeat(100_000));
            assert_eq!(sent(&value, 1 << 20), "whole", "{spec}");
        }
    }

    /// A valid field, with the meaning of each of its ranges.
    fn field() -> impl Strategy<Value = (String, Vec<(u64, u64)>)> {
        let pair = (0..200_u64, 0..50_u64).prop_map(|(first, more)| (first, first + more));
        proptest::collection::vec(pair, 1..RANGES).prop_map(|pairs| {
            let specs: Vec<_> = pairs.iter().map(|(a, b)| format!("{a}-{b}")).collect();
            (format!("bytes={}", specs.join(", ")), pairs)
        })
    }

    proptest! {
        #[test]
        fn a_written_range_is_read_back(first in any::<u64>(), last in any::<u64>()) {
            let (first, last) = (first.min(last), first.max(last).min(u64::MAX - 1));
            prop_assume!(first <= last);
            let value = format!("bytes={first}-{last}");
            let read = ranges(Some(value.as_bytes()), u64::MAX);
            prop_assert_eq!(read, Ranges::One(ByteRange { first, last }));
        }

        #[test]
        fn exactly_the_requested_bytes_once((value, pairs) in field(), size in 0..250_u64) {
            let mut expected = vec![0; size as usize];
            for (first, last) in pairs {
                for place in first..=last {
                    if let Some(count) = expected.get_mut(place as usize) {
                        *count = 1;
                    }
                }
            }
            let mut found = vec![0; size as usize];
            let set = match ranges(Some(value.as_bytes()), size) {
                Ranges::One(range) => vec![range],
                Ranges::Several(set) => set.as_slice().to_vec(),
                Ranges::Unsatisfiable => vec![],
                Ranges::Whole => return Err(TestCaseError::fail(value)),
            };
            for range in set {
                for place in range.first..=range.last {
                    found[place as usize] += 1;
                }
            }
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn never_more_than_the_file(text in "(bytes=)?[0-9,\\- ]{0,60}", size in any::<u64>()) {
            match ranges(Some(text.as_bytes()), size) {
                Ranges::One(range) => prop_assert!(range.first <= range.last && range.last < size),
                Ranges::Several(set) => {
                    let sum: u128 = set.as_slice().iter().map(|range| u128::from(range.len())).sum();
                    prop_assert!(sum <= size.into());
                    prop_assert!((2..=RANGES).contains(&set.as_slice().len()));
                }
                Ranges::Whole | Ranges::Unsatisfiable => {}
            }
        }
    }
}
