//! Pictures that stand for films, tracks and photos.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Response, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_cover_is_inside_of_its_file_or_beside_it,
        thumbnails_are_small,
        pictures_are_cut_and_compared_like_files,
        what_is_no_picture_inside_of_a_file_is_not_served_as_one,
        thumbnails_have_addresses_that_are_kept_for_ever,
        an_address_of_an_old_version_is_missing,
        hidden_files_have_no_pictures,
    ]
}

const FILM: &[u8] = include_bytes!("../../../fuzz/seeds/media/mp4/tags.mp4");
const TRACK: &[u8] = include_bytes!("../../../fuzz/seeds/media/flac/cover.flac");
const PHOTO: &[u8] = include_bytes!("../../../fuzz/seeds/media/jpeg/exif.jpg");
const PLAIN_PHOTO: &[u8] = include_bytes!("../../../fuzz/seeds/media/jpeg/plain.jpg");

/// Largest image that is its own thumbnail.
const OWN_PICTURE_BYTES: usize = 256 * 1024;

fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xae\x42\x60\x82")
}

/// Whether it is the small picture inside of the photo.
fn is_thumbnail(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff") && bytes.len() < PHOTO.len()
}

/// Sets the time of a file so far back that its next change must show.
fn set_old(path: &Path) {
    let old = SystemTime::now() - Duration::from_secs(3_600);
    File::open(path).unwrap().set_modified(old).unwrap();
}

/// Returns a photo that is too large to be its own thumbnail.
fn large(photo: &[u8]) -> Vec<u8> {
    [photo, &noise(OWN_PICTURE_BYTES)].concat()
}

fn a_cover_is_inside_of_its_file_or_beside_it() {
    let folder = Folder::new();
    folder.file("album/track.flac", TRACK);
    folder.file("album/bare.mp3", "no tag");
    folder.file("album/Folder.PNG", "the album");
    folder.file("films/a.mp4", FILM);
    folder.file("films/A-Poster.jpg", "poster of a");
    folder.file("films/b.avi", "no format that has facts");
    folder.file("films/b.webp", "picture of b");
    folder.file("films/c.mkv", "nothing");
    folder.file("films/poster.jpg", "of none alone");
    folder.file("one/film.avi", "a");
    folder.file("one/poster.jpg", "of the only film");
    folder.file("text.txt", "text");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/album/bare.mp3", "image/png", "the album"),
        ("/films/a.mp4", "image/jpeg", "poster of a"),
        ("/films/b.avi", "image/webp", "picture of b"),
        ("/one/film.avi", "image/jpeg", "of the only film"),
    ];
    each(&rows, |(path, media_type, content)| {
        for form in ["cover", "thumb"] {
            let response = porthole.get(&format!("{path}?get={form}"));
            assert_eq!(response.status, 200);
            assert_eq!(response.field("Content-Type"), Some(*media_type));
            assert_eq!(response.text(), *content);
        }
    });
    let inside = porthole.get("/album/track.flac?get=cover");
    assert_eq!(inside.field("Content-Type"), Some("image/png"));
    assert_eq!(inside.field("X-Content-Type-Options"), Some("nosniff"));
    assert_eq!(inside.field("Cache-Control"), Some("no-cache"));
    assert!(is_png(&inside.body));
    for path in ["/films/c.mkv", "/text.txt", "/films/poster.jpg", "/none"] {
        let response = porthole.get(&format!("{path}?get=cover"));
        assert_eq!(response.status, 404, "{path}");
    }
    let words = "404 Not Found: This file has no picture inside of it, and none beside it.\n";
    assert_eq!(porthole.get("/films/c.mkv?get=cover").text(), words);
    assert_eq!(porthole.get("/films/?get=cover").status, 404);
}

