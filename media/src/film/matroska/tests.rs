#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::{DOC_TYPE, EBML, SEGMENT};
use crate::facts::{Container, Kind};
use crate::input::Reason;
use crate::limits::STEPS;
use crate::tests::{element, facts, id_bytes, read, read_long};

const SEEK_HEAD: u32 = 0x114d_9b74;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const TAGS: u32 = 0x1254_c367;
const CHAPTERS: u32 = 0x1043_a770;
const ATTACHMENTS: u32 = 0x1941_a469;
const CLUSTER: u32 = 0x1f43_b675;

fn file(parts: &[&[u8]]) -> Vec<u8> {
    let head = element(EBML, &[&element(DOC_TYPE, &[b"matroska"])]);
    [head, element(SEGMENT, parts)].concat()
}

/// Half a second.
fn info() -> Vec<u8> {
    element(INFO, &[&element(0x4489, &[&500_f64.to_be_bytes()])])
}

fn seek(id: u32, place: u64) -> Vec<u8> {
    element(
        0x4dbb,
        &[
            &element(0x53ab, &[&id_bytes(id)]),
            &element(0x53ac, &[&place.to_be_bytes()]),
        ],
    )
}

fn tag(targets: &[u8], name: &str, value: &str) -> Vec<u8> {
    let simple = element(
        0x67c8,
        &[
            &element(0x45a3, &[name.as_bytes()]),
            &element(0x4487, &[value.as_bytes()]),
        ],
    );
    element(0x7373, &[targets, &simple])
}

#[test]
fn tracks_say_language_codec_and_size() {
    let film = element(
        0xae,
        &[
            &element(0x83, &[&[1]]),
            &element(0x86, &[b"V_MPEG4/ISO/AVC"]),
            &element(0x63a2, &[&[1, 0x64, 0, 0x28]]),
            &element(
                0xe0,
                &[&element(0xb0, &[&[2, 0x80]]), &element(0xba, &[&[1, 0x68]])],
            ),
            &element(0x0022_b59c, &[b"und"]),
        ],
    );
    let subtitles = element(
        0xae,
        &[
            &element(0x83, &[&[17]]),
            &element(0x86, &[b"S_TEXT/UTF8"]),
            &element(0x0022_b59c, &[b"ger"]),
            &element(0x0022_b59d, &[b"de-AT"]),
            &element(0x88, &[&[0]]),
            &element(0x55aa, &[&[1]]),
            &element(0x536e, &[b"Signs"]),
        ],
    );
    let buttons = element(0xae, &[&element(0x83, &[&[18]])]);
    let facts = facts(&file(&[
        &info(),
        &element(TRACKS, &[&film, &subtitles, &buttons]),
    ]));
    assert_eq!(facts.container, Container::Matroska);
    assert_eq!(
        facts.size.map(|size| (size.width, size.height)),
        Some((640, 360))
    );
    let [film, subtitles] = facts.tracks.as_slice() else {
        panic!("{facts:?}");
    };
    assert_eq!(
        (film.kind, film.codec.as_deref()),
        (Kind::Video, Some("avc1.640028"))
    );
    assert_eq!(
        (film.language.as_deref(), film.is_default, film.is_forced),
        (None, true, false)
    );
    assert_eq!(
        (subtitles.kind, subtitles.codec.as_deref()),
        (Kind::Subtitles, Some("srt"))
    );
    assert_eq!(subtitles.language.as_deref(), Some("de-AT"));
    assert_eq!(subtitles.name.as_deref(), Some("Signs"));
    assert_eq!((subtitles.is_default, subtitles.is_forced), (false, true));
}

#[test]
fn parts_behind_the_clusters_are_found_by_the_list() {
    let cluster = element(CLUSTER, &[&[0; 5_000]]);
    let tags = element(TAGS, &[&tag(&[], "TITLE", "found")]);
    let list = |place: usize| element(SEEK_HEAD, &[&seek(TAGS, place as u64)]);
    let before = list(0).len() + info().len() + cluster.len();
    let file_1 = file(&[&list(before), &info(), &cluster, &tags]);
    assert_eq!(facts(&file_1).tags.title.as_deref(), Some("found"));
    // The list that is at the start leads to one at the end.
    let further = |place: usize| element(SEEK_HEAD, &[&seek(SEEK_HEAD, place as u64)]);
    let file_2 = file(&[
        &further(before + tags.len()),
        &info(),
        &cluster,
        &tags,
        &list(before),
    ]);
    assert_eq!(facts(&file_2).tags.title.as_deref(), Some("found"));
}

#[test]
fn lists_that_lead_in_circles_end() {
    let places = [
        seek(SEEK_HEAD, 0),
        seek(TAGS, 0),
        seek(INFO, 0),
        seek(CHAPTERS, u64::MAX),
    ]
    .concat();
    let list = element(SEEK_HEAD, &[&places]);
    let cluster = element(CLUSTER, &[&[0; 50]]);
    let found = facts(&file(&[&list, &info(), &cluster]));
    assert_eq!(
        (found.duration, found.cut),
        (Some(Duration::from_millis(500)), None)
    );
}

