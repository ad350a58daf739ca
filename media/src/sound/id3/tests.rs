#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use alloc::vec;
use alloc::vec::Vec;

use crate::facts::Facts;
use crate::tests::facts;

/// Two frames of silence, so that the file is one of sound.
const SOUND: [u8; 4] = [0xff, 0xfb, 0x90, 0x64];
const FRAME_BYTES: usize = 417;

fn sound() -> Vec<u8> {
    let mut frame = SOUND.to_vec();
    frame.resize(FRAME_BYTES, 0);
    [&frame[..], &frame].concat()
}

fn seven_bits(number: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (number >> shift & 0x7f) as u8)
}

fn tag(version: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    [
        &b"ID3"[..],
        &[version, 0, flags],
        &seven_bits(body.len()),
        body,
    ]
    .concat()
}

fn frame(version: u8, id: &str, flags: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len() as u32;
    let head = match version {
        2 => length.to_be_bytes()[1..].to_vec(),
        3 => [&length.to_be_bytes()[..], &[0, flags]].concat(),
        _ => [&seven_bits(value.len())[..], &[0, flags]].concat(),
    };
    [id.as_bytes(), &head, value].concat()
}

fn of(tag: &[u8]) -> Facts {
    *facts(&[tag, &sound()].concat())
}

#[test]
fn frames_of_all_versions() {
    let long = [&[3][..], &[b'x'; 200], b"\0"].concat();
    for (version, title, artist, track) in [
        (2, "TT2", "TP1", "TRK"),
        (3, "TIT2", "TPE1", "TRCK"),
        (4, "TIT2", "TPE1", "TRCK"),
    ] {
        let body = [
            frame(version, artist, 0, &long),
            frame(version, title, 0, b"\x01\xff\xfeB\0\xe4\0r\0"),
            frame(version, track, 0, b"\x003/12"),
            vec![0; 50],
        ];
        let facts = of(&tag(version, 0, &body.concat()));
        assert_eq!(facts.tags.title.as_deref(), Some("Bär"), "{version}");
        assert_eq!(
            facts.tags.artist.as_deref(),
            Some(&*"x".repeat(200)),
            "{version}"
        );
        let place = facts.tags.track.map(|it| (it.number, it.of));
        assert_eq!(place, Some((3, Some(12))), "{version}");
        assert_eq!(facts.cut, None);
    }
}

#[test]
fn zeros_that_were_put_in_are_taken_out() {
    // In version 2.3 in the whole tag, its lengths included; in version 2.4 in a frame.
    let title = frame(3, "TIT2", 0, b"\x01\xff\xfe\xff\0");
    let artist = frame(3, "TPE1", 0, b"\0who");
    let picture = frame(3, "APIC", 0, b"\0image/jpeg\0\x03\0\xff\xd8\xff\xe0\0\0");
    let body = [picture, title, artist].concat();
    let mut escaped = Vec::new();
    for byte in &body {
        escaped.push(*byte);
        if *byte == 0xff {
            escaped.push(0);
        }
    }
    let facts = of(&tag(3, 0x80, &escaped));
    assert_eq!(facts.tags.title.as_deref(), Some("ÿ"));
    assert_eq!(facts.tags.artist.as_deref(), Some("who"));
    assert_eq!(facts.cover, None);
    let title = frame(4, "TIT2", 0x02, b"\x01\xff\0\xfe\xff\0\0");
    let body = [title, frame(4, "TPE1", 0x41, b"g\0\0\0\x04\0who")].concat();
    let facts = of(&tag(4, 0x80, &body));
    assert_eq!(facts.tags.title.as_deref(), Some("ÿ"));
    assert_eq!(facts.tags.artist.as_deref(), Some("who"));
}

#[test]
fn pictures_and_chapters_are_found() {
    let back = frame(3, "APIC", 0, b"\0image/png\0\x04\0\x89PNG\r\n\x1a\nback");
    let front = frame(3, "APIC", 0, b"\0image/png\0\x03\0\x89PNG\r\n\x1a\nfront");
    let other = frame(3, "APIC", 0, b"\0text/html\0\x03\0<html>");
    let name = frame(3, "TIT2", 0, b"\x03One");
    let times = [&2_500_u32.to_be_bytes()[..], &[0; 12]].concat();
    let chapter = frame(3, "CHAP", 0, &[&b"c1\0"[..], &times, &name].concat());
    for body in [
        [&back[..], &front, &other, &chapter].concat(),
        [&front[..], &back, &chapter].concat(),
    ] {
        let tag = tag(3, 0, &body);
        let facts = of(&tag);
        let span = facts.cover.unwrap().span;
        let bytes = &tag[span.start as usize..span.end() as usize];
        assert_eq!(bytes, b"\x89PNG\r\n\x1a\nfront");
        let chapters: Vec<_> = facts
            .chapters
            .iter()
            .map(|it| (it.start.as_millis(), it.title.as_deref()))
            .collect();
        assert_eq!(chapters, [(2_500, Some("One"))]);
    }
}

#[test]
fn damaged_tags() {
    let title = frame(3, "TIT2", 0, b"\0x");
    for (tag, expected) in [
        // More of a head, of six bytes and four for its length.
        (
            tag(
                3,
                0x40,
                &[&[0, 0, 0, 6, 0, 0, 0, 0, 0, 0][..], &title].concat(),
            ),
            Some("x"),
        ),
        // A frame that ends behind the tag.
        (
            tag(3, 0, &[&title[..], b"TPE1\x7f\xff\xff\xff\0\0\0x"].concat()),
            Some("x"),
        ),
        (
            tag(3, 0, &[b"TIT2\xff\xff\xff\xff\0\0", &title[..]].concat()),
            None,
        ),
        // Contents that are compressed or encrypted.
        (tag(3, 0, &frame(3, "TIT2", 0x80, b"\0x")), None),
        (tag(4, 0, &frame(4, "TIT2", 0x04, b"\0x")), None),
        // Lengths of a program that did not know of the seven bits.
        (
            tag(
                4,
                0,
                &[
                    &frame(4, "TXXX", 0, &[])[..4],
                    &[0, 0, 0, 0x81, 0, 0],
                    &[b'y'; 0x81],
                    &title,
                ]
                .concat(),
            ),
            Some("x"),
        ),
        (tag(3, 0, &[]), None),
        ([tag(3, 0, &[]), tag(3, 0, &title)].concat(), Some("x")),
    ] {
        assert_eq!(of(&tag).tags.title.as_deref(), expected, "{tag:x?}");
    }
}

#[test]
fn old_tags_are_at_the_end() {
    let field = |text: &str, length| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(length, 0);
        bytes
    };
    let mut old = [
        &b"TAG"[..],
        &field("Title", 30),
        &field("Artist", 30),
        &field("", 30),
        b"1999",
        &[b' '; 28],
        &[0, 7, 12],
    ]
    .concat();
    let facts = facts(&[&sound()[..], &old].concat());
    assert_eq!(facts.tags.title.as_deref(), Some("Title"));
    assert_eq!((facts.tags.album, facts.tags.year), (None, Some(1999)));
    assert_eq!(facts.tags.track.map(|it| it.number), Some(7));
    old[125] = b' ';
    let facts = crate::tests::facts(&[&sound()[..], &old].concat());
    assert_eq!(facts.tags.track, None);
}