fn thumbnails_are_small() {
    let folder = Folder::new();
    folder.file("photo.jpg", PHOTO);
    folder.file("large.jpg", large(PHOTO));
    folder.file("small.png", "p".repeat(OWN_PICTURE_BYTES));
    folder.file("too large.png", "p".repeat(OWN_PICTURE_BYTES + 1));
    folder.file("plain.jpg", large(PLAIN_PHOTO));
    folder.file("unknown.heic", "p");
    folder.file("track.flac", TRACK);
    let porthole = Porthole::serving(&folder);
    let thumb = |name: &str| porthole.get(&format!("/{name}?get=thumb"));
    for name in ["photo.jpg", "large.jpg"] {
        let inside = thumb(name);
        assert_eq!(inside.field("Content-Type"), Some("image/jpeg"), "{name}");
        assert!(is_thumbnail(&inside.body));
    }
    let itself = thumb("small.png");
    assert_eq!(itself.field("Content-Type"), Some("image/png"));
    assert_eq!(itself.body.len(), OWN_PICTURE_BYTES);
    assert!(is_png(&thumb("track.flac").body));
    for name in ["too%20large.png", "plain.jpg", "unknown.heic"] {
        assert_eq!(thumb(name).status, 404, "{name}");
    }
}

fn pictures_are_cut_and_compared_like_files() {
    let folder = Folder::new();
    set_old(&folder.file("track.flac", TRACK));
    set_old(&folder.file("film.avi", "f"));
    let poster = noise(200_000);
    set_old(&folder.file("film-poster.jpg", &poster));
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    for target in ["/track.flac?get=cover", "/film.avi?get=cover"] {
        let whole = client.get(target, "");
        let body = &whole.body;
        let length = body.len();
        let head = client.ask("HEAD", target, "");
        assert_eq!(head.status, 200);
        assert_eq!(head.field("Content-Length"), Some(&*length.to_string()));
        let tag = whole.field("ETag").unwrap();
        assert_eq!(head.field("ETag"), Some(tag));
        let part = client.get(target, "Range: bytes=5-20\r\n");
        assert_eq!(part.status, 206);
        assert_eq!(part.body, body[5..=20]);
        let end = client.get(target, "Range: bytes=-7\r\n");
        assert_eq!(end.body, body[length - 7..]);
        let several = client.get(target, "Range: bytes=1-2,30-33\r\n");
        let has = |part: &[u8]| several.body.windows(part.len()).any(|found| found == part);
        assert_eq!(several.status, 206);
        assert!(has(&body[30..=33]) && has(&body[1..=2]), "{target}");
        let beyond = client.get(target, &format!("Range: bytes={length}-\r\n"));
        assert_eq!(beyond.status, 416);
        let known = format!("If-None-Match: {tag}\r\n");
        assert_eq!(client.get(target, &known).status, 304);
        let failed = "If-Match: \"other\"\r\n";
        assert_eq!(client.get(target, failed).status, 412);
        let other = "If-Range: \"other\"\r\nRange: bytes=5-20\r\n";
        assert_eq!(client.get(target, other).body, *body);
    }
    let file = client.get("/track.flac", "");
    let cover = client.get("/track.flac?get=cover", "");
    assert_ne!(file.field("ETag"), cover.field("ETag"));
}

/// Types are those of the bytes, and there are four.
fn what_is_no_picture_inside_of_a_file_is_not_served_as_one() {
    let at = TRACK
        .windows(8)
        .position(|bytes| bytes == b"\x89PNG\r\n\x1a\n");
    let folder = Folder::new();
    for (name, start) in [
        ("page.flac", &b"<html>  "[..]),
        ("drawing.flac", b"<svg onl"),
        ("script.flac", b"alert(1)"),
    ] {
        let mut track = TRACK.to_vec();
        track[at.unwrap()..][..8].copy_from_slice(start);
        folder.file(name, track);
    }
    let porthole = Porthole::serving(&folder);
    for name in ["page.flac", "drawing.flac", "script.flac"] {
        for form in ["cover", "thumb"] {
            assert_eq!(porthole.get(&format!("/{name}?get={form}")).status, 404);
        }
    }
}

