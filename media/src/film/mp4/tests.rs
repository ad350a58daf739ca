#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use crate::facts::{Container, Kind, Place};
use crate::input::Reason;
use crate::limits::STEPS;
use crate::tests::{boxed, facts, read, read_long};

fn movie_head(ticks: u32) -> Vec<u8> {
    boxed(
        b"mvhd",
        &[
            &[0; 12],
            &1_000_u32.to_be_bytes(),
            &ticks.to_be_bytes(),
            &[0; 80],
        ],
    )
}

/// A track of a kind whose samples have this description.
fn track(kind: &[u8; 4], language: [u8; 2], entry: &[u8]) -> Vec<u8> {
    let matrix = [1_u32 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30]
        .map(u32::to_be_bytes)
        .concat();
    let head = [
        &[0, 0, 0, 1][..],
        &[0; 8],
        &[0, 0, 0, 1],
        &[0; 8],
        &[0; 16],
        &matrix,
        &[0; 8],
    ];
    let media_head = [
        &[0; 12][..],
        &1_000_u32.to_be_bytes(),
        &[0; 4],
        &language,
        &[0; 2],
    ];
    let list = boxed(b"stsd", &[&[0; 4], &[0, 0, 0, 1], entry]);
    let samples = boxed(b"minf", &[&boxed(b"stbl", &[&list])]);
    let media = [
        boxed(b"mdhd", &media_head),
        boxed(b"hdlr", &[&[0; 8], kind, &[0; 13]]),
        samples,
    ];
    boxed(
        b"trak",
        &[&boxed(b"tkhd", &head), &boxed(b"mdia", &[&media.concat()])],
    )
}

fn film_entry(width: u16, height: u16) -> Vec<u8> {
    let settings = boxed(b"avcC", &[&[1, 0x64, 0, 0x28]]);
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    boxed(b"avc1", &[&[0; 24], &sides, &[0; 50], &settings])
}

fn item(kind: &[u8; 4], value: &[u8]) -> Vec<u8> {
    boxed(kind, &[&boxed(b"data", &[&[0; 8], value])])
}

fn file(parts: &[&[u8]]) -> Vec<u8> {
    let brand = boxed(b"ftyp", &[b"isom\0\0\0\0"]);
    [&brand, &boxed(b"moov", parts)[..]].concat()
}

#[test]
fn a_film_has_tracks_and_a_size() {
    let german = [0x10, 0xb5];
    let film = track(b"vide", german, &film_entry(640, 360));
    let subtitles = track(
        b"sbtl",
        [0x55, 0xc4],
        &boxed(b"tx3g", &[&[0; 8], &[0x80, 0, 0, 0]]),
    );
    let places = track(b"meta", german, &boxed(b"mett", &[&[0; 8]]));
    let chapters = track(b"text", german, &boxed(b"text", &[&[0; 8]]));
    let facts = facts(&file(&[
        &movie_head(2_500),
        &film,
        &subtitles,
        &places,
        &chapters,
    ]));
    assert_eq!(facts.duration, Some(Duration::from_millis(2_500)));
    assert_eq!(
        facts.size.map(|size| (size.width, size.height)),
        Some((640, 360))
    );
    let tracks = facts.tracks.iter();
    let tracks: Vec<_> = tracks
        .map(|it| {
            (
                it.kind,
                it.codec.as_deref(),
                it.language.as_deref(),
                it.is_forced,
            )
        })
        .collect();
    assert_eq!(
        tracks,
        [
            (Kind::Video, Some("avc1.640028"), Some("deu"), false),
            (Kind::Subtitles, Some("tx3g"), None, true),
        ]
    );
    assert_eq!((facts.container, facts.cut), (Container::Mp4, None));
}

#[test]
fn tags_of_itunes_and_of_quicktime() {
    let list = [
        item(b"\xa9nam", "Fähre".as_bytes()),
        item(b"trkn", &[0, 0, 0, 3, 0, 12, 0, 0]),
        item(b"covr", b"\xff\xd8\xff\xe0picture"),
        item(b"covr", b"\xff\xd8\xff\xe0second"),
    ]
    .concat();
    let head = boxed(b"hdlr", &[&[0; 25]]);
    let itunes = boxed(b"meta", &[&[0; 4], &head, &boxed(b"ilst", &[&list])]);
    let quicktime = boxed(b"meta", &[&head, &boxed(b"ilst", &[&list])]);
    let artist = boxed(b"\xa9ART", &[&[0, 7], &[0x15, 0xc7], b"Someone"]);
    for meta in [itunes, quicktime] {
        let file = file(&[&movie_head(1), &boxed(b"udta", &[&meta, &artist])]);
        let facts = facts(&file);
        assert_eq!(facts.tags.title.as_deref(), Some("Fähre"));
        assert_eq!(facts.tags.artist.as_deref(), Some("Someone"));
        let place = Place {
            number: 3,
            of: Some(12),
        };
        assert_eq!(facts.tags.track, Some(place));
        let cover = facts.cover.unwrap();
        let bytes = &file[cover.span.start as usize..cover.span.end() as usize];
        assert_eq!(bytes, b"\xff\xd8\xff\xe0picture");
    }
}

