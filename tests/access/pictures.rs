//! Pictures inside of closed folders, and below links.

use libtest_mimic::Trial;

use super::{ALICE, BOB, CLOSED, Secrets, link, token};
use crate::support::{Folder, Porthole, TIMEOUT, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        pictures_of_a_closed_folder_are_closed,
        a_picture_beside_a_file_has_rules_of_its_own,
        a_link_opens_pictures_below_it,
        pictures_of_a_closed_folder_are_kept_by_one_client,
    ]
}

const TRACK: &[u8] = include_bytes!("../../fuzz/seeds/media/flac/cover.flac");

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("closed/a.flac", TRACK);
    folder.file("closed/b.mp3", "b");
    folder.file("closed/b.jpg", "SECRET");
    folder.file("open/a.flac", TRACK);
    folder.file("open/b.mp3", "b");
    folder.link("open/b.jpg", "../closed/b.jpg");
    folder.link("open/c.flac", "../closed/a.flac");
    folder
}

/// Returns the path of a thumbnail, below nothing or below the token of a link.
fn thumb(porthole: &Porthole, before: &str, path: &str) -> String {
    let whole = format!("{before}{path}");
    let file = porthole.client().ask("HEAD", &whole, ALICE);
    let tag = file.field("ETag").unwrap().trim_start_matches("W/");
    format!("{before}/.porthole/thumb/{}{path}", tag.trim_matches('"'))
}

fn pictures_of_a_closed_folder_are_closed() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    let mut client = porthole.client();
    let targets = [
        "/closed/a.flac?get=cover".to_owned(),
        "/closed/a.flac?get=thumb".into(),
        "/closed/b.mp3?get=cover".into(),
        "/open/c.flac?get=cover".into(),
        thumb(&porthole, "", "/closed/a.flac"),
        thumb(&porthole, "", "/closed/b.mp3"),
        thumb(&porthole, "", "/open/c.flac"),
    ];
    for target in &targets {
        let statuses = ["", BOB, ALICE].map(|user| client.get(target, user).status);
        assert_eq!(statuses, [401, 401, 200], "{target}");
    }
    // Nobody learns what exists, and in which version.
    for target in [
        "/closed/none?get=cover",
        "/.porthole/thumb/0/closed/a.flac",
        "/.porthole/thumb/0/closed/none",
        "/.porthole/thumb/0/closed",
    ] {
        let statuses = ["", ALICE].map(|user| client.get(target, user).status);
        assert_eq!(statuses, [401, 404], "{target}");
    }
}

fn a_picture_beside_a_file_has_rules_of_its_own() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    let mut client = porthole.client();
    let targets = [
        "/open/b.mp3?get=cover".to_owned(),
        thumb(&porthole, "", "/open/b.mp3"),
    ];
    for target in &targets {
        assert_eq!(client.get(target, "").status, 404);
        assert_eq!(client.get(target, ALICE).text(), "SECRET");
        assert_eq!(client.get(target, "").status, 404);
    }
}

fn a_link_opens_pictures_below_it() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &["--auth-for=/=alice"]);
    let mut client = porthole.client();
    let open = token(&link("/open/"));
    let file = token(&link("/open/a.flac"));
    // (token, path, status)
    for (before, path, status) in [
        (&open, "/open/a.flac?get=cover", 200),
        (&open, "/closed/a.flac?get=cover", 403),
        (&open, "/open/c.flac?get=cover", 403),
        (&open, "/open/b.mp3?get=cover", 404),
        (&file, "/open/a.flac?get=cover", 200),
        (&file, "/open/b.mp3?get=cover", 403),
    ] {
        let found = client.get(&format!("{before}{path}"), "").status;
        assert_eq!(found, status, "{path}");
    }
    let own = thumb(&porthole, "", "/open/a.flac");
    let closed = thumb(&porthole, "", "/closed/a.flac");
    for (before, path, status) in [
        (&open, &own, 200),
        (&file, &own, 200),
        (&open, &closed, 403),
        (&file, &closed, 403),
        (&"".to_owned(), &own, 401),
    ] {
        let response = client.get(&format!("{before}{path}"), "");
        assert_eq!(response.status, status, "{path}");
    }
}

/// They are kept as long as others, but by no cache that others share.
fn pictures_of_a_closed_folder_are_kept_by_one_client() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    let mut client = porthole.client();
    let form = client.get("/closed/a.flac?get=cover", ALICE);
    assert_eq!(form.field("Cache-Control"), Some("private, no-cache"));
    // A file's first two seconds are not long enough to know its version, and its folder is
    // read so often a second.
    let target = thumb(&porthole, "", "/closed/a.flac");
    let start = std::time::Instant::now();
    loop {
        let response = client.get(&target, ALICE);
        match (response.status, response.field("Cache-Control").unwrap()) {
            (200, "private, max-age=31536000") => break,
            (200, other) => assert_eq!(other, "private, no-cache"),
            (status, _) => assert_eq!(status, 503),
        }
        assert!(start.elapsed() < TIMEOUT);
    }
}