/// Returns the address of a thumbnail.
fn address(porthole: &Porthole, path: &str) -> String {
    let file = porthole.client().ask("HEAD", path, "");
    let tag = file.field("ETag").unwrap().trim_start_matches("W/");
    format!("/.porthole/thumb/{}{path}", tag.trim_matches('"'))
}

fn is_kept_for_ever(response: &Response) -> bool {
    assert_eq!(response.status, 200);
    match response.field("Cache-Control").unwrap() {
        "public, max-age=31536000, immutable" => true,
        "no-cache" => false,
        other => panic!("{other}"),
    }
}

fn thumbnails_have_addresses_that_are_kept_for_ever() {
    let folder = Folder::new();
    for (name, content) in [
        ("deep/a photo.jpg", PHOTO),
        ("track.flac", TRACK),
        ("small.png", b"p"),
        ("film.avi", b"f"),
        ("film-poster.jpg", b"p"),
    ] {
        set_old(&folder.file(name, content));
    }
    let porthole = Porthole::serving(&folder);
    // (path, whether the picture is inside of the file)
    for (path, is_inside) in [
        ("/deep/a%20photo.jpg", true),
        ("/track.flac", true),
        ("/small.png", true),
        ("/film.avi", false),
    ] {
        let address = address(&porthole, path);
        let response = porthole.get(&address);
        let form = porthole.get(&format!("{path}?get=thumb"));
        assert_eq!(response.body, form.body, "{path}");
        // The ctime of a file in a test is new, and its tag is weak for two seconds.
        let is_strong = !response.field("ETag").unwrap().starts_with("W/");
        assert_eq!(
            is_kept_for_ever(&response),
            is_inside && is_strong,
            "{path}"
        );
    }
    let track = address(&porthole, "/track.flac");
    for (other, status) in [
        (format!("{track}/"), 404),
        (format!("{track}?get=info"), 200),
        (track.replace("track", "none"), 404),
        ("/.porthole/thumb/".into(), 404),
        ("/.porthole/thumb/x".into(), 404),
        ("/.porthole/thumb/x/".into(), 404),
    ] {
        assert_eq!(porthole.get(&other).status, status, "{other}");
    }
}

fn an_address_of_an_old_version_is_missing() {
    let folder = Folder::new();
    let path = folder.file("photo.jpg", PHOTO);
    set_old(&path);
    let porthole = Porthole::serving(&folder);
    let old = address(&porthole, "/photo.jpg");
    assert_eq!(porthole.get(&old).status, 200);
    fs::write(&path, large(PHOTO)).unwrap();
    let gone = porthole.get(&old);
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("reload the page"));
    let new = address(&porthole, "/photo.jpg");
    assert_ne!(new, old);
    assert_eq!(porthole.get(&new).status, 200);
}

fn hidden_files_have_no_pictures() {
    let folder = Folder::new();
    folder.file(".hidden.jpg", PHOTO);
    folder.file(".hidden/photo.jpg", PHOTO);
    folder.file("film.avi", "f");
    folder.file(".film-poster.jpg", "p");
    folder.link("out.jpg", "/etc/hostname");
    let paths = ["/.hidden.jpg", "/.hidden/photo.jpg"];
    let shown = Porthole::with(&folder, &["--hidden"]);
    let addresses = paths.map(|path| address(&shown, path));
    let porthole = Porthole::serving(&folder);
    for (path, address) in paths.iter().zip(&addresses) {
        assert_eq!(shown.get(address).status, 200);
        assert_eq!(porthole.get(address).status, 404);
        assert_eq!(porthole.get(&format!("{path}?get=thumb")).status, 404);
    }
    assert_eq!(porthole.get("/film.avi?get=cover").status, 404);
    assert_eq!(porthole.get("/out.jpg?get=thumb").status, 404);
    assert_eq!(porthole.get("/.porthole/thumb/1/out.jpg").status, 404);
}
