#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use super::*;
use crate::limits::HEADER_BYTES;
use alloc::format;

const FILE: Kind = Kind::File(1);

fn top() -> Manifest {
    Manifest::new("top", None).unwrap()
}

#[test]
fn a_directory_comes_before_its_files_and_those_before_its_directories() {
    // (directory, name, kind, error): the next number is the line from 1 on, if it is added.
    let mut manifest = top();
    let mut add = |directory, name, kind| manifest.add(directory, name, kind, None);
    assert_eq!(add(0, "B", FILE), Ok(1));
    assert_eq!(add(0, "A", FILE), Err(Error::OutOfOrder));
    assert_eq!(add(0, "B", FILE), Err(Error::OutOfOrder));
    assert_eq!(add(0, "a", FILE), Ok(2));
    assert_eq!(add(0, "A", Kind::Directory), Ok(3));
    assert_eq!(add(0, "c", FILE), Err(Error::OutOfOrder));
    assert_eq!(add(3, "a", FILE), Ok(4));
    assert_eq!(add(3, "b", Kind::Directory), Ok(5));
    assert_eq!(add(5, "a", FILE), Ok(6));
    assert_eq!(add(3, "c", FILE), Err(Error::OutOfOrder));
    assert_eq!(add(3, "c", Kind::Directory), Ok(7));
    assert_eq!(add(5, "b", FILE), Err(Error::OutOfOrder));
    assert_eq!(add(0, "A", Kind::Directory), Err(Error::OutOfOrder));
    assert_eq!(add(0, "B", Kind::Directory), Ok(8));
    assert_eq!(add(7, "x", FILE), Err(Error::OutOfOrder));
    assert_eq!(add(1, "x", FILE), Err(Error::NoDirectory));
    assert_eq!(add(9, "x", FILE), Err(Error::NoDirectory));
    let paths: Vec<_> = (0..manifest.count())
        .map(|entry| manifest.path_below(entry))
        .collect();
    assert_eq!(
        paths,
        ["", "B", "a", "A", "A/a", "A/b", "A/b/a", "A/c", "B"]
    );
}

#[test]
fn a_name_is_one_name() {
    for name in ["", ".", "..", "/", "a/b", "/a", "a/", "a\0b", "../a"] {
        assert!(matches!(Manifest::new(name, None), Err(Error::NotAName)));
        let added = top().add(Manifest::TOP, name, FILE, None);
        assert_eq!(added, Err(Error::NotAName), "{name:?}");
    }
    for name in ["...", "..a", " ", "-rf", "a\\b", "\n", "C:", "\u{10ffe9}"] {
        assert!(
            top().add(Manifest::TOP, name, FILE, None).is_ok(),
            "{name:?}"
        );
    }
}

#[test]
fn entries_come_back() {
    let time = Timestamp {
        seconds: -1,
        nanoseconds: 7,
    };
    let mut manifest = Manifest::new("top", Some(time)).unwrap();
    for (name, kind, modified) in [
        ("a", Kind::File(1 << 40), Some(time)),
        ("b", Kind::File(0), None),
        ("c", Kind::Directory, None),
    ] {
        let number = manifest.add(Manifest::TOP, name, kind, modified).unwrap();
        let expected = Entry {
            name,
            kind,
            modified,
            parent: Manifest::TOP,
        };
        assert_eq!(manifest.get(number), Some(expected));
    }
    assert_eq!(manifest.get(0).map(|top| top.modified), Some(Some(time)));
    assert_eq!(manifest.get(4), None);
}

#[test]
fn an_archive_has_as_many_entries_as_the_limit() {
    let mut manifest = top();
    for number in 1..ENTRIES {
        let name = format!("{number:06}");
        assert_eq!(manifest.add(Manifest::TOP, &name, FILE, None), Ok(number));
    }
    let one_more = manifest.add(Manifest::TOP, "x", FILE, None);
    assert_eq!(one_more, Err(Error::TooManyEntries));
    assert_eq!(manifest.count(), ENTRIES);
}

#[test]
fn names_have_a_bound_together() {
    let mut manifest = top();
    let mut bytes = "top".len();
    let refused = (0..).find_map(|number| {
        let name = format!("{number:06}{}", "x".repeat(3_000));
        bytes += name.len();
        manifest.add(Manifest::TOP, &name, FILE, None).err()
    });
    assert_eq!(refused, Some(Error::TooManyNames));
    // Names that leave space at the ends of blocks count with that.
    assert!(bytes > NAMES_BYTES / 10 * 8 && bytes < NAMES_BYTES + 4_000);
}

