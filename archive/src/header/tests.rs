#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use super::*;
use crate::limits::{HEADER_BYTES, PATH_BYTES};
use alloc::format;
use alloc::string::String;

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp {
        seconds,
        nanoseconds: 999_999_999,
    })
}

/// Returns the records of a header as text, and the name in its last block.
fn written(path: &str, kind: Kind, modified: Option<Timestamp>) -> (String, Vec<u8>) {
    let header = Header::of(path, kind, modified);
    let (length, mut bytes) = (header.length(), Vec::new());
    header.write(&mut bytes);
    assert_eq!(bytes.len() as u64, length);
    assert_eq!(length % BLOCK as u64, 0);
    let block = &bytes[bytes.len() - BLOCK..];
    let name = block[..NAME_BYTES].split(|byte| *byte == 0);
    let name = name.into_iter().next().unwrap().to_vec();
    let records = match bytes.len() > BLOCK {
        true => &bytes[BLOCK..bytes.len() - BLOCK],
        false => &[],
    };
    let records = String::from_utf8_lossy(records);
    (records.trim_end_matches('\0').into(), name)
}

/// A path with its kind and time, the records about it, and the name in its block.
type Case<'a> = (&'a str, Kind, Option<Timestamp>, String, &'a [u8]);

#[test]
fn what_fits_into_a_block_is_in_it_and_the_rest_in_records() {
    let (file, directory) = (Kind::File(5), Kind::Directory);
    let (full, beyond) = ("a".repeat(100), "b".repeat(101));
    let cases: [Case<'_>; 13] = [
        ("a/b.txt", file, None, String::new(), b"a/b.txt"),
        ("a/b", directory, at(0), String::new(), b"a/b/"),
        ("a\\b\n-", file, at(1), String::new(), b"a\\b\n-"),
        (&full, file, None, String::new(), full.as_bytes()),
        (
            &full,
            directory,
            None,
            format!("111 path={full}/\n"),
            full.as_bytes(),
        ),
        (
            &beyond,
            file,
            None,
            format!("111 path={beyond}\n"),
            &beyond.as_bytes()[..100],
        ),
        (
            "caf\u{e9}",
            file,
            None,
            "14 path=caf\u{e9}\n".into(),
            b"caf__",
        ),
        // Bytes that are not UTF-8.
        ("caf\u{10ffe9}", file, None, String::new(), b"caf\xe9"),
        ("a", Kind::File(0o77_777_777_777), None, String::new(), b"a"),
        (
            "a",
            Kind::File(1 << 33),
            None,
            "19 size=8589934592\n".into(),
            b"a",
        ),
        ("a", file, at(-1), "12 mtime=-1\n".into(), b"a"),
        ("a", file, at((1 << 33) - 1), String::new(), b"a"),
        ("a", file, at(1 << 33), "20 mtime=8589934592\n".into(), b"a"),
    ];
    for (path, kind, modified, records, name) in cases {
        let expected = (records, name.to_vec());
        assert_eq!(written(path, kind, modified), expected, "{path:?}");
    }
}

#[test]
fn a_long_path_that_is_no_text_is_no_record() {
    let path = "\u{10ffe9}".repeat(101);
    let header = Header::of(&path, Kind::File(0), None);
    assert_eq!(header.long_name, [&[0xe9; 101][..], &[0]].concat());
    assert_eq!(
        (header.records.len(), header.length()),
        (0, 3 * BLOCK as u64)
    );
    let mut bytes = Vec::new();
    header.write(&mut bytes);
    assert!(bytes.starts_with(b"././@LongLink\0"));
    assert_eq!(bytes[BLOCK..BLOCK + 102], [&[0xe9; 101][..], &[0]].concat());
}

#[test]
fn a_record_counts_the_digits_of_its_own_length() {
    for length in 1..1_200 {
        let mut out = Vec::new();
        record::write(&mut out, b"path", "x".repeat(length).as_bytes());
        let text = String::from_utf8(out).unwrap();
        let (said, rest) = text.split_once(' ').unwrap();
        assert_eq!(said.parse(), Ok(text.len()), "{length}");
        assert_eq!(rest.len(), "path=".len() + length + 1);
    }
}

#[test]
fn no_header_is_longer_than_its_bound() {
    let paths = ["a", "\u{e9}", "\u{10ffe9}"].map(|letter| {
        let path = letter.repeat(PATH_BYTES / letter.len());
        [path.clone(), ["\u{10ffe9}", &path[4..]].concat()]
    });
    for path in paths.as_flattened() {
        let header = Header::of(path, Kind::File(u64::MAX), at(i64::MIN));
        let length = header.length() as usize;
        assert!(length <= HEADER_BYTES, "{length}");
    }
}
