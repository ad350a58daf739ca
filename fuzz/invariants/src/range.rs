//! Ranges (RFC 9110 §14).

use std::collections::BTreeSet;

use h1::limits::RANGES;
use h1::representation::Representation;
use h1::representation::caching::Caching;
use h1::representation::etag::{EntityTag, Strength};
use h1::response::multipart::{Multipart, OVERHEAD_BYTES};
use h1::selection::range::{ByteRange, RangeSet, Ranges, ranges};
use h1::syntax::date::Timestamp;

use crate::text::first_line;

/// Size of the largest file whose bytes are checked one by one.
const SMALL_BYTES: u64 = 512;

/// Length of the longest number that, even plus one, is sure to fit in 128 bits.
const LONGEST_DIGITS: usize = 37;

/// Takes a file size and, on a second line, the value of `Range`. The sent bytes are
/// within the file and never the same byte twice, so with all delimiters they are not
/// much more than the file. They are exactly the requested bytes, which are found one by
/// one.
pub fn range(bytes: &[u8]) {
    let Some((size, value)) = first_line(bytes) else {
        return;
    };
    let Some(size) = str::from_utf8(size).ok().and_then(|text| text.parse().ok()) else {
        return;
    };
    let found = ranges(Some(value), size);
    let sent = match &found {
        Ranges::Whole | Ranges::Unsatisfiable => vec![],
        Ranges::One(range) => vec![*range],
        Ranges::Several(set) => {
            check_multipart(set, size);
            set.as_slice().to_vec()
        }
    };
    for range in &sent {
        assert!(range.first <= range.last && range.last < size);
        assert_eq!(range.len(), range.last - range.first + 1);
    }
    let mut sorted = sent.clone();
    sorted.sort_by_key(|range| range.first);
    for pair in sorted.windows(2) {
        assert!(pair[0].last + 1 < pair[1].first, "{pair:?} touch");
    }
    let mut numbers = value.split(|byte| !byte.is_ascii_digit());
    if size <= SMALL_BYTES && numbers.all(|digits| digits.len() <= LONGEST_DIGITS) {
        check_bytes(value, size, &found, &sent);
    }
}

/// Checks that the content of a 206 has the announced length, and is bounded.
fn check_multipart(set: &RangeSet, size: u64) {
    assert!((2..=RANGES).contains(&set.as_slice().len()));
    let modified = Some(Timestamp {
        seconds: 784_111_777,
        nanoseconds: 5,
    });
    let file = Representation {
        size,
        modified,
        etag: EntityTag::of(size, modified, Strength::Strong, None),
        media_type: "video/mp4",
        coding: None,
        varies: false,
        caching: Caching::Revalidate,
        disposition: None,
    };
    let multipart = Multipart::new(&file, set);
    let mut delimiters = Vec::new();
    let mut sent = Vec::new();
    while let Some(range) = multipart.part_head(sent.len(), &mut delimiters) {
        sent.push(range);
    }
    multipart.closing(&mut delimiters);
    assert_eq!(sent, set.as_slice());
    let content: u64 = sent.iter().map(|range| range.len()).sum();
    assert!(content <= size);
    assert!(delimiters.len() as u64 <= OVERHEAD_BYTES);
    assert_eq!(
        multipart.content_length(),
        content + delimiters.len() as u64
    );
}

fn check_bytes(value: &[u8], size: u64, found: &Ranges, sent: &[ByteRange]) {
    let asked = str::from_utf8(value).ok().and_then(asked);
    let Some(asked) = asked.filter(|specs| specs.len() <= RANGES) else {
        return assert_eq!(*found, Ranges::Whole);
    };
    let expected: BTreeSet<u64> = asked.iter().flat_map(|spec| spec.places(size)).collect();
    let places: BTreeSet<u64> = sent
        .iter()
        .flat_map(|range| range.first..=range.last)
        .collect();
    assert_eq!(places, expected);
    let all = |spec: &Spec| matches!(spec, Spec(None, Some(1..)) | Spec(Some(0), None));
    match found {
        Ranges::Whole => assert!(size == 0 && asked.iter().any(all)),
        _ => {
            assert_eq!(*found == Ranges::Unsatisfiable, expected.is_empty());
            assert!(!expected.is_empty() || size > 0 || !asked.iter().any(all));
        }
    }
}

/// The numbers before and after the hyphen.
struct Spec(Option<u128>, Option<u128>);

impl Spec {
    fn places(&self, size: u64) -> std::ops::Range<u64> {
        let within = |place: u128| place.min(size.into()) as u64;
        match *self {
            Self(None, suffix) => size - within(suffix.unwrap_or(0))..size,
            Self(Some(first), None) => within(first)..size,
            Self(Some(first), Some(last)) => within(first)..within(last + 1),
        }
    }
}

/// Returns the ranges that the field requests, or `None` where it must be ignored.
fn asked(value: &str) -> Option<Vec<Spec>> {
    let (unit, set) = value.split_once('=')?;
    let blank = [' ', '\t'];
    let leading = set.starts_with(blank) && !set.trim_start_matches(blank).starts_with(',');
    if !unit.eq_ignore_ascii_case("bytes") || leading {
        return None;
    }
    let members = set.split(',').map(|member| member.trim_matches(blank));
    let specs: Option<Vec<_>> = members
        .filter(|member| !member.is_empty())
        .map(spec)
        .collect();
    specs.filter(|specs| !specs.is_empty())
}

fn spec(member: &str) -> Option<Spec> {
    let (first, last) = member.split_once('-')?;
    let numbers = (number(first)?, number(last)?);
    match numbers {
        (None, None) => None,
        (Some(first), Some(last)) if first > last => None,
        (first, last) => Some(Spec(first, last)),
    }
}

fn number(text: &str) -> Option<Option<u128>> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())
}