#[test]
fn paths_have_a_bound() {
    // The slashes and the one at the end of a directory count.
    let mut manifest = top();
    let (mut directory, mut length) = (Manifest::TOP, "top".len());
    while length + 101 < PATH_BYTES {
        let added = manifest.add(directory, &"d".repeat(100), Kind::Directory, None);
        (directory, length) = (added.unwrap(), length + 101);
    }
    let left = PATH_BYTES - length - 2;
    let too_long = manifest.add(directory, &"f".repeat(left + 1), FILE, None);
    assert_eq!(too_long, Err(Error::PathTooLong));
    assert!(
        manifest
            .add(directory, &"f".repeat(left), FILE, None)
            .is_ok()
    );
}

#[test]
fn an_archive_is_no_longer_than_clients_can_count() {
    let least = 512 + 512 + 1_024;
    // The record of the size takes two blocks more.
    let most = ARCHIVE_BYTES - least - 1_024;
    for (size, expected) in [
        (u64::MAX, Err(Error::TooLong)),
        (most, Err(Error::TooLong)),
        (most - 511, Ok(1)),
    ] {
        let mut manifest = top();
        let added = manifest.add(Manifest::TOP, "a", Kind::File(size), None);
        assert_eq!(added, expected, "{size}");
        assert!(manifest.length() <= ARCHIVE_BYTES);
    }
    let mut manifest = top();
    let half = Kind::File(ARCHIVE_BYTES / 2);
    assert!(manifest.add(Manifest::TOP, "a", half, None).is_ok());
    let before = manifest.length();
    let second = manifest.add(Manifest::TOP, "b", half, None);
    assert_eq!((second, manifest.length()), (Err(Error::TooLong), before));
}

#[test]
fn a_hundred_thousand_files_take_as_much_memory_as_is_stated() {
    const COUNT: usize = 100_000;
    const NAME: usize = 40;
    let mut manifest = top();
    let mut grown = 0;
    for number in 0..COUNT {
        let name = format!("{number:0NAME$}");
        grown += manifest.growth(&name);
        let size = Kind::File(1 << 40);
        manifest.add(Manifest::TOP, &name, size, None).unwrap();
    }
    let stated = COUNT * (40 + NAME);
    assert!(grown > stated && grown < stated / 100 * 101, "{grown}");
    // However long the files are.
    assert!(manifest.length() > (COUNT as u64) << 40);
}

#[test]
fn every_offset_belongs_to_the_entry_that_it_is_in() {
    let mut manifest = top();
    for number in 0..1_000_u64 {
        let size = Kind::File(number % 3 * 700);
        let name = format!("{number:04}");
        manifest.add(Manifest::TOP, &name, size, None).unwrap();
    }
    for entry in 0..manifest.count() {
        let (start, content) = manifest.place(entry);
        assert!(content - start <= HEADER_BYTES as u64);
        let (next, _) = manifest.place(entry + 1);
        for offset in [start, content.min(next - 1), next - 1] {
            assert_eq!(manifest.find(offset), entry, "{offset}");
        }
    }
    assert_eq!(manifest.find(manifest.length() - 1_024), manifest.count());
    assert_eq!(manifest.find(u64::MAX), manifest.count());
}

#[test]
fn a_description_tells_entries_apart() {
    let time = |seconds, nanoseconds| {
        Some(Timestamp {
            seconds,
            nanoseconds,
        })
    };
    let described = |name: &str, kind, modified| {
        let mut manifest = top();
        let entry = manifest.add(Manifest::TOP, name, kind, modified).unwrap();
        let mut bytes = Vec::new();
        manifest.describe(entry, |piece| bytes.extend_from_slice(piece));
        bytes
    };
    let all = [
        described("a", FILE, None),
        described("b", FILE, None),
        described("a", Kind::File(2), None),
        described("a", Kind::Directory, None),
        described("a", FILE, time(0, 0)),
        described("a", FILE, time(0, 1)),
        described("a", FILE, time(1, 0)),
    ];
    for (place, one) in all.iter().enumerate() {
        assert!(!all[place + 1..].contains(one), "{place}");
    }
    assert_eq!(all[0], described("a", FILE, None));
}
