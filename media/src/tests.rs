//! Files for tests: the parts that formats are made of, and reading from memory.

#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::facts::Facts;
use crate::input::{Reason, Span};
use crate::reader::{self, Step};

/// Outcome of reading a file, and its cost.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) end: Result<Box<Facts>, Reason>,
    /// The parts that were asked for.
    pub(crate) spans: Vec<Span>,
}

/// Reads a file from memory. It is longer than the bytes if `length` says so, and has zeros
/// there.
pub(crate) fn read_long(file: &[u8], length: u64) -> Reading {
    let mut step = reader::read(length);
    let mut spans = Vec::new();
    loop {
        step = match step {
            Step::Need(need) => {
                let span = need.span();
                spans.push(span);
                need.supply(&piece(file, span))
            }
            Step::Done(end) => return Reading { end, spans },
        };
    }
}

fn piece(file: &[u8], span: Span) -> Vec<u8> {
    let start = usize::try_from(span.start).unwrap_or(usize::MAX);
    let mut piece = file.get(start..).unwrap_or_default().to_vec();
    piece.resize(usize::try_from(span.length).unwrap(), 0);
    piece
}

/// Reads a file from memory.
pub(crate) fn read(file: &[u8]) -> Result<Box<Facts>, Reason> {
    read_long(file, file.len() as u64).end
}

/// Returns the facts of a file that has some.
pub(crate) fn facts(file: &[u8]) -> Box<Facts> {
    read(file).unwrap()
}

/// Returns a box of MP4.
pub(crate) fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 8).unwrap();
    [&length.to_be_bytes()[..], kind, &body].concat()
}

/// Returns an element of Matroska with a length of eight bytes.
pub(crate) fn element(id: u32, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = (1 << 56 | body.len() as u64).to_be_bytes();
    [&id_bytes(id)[..], &length, &body].concat()
}

/// Returns the bytes of what an element is.
pub(crate) fn id_bytes(id: u32) -> Vec<u8> {
    let zeros = id.leading_zeros() as usize / 8;
    id.to_be_bytes()[zeros..].to_vec()
}

/// Returns a chunk of RIFF.
pub(crate) fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    let padding = &[0][..body.len() % 2];
    [&kind[..], &length.to_le_bytes(), body, padding].concat()
}

/// Returns a page of Ogg.
pub(crate) fn page(serial: u32, flags: u8, position: u64, packet: &[u8], goes_on: bool) -> Vec<u8> {
    let mut segments: Vec<u8> = packet.chunks(255).map(|part| part.len() as u8).collect();
    if !goes_on && packet.len().is_multiple_of(255) {
        segments.push(0);
    }
    let head = [
        &b"OggS\0"[..],
        &[flags],
        &position.to_le_bytes(),
        &serial.to_le_bytes(),
    ];
    [
        &head.concat()[..],
        &[0; 8],
        &[segments.len() as u8],
        &segments,
        packet,
    ]
    .concat()
}

/// Returns EXIF of a camera with the highest byte first: turned by a quarter, with a date and a
/// thumbnail, and with the directory of places.
pub(crate) fn big_endian_exif() -> Vec<u8> {
    exif(false, 100, 150)
}

/// Returns EXIF that says that its second and third directory are at these places. They are
/// at 100 and 150.
pub(crate) fn exif(is_little: bool, second: u32, third: u32) -> Vec<u8> {
    let short = |number: u16| match is_little {
        true => number.to_le_bytes(),
        false => number.to_be_bytes(),
    };
    let long = |number: u32| match is_little {
        true => number.to_le_bytes(),
        false => number.to_be_bytes(),
    };
    let entry = |tag: u16, form: u16, count: u32, value: [u8; 4]| {
        [&short(tag)[..], &short(form), &long(count), &value].concat()
    };
    let [a, b] = short(6);
    let first = [
        entry(0x0112, 3, 1, [a, b, 0, 0]),
        entry(0x8825, 4, 1, long(8)),
        entry(0x8769, 4, 1, long(second)),
    ];
    let mut bytes = if is_little {
        b"II\x2a\0".to_vec()
    } else {
        b"MM\0\x2a".to_vec()
    };
    bytes.extend(long(8));
    bytes.extend(short(3));
    bytes.extend(first.concat());
    bytes.extend(long(third));
    bytes.resize(100, 0);
    bytes.extend(short(1));
    bytes.extend(entry(0x9003, 2, 20, long(130)));
    bytes.resize(130, 0);
    bytes.extend(b"2026:11:28 09:30:00\0");
    let thumbnail = [
        entry(0x0201, 4, 1, long(200)),
        entry(0x0202, 4, 1, long(12)),
    ];
    bytes.extend(short(2));
    bytes.extend(thumbnail.concat());
    bytes.resize(200, 0);
    bytes.extend(b"\xff\xd8\xff\xe0 picture");
    bytes.resize(220, 0);
    bytes
}
