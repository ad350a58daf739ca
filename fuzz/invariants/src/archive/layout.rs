//! The layout of an archive.

use ::archive::limits::{ARCHIVE_BYTES, HEADER_BYTES};
use ::archive::{Kind, Manifest, Part};
use pages::fnv::Fnv;

use super::folder::{self, Line, manifest};
use super::reading;

/// Takes a folder, an entry on each line. The parts of its archive follow one another, and are
/// as long as it says. Those of a range are a cut of them. What is read back from the blocks is
/// what was added. Its tag is the same again, and another one if anything changes.
pub fn layout(bytes: &[u8]) {
    let lines = folder::lines(bytes);
    let manifest = manifest(&lines);
    assert!(manifest.length() <= ARCHIVE_BYTES);
    let parts: Vec<Part> = manifest.parts(0..manifest.length()).collect();
    check_lengths(&manifest, &parts);
    for (start, end) in ranges(&lines, manifest.length()) {
        check_range(&manifest, &parts, start, end);
    }
    reading::check(&manifest, &parts);
    check_tag(&manifest, &lines);
}

fn check_lengths(manifest: &Manifest, parts: &[Part]) {
    let lengths = parts.iter().map(Part::length);
    assert!(lengths.clone().all(|length| length > 0));
    assert_eq!(lengths.sum::<u64>(), manifest.length());
    assert_eq!(manifest.length() % 512, 0);
    for part in parts {
        match part {
            Part::Bytes(bytes) => assert!(bytes.len() <= HEADER_BYTES),
            Part::Zeros(count) => assert!(*count <= 1_024),
            Part::File {
                entry,
                offset,
                length,
            } => {
                let file = manifest.get(*entry).unwrap();
                assert_eq!((file.kind, *offset), (Kind::File(*length), 0));
            }
        }
    }
}

/// Returns ranges around the numbers of the input, and around blocks.
fn ranges(lines: &[Line], length: u64) -> Vec<(u64, u64)> {
    let places = [
        0,
        1,
        511,
        512,
        513,
        length / 2,
        length.saturating_sub(1),
        length,
    ];
    let numbers = lines.iter().filter_map(|line| match line.kind {
        Kind::File(size) => Some(size % (length + 2)),
        Kind::Directory => None,
    });
    let places: Vec<u64> = places.into_iter().chain(numbers.take(8)).collect();
    let from = |start: u64| places.iter().map(move |end| (start, *end));
    places.iter().copied().flat_map(from).collect()
}

/// Checks that the parts of a range are those of the whole, cut at its ends.
fn check_range(manifest: &Manifest, whole: &[Part], start: u64, end: u64) {
    let mut expected = Vec::new();
    let mut at = 0;
    for part in whole {
        let (from, to) = (at, at + part.length());
        let (first, last) = (from.max(start), to.min(end));
        if first < last {
            expected.push(cut(part, first - from, last - first));
        }
        at = to;
    }
    let found: Vec<Part> = manifest.parts(start..end).collect();
    assert!(found == expected, "{start}..{end}: {found:?} {expected:?}");
}

fn cut(part: &Part, from: u64, length: u64) -> Part {
    match part {
        Part::Bytes(bytes) => {
            let (from, length) = (from as usize, length as usize);
            Part::Bytes(bytes[from..from + length].to_vec())
        }
        Part::Zeros(_) => Part::Zeros(length as usize),
        Part::File { entry, offset, .. } => Part::File {
            entry: *entry,
            offset: offset + from,
            length,
        },
    }
}

fn check_tag(one: &Manifest, lines: &[Line]) {
    assert_eq!(tag(one), tag(&manifest(lines)));
    for (place, line) in lines.iter().enumerate() {
        for other in line.others() {
            let mut changed = lines.to_vec();
            changed[place] = other;
            let changed = manifest(&changed);
            // What was refused, and still is, changes nothing.
            let is_same = entries(one) == entries(&changed);
            assert_eq!(tag(one) == tag(&changed), is_same, "line {place}");
        }
    }
}

fn tag(manifest: &Manifest) -> u64 {
    let mut hash = Fnv::EMPTY;
    for entry in 0..manifest.count() {
        manifest.describe(entry, |bytes| hash.add(bytes));
    }
    hash.value()
}

fn entries(manifest: &Manifest) -> Vec<::archive::Entry<'_>> {
    (0..manifest.count())
        .filter_map(|entry| manifest.get(entry))
        .collect()
}
