#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use super::*;
use alloc::format;

/// Returns a manifest with two files in a directory, and an empty one.
fn sample() -> Manifest {
    let mut manifest = Manifest::new("top", None).unwrap();
    for (name, kind) in [
        ("a", Kind::File(600)),
        ("b", Kind::File(0)),
        ("c", Kind::File(1_024)),
        ("d", Kind::Directory),
    ] {
        manifest.add(Manifest::TOP, name, kind, None).unwrap();
    }
    manifest
}

/// Returns the parts of a range, with the length of bytes in their place.
fn shapes(range: Range<u64>) -> Vec<Part> {
    let shape = |part| match part {
        Part::Bytes(bytes) => Part::Bytes(Vec::from([bytes.len().min(255) as u8])),
        part => part,
    };
    sample().parts(range).map(shape).collect()
}

#[test]
fn an_archive_is_headers_files_and_zeros() {
    let header = || Part::Bytes(Vec::from([255]));
    let file = |entry, offset, length| Part::File {
        entry,
        offset,
        length,
    };
    let whole = [
        header(),
        header(),
        file(1, 0, 600),
        Part::Zeros(424),
        header(),
        header(),
        file(3, 0, 1_024),
        header(),
        Part::Zeros(1_024),
    ];
    let length = sample().length();
    assert_eq!(length, 5 * 512 + 1_024 + 1_024 + 1_024);
    assert_eq!(shapes(0..length), whole);
    let few = |count| Part::Bytes(Vec::from([count]));
    let cases: [(Range<u64>, Vec<Part>); 9] = [
        (0..0, Vec::new()),
        (length..u64::MAX, Vec::new()),
        (10..20, Vec::from([few(10)])),
        (510..514, Vec::from([few(2), few(2)])),
        (1_023..1_025, Vec::from([few(1), file(1, 0, 1)])),
        (1_100..1_200, Vec::from([file(1, 76, 100)])),
        (1_623..1_625, Vec::from([file(1, 599, 1), Part::Zeros(1)])),
        (2_047..2_049, Vec::from([Part::Zeros(1), few(1)])),
        (length - 5..u64::MAX, Vec::from([Part::Zeros(5)])),
    ];
    for (range, parts) in cases {
        assert_eq!(shapes(range.clone()), parts, "{range:?}");
    }
}

/// Returns the bytes of a range, with a file whose bytes tell where they are.
fn bytes(manifest: &Manifest, range: Range<u64>) -> Vec<u8> {
    let mut all = Vec::new();
    for part in manifest.parts(range) {
        match part {
            Part::Bytes(bytes) => all.extend(bytes),
            Part::Zeros(count) => all.resize(all.len() + count, 0),
            Part::File { offset, length, .. } => {
                all.extend((offset..offset + length).map(|at| at as u8));
            }
        }
    }
    all
}

#[test]
fn every_range_is_a_cut_of_the_whole() {
    let manifest = sample();
    let whole = bytes(&manifest, 0..manifest.length());
    for start in (0..whole.len()).step_by(97) {
        for end in (start..=whole.len()).step_by(89) {
            let range = bytes(&manifest, start as u64..end as u64);
            assert!(range == whole[start..end], "{start}..{end}");
        }
    }
}

#[test]
fn a_part_in_the_middle_of_many_is_found() {
    let mut manifest = Manifest::new("top", None).unwrap();
    for number in 0..10_000 {
        let name = format!("{number:05}");
        let file = Kind::File(512);
        manifest.add(Manifest::TOP, &name, file, None).unwrap();
    }
    for entry in [1, 2, 5_000, 10_000_usize] {
        let offset = 1_024 * entry as u64;
        let part = Part::File {
            entry,
            offset: 0,
            length: 1,
        };
        assert_eq!(manifest.parts(offset..offset + 1).next(), Some(part));
    }
}