#[test]
fn chapters_are_a_list() {
    let chapter = |start: u64, title: &str| {
        [
            &start.to_be_bytes()[..],
            &[title.len() as u8],
            title.as_bytes(),
        ]
        .concat()
    };
    let chapters = [chapter(0, "One"), chapter(15_000_000, "")].concat();
    for head in [&[1, 0, 0, 0, 0, 0, 0, 0, 2][..], &[0, 0, 0, 0, 2]] {
        let list = boxed(b"chpl", &[head, &chapters]);
        let facts = facts(&file(&[&movie_head(1), &boxed(b"udta", &[&list])]));
        let found: Vec<_> = facts
            .chapters
            .iter()
            .map(|it| (it.start, it.title.as_deref()))
            .collect();
        let one_and_a_half = Duration::from_millis(1_500);
        assert_eq!(
            found,
            [(Duration::ZERO, Some("One")), (one_and_a_half, None)]
        );
    }
}

/// The duration of a film in fragments, by the samples of each.
#[test]
fn fragments_have_a_duration() {
    let sound = track(b"soun", [0x55, 0xc4], &boxed(b"fLaC", &[&[0; 28]]));
    let default = boxed(
        b"trex",
        &[
            &[0; 4],
            &[0, 0, 0, 1],
            &[0, 0, 0, 1],
            &[0, 0, 0, 50],
            &[0; 8],
        ],
    );
    let movie = file(&[&movie_head(0), &sound, &boxed(b"mvex", &[&default])]);
    let fragment = |flags: u8, own: &[u8], run: &[u8]| {
        let head = boxed(b"tfhd", &[&[0, 0, 0, flags], &[0, 0, 0, 1], own]);
        let time = boxed(b"tfdt", &[&[1, 0, 0, 0], &1_000_u64.to_be_bytes()]);
        boxed(b"moof", &[&boxed(b"traf", &[&head, &time, run])])
    };
    let ten_samples = boxed(b"trun", &[&[0; 4], &[0, 0, 0, 10]]);
    let two_samples = boxed(
        b"trun",
        &[
            &[0, 0, 3, 1],
            &[0, 0, 0, 2],
            &[0; 4],
            &[0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 9],
        ],
    );
    for (fragment, milliseconds) in [
        (fragment(0, &[], &ten_samples), 1_500),
        (fragment(8, &[0, 0, 0, 20], &ten_samples), 1_200),
        (fragment(0, &[], &two_samples), 1_015),
        (fragment(0, &[], &[]), 1_000),
    ] {
        let facts = facts(&[&movie[..], &fragment].concat());
        assert_eq!(facts.duration, Some(Duration::from_millis(milliseconds)));
    }
}

#[test]
fn damaged_films() {
    let head = movie_head(1_000);
    let long = |length: u64| [&[0, 0, 0, 1][..], b"free", &length.to_be_bytes()].concat();
    let whole = file(&[&head]);
    let mut to_the_end = whole.clone();
    to_the_end[16..20].copy_from_slice(&[0; 4]);
    let second = Some(Duration::from_secs(1));
    let tiny = vec![boxed(b"free", &[]); STEPS as usize].concat();
    for (file, duration, end) in [
        (file(&[&head, &[0; 4]]), second, Ok(())),
        (to_the_end, second, Ok(())),
        (
            file(&[&head, &[0, 0, 0, 7], b"free"]),
            second,
            Err(Reason::Damaged),
        ),
        (file(&[&head, &long(15)]), second, Err(Reason::Damaged)),
        (file(&[&head, &long(u64::MAX)]), second, Ok(())),
        (file(&[&head, &[0xff; 4], b"free"]), second, Ok(())),
        (file(&[&head, &tiny]), second, Err(Reason::TooManySteps)),
        (
            file(&[&head, &boxed(b"trak", &[&boxed(b"tkhd", &[])])]),
            second,
            Err(Reason::Damaged),
        ),
        (
            file(&[
                &head,
                &boxed(b"udta", &[&boxed(b"chpl", &[&[1, 0, 0, 0, 0, 0, 0, 0, 9]])]),
            ]),
            second,
            Err(Reason::Truncated),
        ),
        (
            whole[..whole.len() - 90].to_vec(),
            None,
            Err(Reason::Damaged),
        ),
        (boxed(b"ftyp", &[b"isom"]), None, Err(Reason::Damaged)),
    ] {
        let found = read(&file).map(|it| (it.duration, it.cut));
        let expected = match (duration, end) {
            (None, end) => end.map(|()| (None, None)),
            (duration, end) => Ok((duration, end.err())),
        };
        assert_eq!(found, expected, "{file:x?}");
    }
}

/// A movie behind the samples costs two reads, however long they are.
#[test]
fn samples_are_not_read() {
    let gigabytes = 3_u64 << 30;
    let brand = boxed(b"ftyp", &[b"isom\0\0\0\0"]);
    let samples = [&[0, 0, 0, 1][..], b"mdat", &gigabytes.to_be_bytes()].concat();
    let file = [brand, samples].concat();
    let reading = read_long(&file, gigabytes + 16 + 4_096);
    assert_eq!(reading.end, Err(Reason::Damaged));
    assert_eq!(reading.spans.len(), 2, "{reading:?}");
}
