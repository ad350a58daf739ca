//! What films, tracks and pictures say of themselves.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::support::{Folder, Porthole, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        films_tracks_and_pictures_have_facts,
        a_picture_is_at_the_place_that_is_told,
        facts_are_sent_again_only_if_the_file_differs,
        only_media_have_the_form,
        hidden_files_have_no_facts,
        others_are_served_while_facts_are_read,
        a_folder_of_many_files_is_read_at_a_steady_rate,
        facts_are_read_once,
    ]
}

const FILM: &[u8] = include_bytes!("../../../fuzz/seeds/media/mp4/tags.mp4");
const LIVE_FILM: &[u8] = include_bytes!("../../../fuzz/seeds/media/matroska/live.webm");
const TRACK: &[u8] = include_bytes!("../../../fuzz/seeds/media/flac/cover.flac");
const PHOTO: &[u8] = include_bytes!("../../../fuzz/seeds/media/jpeg/exif.jpg");

/// Boxes without anything in them, of which a film may have fewer.
const HOSTILE_BOXES: usize = 100_000;

fn facts(porthole: &Porthole, target: &str) -> Value {
    let answer = porthole.get(target);
    assert_eq!(answer.status, 200, "{target}");
    assert_eq!(answer.field("Content-Type"), Some("application/json"));
    serde_json::from_slice(&answer.body).unwrap()
}