#[test]
fn tags_of_parts_are_left_out() {
    let of_a_track = element(0x63c0, &[&element(0x63c5, &[&[7]])]);
    let of_an_album = element(0x63c0, &[&element(0x68ca, &[&[50]])]);
    let of_all_tracks = element(0x63c0, &[&element(0x63c5, &[&[0]])]);
    let tags = [
        tag(&of_a_track, "TITLE", "track"),
        tag(&of_an_album, "ALBUM", "album"),
        tag(&of_all_tracks, "Artist", "artist"),
        tag(&[], "PART_NUMBER", "4"),
    ];
    let facts = facts(&file(&[&info(), &element(TAGS, &[&tags.concat()])]));
    assert_eq!(facts.tags.title, None);
    assert_eq!(facts.tags.album.as_deref(), Some("album"));
    assert_eq!(facts.tags.artist.as_deref(), Some("artist"));
    assert_eq!(facts.tags.track.map(|it| it.number), Some(4));
}

#[test]
fn chapters_are_those_of_the_default_edition() {
    let atom = |seconds: u64, title: &str, is_hidden: u8| {
        let start = element(0x91, &[&(seconds * 1_000_000_000).to_be_bytes()]);
        let display = element(0x80, &[&element(0x85, &[title.as_bytes()])]);
        element(0xb6, &[&start, &element(0x98, &[&[is_hidden]]), &display])
    };
    let edition = |is_default: u8, atoms: &[&[u8]]| {
        element(
            0x45b9,
            &[&element(0x45db, &[&[is_default]]), &atoms.concat()],
        )
    };
    let other = edition(0, &[&atom(9, "other", 0)]);
    let default = edition(
        1,
        &[&atom(0, "a", 0), &atom(1, "hidden", 1), &atom(2, "b", 0)],
    );
    for editions in [
        [&other[..], &default].concat(),
        [&default[..], &other].concat(),
    ] {
        let facts = facts(&file(&[&info(), &element(CHAPTERS, &[&editions])]));
        let chapters = facts.chapters.iter();
        let chapters: Vec<_> = chapters
            .map(|it| (it.start.as_secs(), it.title.as_deref()))
            .collect();
        assert_eq!(chapters, [(0, Some("a")), (2, Some("b"))]);
    }
}

#[test]
fn the_cover_is_the_attachment_of_that_name() {
    let attached = |name: &str, data: &[u8]| {
        element(
            0x61a7,
            &[
                &element(0x466e, &[name.as_bytes()]),
                &element(0x465c, &[data]),
            ],
        )
    };
    let font = attached("font.ttf", b"\0\x01\0\0");
    let small = attached("small_cover.jpg", b"\xff\xd8\xff\xe0small");
    let cover = attached("cover.jpg", b"\xff\xd8\xff\xe0cover");
    let page = attached("cover.html", b"<html>");
    for (files, expected) in [
        (
            [&font[..], &small, &cover].concat(),
            Some(&b"\xff\xd8\xff\xe0cover"[..]),
        ),
        (
            [&cover[..], &small].concat(),
            Some(b"\xff\xd8\xff\xe0cover"),
        ),
        ([&small[..], &font].concat(), Some(b"\xff\xd8\xff\xe0small")),
        ([&page[..], &font].concat(), None),
    ] {
        let file = file(&[&info(), &element(ATTACHMENTS, &[&files])]);
        let span = facts(&file).cover.map(|cover| cover.span);
        let bytes = span.map(|span| &file[span.start as usize..span.end() as usize]);
        assert_eq!(bytes, expected);
    }
}

#[test]
fn damaged_films() {
    let half = Some(Duration::from_millis(500));
    let tiny = vec![[0xec, 0x80]; STEPS as usize].concat();
    let mut open = file(&[&info()]);
    let place = open
        .windows(4)
        .position(|id| id == SEGMENT.to_be_bytes())
        .unwrap()
        + 4;
    open[place..place + 8].copy_from_slice(&[1, 255, 255, 255, 255, 255, 255, 255]);
    let mut cut = file(&[&info(), &element(TAGS, &[&tag(&[], "TITLE", "x")])]);
    cut.truncate(cut.len() - 30);
    for (file, expected) in [
        (file(&[&info()]), Ok((half, None))),
        // The length of the film is not known.
        (open, Ok((half, None))),
        (cut, Ok((half, Some(Reason::Damaged)))),
        (
            file(&[&info(), &tiny]),
            Ok((half, Some(Reason::TooManySteps))),
        ),
        (file(&[&info(), &[0; 9]]), Ok((half, Some(Reason::Damaged)))),
        (file(&[]), Ok((None, None))),
        (element(EBML, &[]), Err(Reason::Damaged)),
        (element(EBML, &[&[0]]), Err(Reason::Damaged)),
    ] {
        let found = read(&file).map(|it| (it.duration, it.cut));
        assert_eq!(found, expected, "{:x?}", &file[..file.len().min(90)]);
    }
}

/// Clusters are not walked through.
#[test]
fn a_long_film_takes_few_reads() {
    let gigabytes = 3_u64 << 30;
    let file = file(&[
        &info(),
        &id_bytes(CLUSTER),
        &[1, 255, 255, 255, 255, 255, 255, 255],
    ]);
    let reading = read_long(&file, gigabytes);
    assert_eq!(
        reading.end.unwrap().duration,
        Some(Duration::from_millis(500))
    );
    assert_eq!(reading.spans.len(), 1);
}
