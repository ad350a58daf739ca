//! An archive read back, block by block: slowly, and as the standard says it.

use ::archive::{Kind, Manifest, Part};
use h1::syntax::name;

/// The fields of blocks by their places (POSIX.1-2001, "ustar Interchange Format").
const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const MTIME: std::ops::Range<usize> = 136..148;
const CHECKSUM: std::ops::Range<usize> = 148..156;
const TYPE: usize = 156;

/// What headers say of an entry.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    seconds: Option<i64>,
    is_directory: bool,
}

/// Checks that headers say of each entry what was added, that its content follows, and that no
/// path leads out of where it is unpacked.
pub(super) fn check(manifest: &Manifest, parts: &[Part]) {
    let mut parts = parts.iter().peekable();
    for entry in 0..manifest.count() {
        let Some(Part::Bytes(header)) = parts.next() else {
            panic!("entry {entry} has no header");
        };
        let read = read(header);
        let added = manifest.get(entry).unwrap();
        assert_eq!(read, expected(manifest, entry));
        check_path(read.path.as_deref().unwrap());
        if let Kind::File(size) = added.kind
            && size > 0
        {
            let content = Part::File {
                entry,
                offset: 0,
                length: size,
            };
            assert_eq!(parts.next(), Some(&content));
            let rest = (512 - size % 512) % 512;
            assert!(rest == 0 || parts.next() == Some(&Part::Zeros(rest as usize)));
        }
    }
    assert_eq!(parts.next(), Some(&Part::Zeros(1_024)));
    assert_eq!(parts.next(), None);
}

fn expected(manifest: &Manifest, entry: usize) -> Read {
    let added = manifest.get(entry).unwrap();
    let is_directory = added.kind == Kind::Directory;
    let mut path = String::from("top");
    if entry != Manifest::TOP {
        path = format!("{path}/{}", manifest.path_below(entry));
    }
    if is_directory {
        path.push('/');
    }
    Read {
        path: Some(name::bytes(&path).collect()),
        size: Some(match added.kind {
            Kind::File(size) => size,
            Kind::Directory => 0,
        }),
        seconds: Some(added.modified.map_or(0, |time| time.seconds)),
        is_directory,
    }
}

fn check_path(path: &[u8]) {
    assert!(!path.starts_with(b"/") && !path.contains(&0));
    let inner = path.strip_suffix(b"/").unwrap_or(path);
    for name in inner.split(|byte| *byte == b'/') {
        assert!(!name.is_empty() && name != b"." && name != b"..");
    }
}

fn read(header: &[u8]) -> Read {
    let mut read = Read::default();
    let mut rest = header;
    loop {
        let (block, after) = rest.split_at(512);
        check_checksum(block);
        let size = octal(&block[SIZE]);
        if !matches!(block[TYPE], b'x' | b'L') {
            assert!(after.is_empty());
            let name = block[NAME].split(|byte| *byte == 0).next().unwrap();
            read.path.get_or_insert_with(|| name.to_vec());
            read.size.get_or_insert(size);
            read.seconds.get_or_insert(octal(&block[MTIME]) as i64);
            read.is_directory = block[TYPE] == b'5';
            return read;
        }
        let size = size as usize;
        match block[TYPE] {
            b'x' => read_records(&after[..size], &mut read),
            _ => read.path = Some(after[..size].strip_suffix(&[0]).unwrap().to_vec()),
        }
        rest = &after[size.next_multiple_of(512)..];
    }
}

fn read_records(records: &[u8], read: &mut Read) {
    let mut rest = records;
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = text(&rest[..space]).parse().unwrap();
        let (record, after) = rest.split_at(length);
        let record = record[space + 1..].strip_suffix(b"\n").unwrap();
        let equals = record.iter().position(|byte| *byte == b'=').unwrap();
        let value = &record[equals + 1..];
        match &record[..equals] {
            b"path" => read.path = Some(text(value).as_bytes().to_vec()),
            b"size" => read.size = text(value).parse().ok(),
            b"mtime" => read.seconds = text(value).parse().ok(),
            other => panic!("{other:?}"),
        }
        rest = after;
    }
}

fn check_checksum(block: &[u8]) {
    let sum = |range: std::ops::Range<usize>| {
        block[range]
            .iter()
            .map(|byte| u64::from(*byte))
            .sum::<u64>()
    };
    let spaces = CHECKSUM.len() as u64 * u64::from(b' ');
    assert_eq!(
        octal(&block[CHECKSUM]),
        sum(0..512) - sum(CHECKSUM) + spaces
    );
}

fn octal(field: &[u8]) -> u64 {
    let digits = field.split(|byte| !byte.is_ascii_digit()).next().unwrap();
    u64::from_str_radix(text(digits), 8).unwrap()
}

/// Returns what is UTF-8.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}