fn films_tracks_and_pictures_have_facts() {
    let folder = Folder::new();
    folder.file("film.mp4", FILM);
    folder.file("live.webm", LIVE_FILM);
    folder.file("photo.jpg", PHOTO);
    // Neither the name nor a part of a file that is missing changes what it says.
    folder.file("film.txt", &FILM[..FILM.len() - 20]);
    let porthole = Porthole::serving(&folder);
    let film = facts(&porthole, "/film.mp4?get=info");
    let rows = [
        ("container", json!("mp4")),
        ("duration", json!(0.2)),
        ("width", json!(16)),
        ("height", json!(16)),
        ("title", json!("Fähre")),
        ("artist", json!("Someone")),
        ("album", json!("Ships")),
        ("track", json!(3)),
        ("track_count", json!(12)),
        ("year", json!(2021)),
        ("disc", json!(null)),
        ("incomplete", json!(null)),
        (
            "chapters",
            json!([{"start": 0.0, "title": "One"}, {"start": 0.05, "title": "Two"}]),
        ),
    ];
    each(&rows, |(key, expected)| assert_eq!(film[key], *expected));
    let kinds: Vec<_> = film["tracks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["kind"])
        .collect();
    assert_eq!(kinds, ["video", "audio", "subtitles"]);
    assert_eq!(film["tracks"][1]["codec"], "mp4a.40.2");
    let cut = facts(&porthole, "/film.txt?get=info");
    assert_eq!(
        (&cut["title"], &cut["duration"]),
        (&film["title"], &film["duration"])
    );
    let live = facts(&porthole, "/live.webm?get=info");
    assert_eq!(
        (&live["container"], &live["duration"]),
        (&json!("webm"), &json!(null))
    );
    let photo = facts(&porthole, "/photo.jpg?get=info");
    assert_eq!(photo["orientation"], 6);
    assert_eq!(photo["taken"], "2026-11-28T09:30:00");
    let head = porthole.client().ask("HEAD", "/photo.jpg?get=info", "");
    let length = porthole.get("/photo.jpg?get=info").body.len().to_string();
    assert_eq!(head.field("Content-Length"), Some(&*length));
}

/// A program asks the file itself for the picture.
fn a_picture_is_at_the_place_that_is_told() {
    let folder = Folder::new();
    folder.file("track.flac", TRACK);
    let porthole = Porthole::serving(&folder);
    let cover = &facts(&porthole, "/track.flac?get=info")["cover"];
    assert_eq!(cover["media_type"], "image/png");
    let start = cover["offset"].as_u64().unwrap();
    let end = start + cover["length"].as_u64().unwrap() - 1;
    let range = format!("Range: bytes={start}-{end}\r\n");
    let picture = porthole.client().get("/track.flac", &range);
    assert_eq!(picture.status, 206);
    assert!(picture.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(picture.body.ends_with(b"IEND\xae\x42\x60\x82"));
}

fn facts_are_sent_again_only_if_the_file_differs() {
    let folder = Folder::new();
    let path = folder.file("film.mp4", FILM);
    let old = std::time::SystemTime::now() - Duration::from_secs(3_600);
    let set_old = || {
        std::fs::File::open(&path)
            .unwrap()
            .set_modified(old)
            .unwrap()
    };
    set_old();
    let porthole = Porthole::serving(&folder);
    let target = "/film.mp4?get=info";
    let tag = porthole.get(target).field("ETag").unwrap().to_owned();
    assert_ne!(porthole.get("/film.mp4").field("ETag"), Some(&*tag));
    let fields = format!("If-None-Match: {tag}\r\n");
    assert_eq!(porthole.client().get(target, &fields).status, 304);
    folder.file("film.mp4", LIVE_FILM);
    let changed = Porthole::serving(&folder);
    let answer = changed.client().get(target, &fields);
    assert_eq!(answer.status, 200);
    assert_ne!(answer.field("ETag"), Some(&*tag));
}

fn only_media_have_the_form() {
    let folder = Folder::new();
    folder.file("text.mp4", "this is no film, whatever its name says");
    folder.file("empty.mp4", "");
    folder.file("cut.mp4", &FILM[..20]);
    folder.sparse("zeros.mkv", 3 << 30);
    folder.folder("folder.mp4");
    let porthole = Porthole::serving(&folder);
    for name in [
        "text.mp4",
        "empty.mp4",
        "cut.mp4",
        "zeros.mkv",
        "folder.mp4/",
        "nothing.mp4",
    ] {
        let answer = porthole.get(&format!("/{name}?get=info"));
        assert_eq!(answer.status, 404, "{name}");
    }
}

fn hidden_files_have_no_facts() {
    let folder = Folder::new();
    folder.file(".film.mp4", FILM);
    folder.file("film.mp4", FILM);
    let porthole = Porthole::serving(&folder);
    assert_eq!(porthole.get("/film.mp4?get=info").status, 200);
    assert_eq!(porthole.get("/.film.mp4?get=info").status, 404);
}

/// Files that are all head, up to the limits, take their turns.
fn others_are_served_while_facts_are_read() {
    let folder = Folder::new();
    let boxes = b"\0\0\0\x08free".repeat(HOSTILE_BOXES);
    let length = u32::try_from(boxes.len() + 8).unwrap().to_be_bytes();
    let brand = b"\0\0\0\x10ftypisom\0\0\0\0";
    folder.file(
        "hostile.mp4",
        [&brand[..], &length, b"moov", &boxes].concat(),
    );
    folder.file("small.txt", "small");
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let mut reading: Vec<_> = (0..8).map(|_| porthole.client()).collect();
    for client in &mut reading {
        client.send("GET /hostile.mp4?get=info HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    // This response comes although eight readings are asked for.
    assert_eq!(porthole.get("/small.txt").text(), "small");
    for client in &mut reading {
        assert_eq!(client.read().status, 404);
    }
}

/// Makes a film whose boxes are so far apart that each costs a read.
fn scattered(folder: &Folder, name: &str) {
    const BOXES: u32 = 150;
    const BOX_BYTES: u32 = 128 * 1024;
    let brand = b"\0\0\0\x10ftypisom\0\0\0\0";
    let path = folder.file(name, brand);
    let film = File::options().write(true).open(path).unwrap();
    film.set_len(u64::from(BOXES * BOX_BYTES) + 16).unwrap();
    let head = [&BOX_BYTES.to_be_bytes()[..], b"free"].concat();
    for number in 0..BOXES {
        let at = u64::from(number * BOX_BYTES) + 16;
        film.write_all_at(&head, at).unwrap();
    }
}

/// Beyond the reads of a second, a request is to come again, and other folders do not wait.
fn a_folder_of_many_files_is_read_at_a_steady_rate() {
    const FILES: usize = 20;
    let folder = Folder::new();
    for number in 0..FILES {
        scattered(&folder, &format!("films/{number}.mp4"));
    }
    folder.file("other/film.mp4", FILM);
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let mut client = porthole.client();
    // Each takes more than a second has, so the next one in the same second is too many.
    let refused = (0..FILES).find_map(|number| {
        let response = client.get(&format!("/films/{number}.mp4?get=info"), "");
        (response.status == 503).then_some(response)
    });
    let refused = refused.expect("a second has a bound");
    assert_eq!(refused.field("Retry-After"), Some("1"));
    assert!(!refused.closes());
    assert_eq!(client.get("/other/film.mp4?get=info", "").status, 200);
}

/// They are remembered while the file stays as it is, also after it was closed.
fn facts_are_read_once() {
    const FILES: usize = 100;
    let folder = Folder::new();
    for number in 0..FILES {
        folder.file(format!("films/{number}.mp4"), FILM);
    }
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let mut client = porthole.client();
    let mut all_known = || {
        (0..FILES).all(|number| {
            let target = format!("/films/{number}.mp4?get=info");
            client.get(&target, "").status == 200
        })
    };
    // Files of the last two seconds are read anew. Each takes more than one read, so that three
    // times all of them are more than a second has.
    let start = Instant::now();
    while !(0..3).all(|_| all_known()) {
        assert!(start.elapsed() < TIMEOUT);
    }
}
