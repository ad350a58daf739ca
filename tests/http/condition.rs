//! Conditional requests (RFC 9110 §13).

use std::fs::File;
use std::time::{Duration, Instant, SystemTime};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        conditions,
        no_condition_hides_an_error,
        a_changed_file_has_another_tag,
        after_304_comes_the_next_answer
    ]
}

const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

fn old_file(content: &str) -> Folder {
    let folder = Folder::new();
    let path = folder.file("film.mp4", content);
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(modified)
        .unwrap();
    folder
}

fn conditions() {
    let folder = old_file("film");
    let porthole = Porthole::serving(&folder);
    let tag = porthole.strong_tag("/film.mp4");
    let rows = [
        (format!("If-None-Match: {tag}"), 304),
        (format!("If-None-Match: W/{tag}"), 304),
        (format!("If-None-Match: \"a\", {tag}"), 304),
        (format!("If-None-Match: \"a\"\r\nIf-None-Match: {tag}"), 304),
        ("If-None-Match: *".into(), 304),
        ("If-None-Match: \"a\"".into(), 200),
        (
            format!("If-None-Match: \"a\"\r\nIf-Modified-Since: {MODIFIED}"),
            200,
        ),
        (format!("If-Modified-Since: {MODIFIED}"), 304),
        (format!("If-Modified-Since: {AFTER}"), 304),
        (format!("If-Modified-Since: {BEFORE}"), 200),
        (
            "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT".into(),
            304,
        ),
        ("If-Modified-Since: Sun Nov  6 08:49:37 1994".into(), 304),
        ("If-Modified-Since: yesterday".into(), 200),
        (format!("If-Match: {tag}"), 200),
        ("If-Match: *".into(), 200),
        ("If-Match: \"a\"".into(), 412),
        (format!("If-Match: W/{tag}"), 412),
        (format!("If-Unmodified-Since: {MODIFIED}"), 200),
        (format!("If-Unmodified-Since: {BEFORE}"), 412),
        (
            format!("If-Match: {tag}\r\nIf-Unmodified-Since: {BEFORE}"),
            200,
        ),
        (format!("If-Match: {tag}\r\nIf-None-Match: {tag}"), 304),
        // A condition is evaluated before a range (RFC 9110 §13.2.2).
        (format!("Range: bytes=0-0\r\nIf-None-Match: {tag}"), 304),
        ("Range: bytes=0-0\r\nIf-Match: \"a\"".into(), 412),
        ("Range: bytes=9-\r\nIf-Match: \"a\"".into(), 412),
    ];
    each(&rows, |(condition, status)| {
        let mut client = porthole.client();
        let response = client.get("/film.mp4", &format!("{condition}\r\n"));
        assert_eq!(response.status, *status);
        let expected = if *status == 200 { "film" } else { "" };
        assert_eq!(response.text(), expected);
        if *status == 304 {
            assert_eq!(response.field("ETag"), Some(&*tag));
            assert!(response.field("Date").is_some() && response.field("Cache-Control").is_some());
        }
        assert_eq!(client.get("/film.mp4", "").text(), "film");
    });
    // There is no representation to which a condition could apply.
    assert_eq!(
        porthole.client().get("/missing", "If-Match: *\r\n").status,
        404
    );
}

/// Cached metadata is checked again once a second. So the new content appears within two
/// seconds, and it never has an old tag, nor old content a new tag.
/// A condition only counts if the response without it would be a success (§13.2.1).
fn no_condition_hides_an_error() {
    let folder = Folder::new();
    folder.file("film.mp4", "film");
    folder.file("film.srt", "no subtitles");
    folder.file("notes.txt", "text");
    folder.file("deep/a", "");
    let porthole = Porthole::serving(&folder);
    // (target, status)
    let rows = [
        ("/none", 404),
        ("/none/", 404),
        ("/film.mp4/", 404),
        ("/?open=none", 404),
        ("/?open=", 404),
        ("/?open=deep", 404),
        ("/?open=none.mp4", 404),
        ("/?open=none.mp4&as=grid", 404),
        ("/?as=none", 200),
        ("/?get=none", 404),
        ("/?get=vtt", 404),
        ("/none/?get=json", 404),
        ("/?get=json&limit=none", 400),
        ("/film.mp4?get=vtt", 404),
        ("/film.mp4?get=json", 404),
        ("/film.srt?get=vtt", 404),
        ("/.porthole/none.css", 404),
        // What exists is not modified.
        ("/", 200),
        ("/?as=grid", 200),
        ("/?get=json", 200),
        ("/?get=json&limit=1", 200),
        ("/?get=m3u", 200),
        ("/?get=xspf&tree=1", 200),
        ("/?open=film.mp4", 200),
        ("/?open=notes.txt", 200),
        ("/film.mp4", 200),
    ];
    let browser = "Accept: text/html\r\n";
    let mut client = porthole.client();
    for (target, status) in rows {
        for method in ["GET", "HEAD"] {
            assert_eq!(
                client.ask(method, target, browser).status,
                status,
                "{target}"
            );
            for condition in ["If-None-Match: *\r\n", "If-Match: *\r\n"] {
                let response = client.ask(method, target, &[browser, condition].concat());
                let is_unchanged = status == 200 && condition.starts_with("If-None");
                let expected = if is_unchanged { 304 } else { status };
                assert_eq!(response.status, expected, "{method} {target} {condition}");
            }
        }
    }
}

fn a_changed_file_has_another_tag() {
    let folder = Folder::new();
    let write = |content: &str, age: u64| {
        let path = folder.file("a", content);
        // Some file systems store time in coarse steps, so each write gets a time of its
        // own.
        let modified = SystemTime::now() - Duration::from_secs(age);
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(modified)
            .unwrap();
    };
    write("first", 90);
    let porthole = Porthole::serving(&folder);
    let mut seen = vec![];
    for (content, age) in [("first", 90), ("other", 80), ("longer than that", 70)] {
        write(content, age);
        let written = Instant::now();
        loop {
            let response = porthole.get("/a");
            seen.push((
                // A file has a weak tag just after it was written, and a strong one
                // later.
                response.field("ETag").unwrap().replace("W/", ""),
                response.text().to_owned(),
            ));
            if response.text() == content {
                break;
            }
            assert!(
                written.elapsed() < Duration::from_secs(2),
                "still the old content"
            );
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(
        seen.len(),
        3,
        "a tag with two contents, or a content with two tags: {seen:?}"
    );
}

/// If a 304 had content, the next response would begin with it.
fn after_304_comes_the_next_answer() {
    let folder = old_file("film");
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    for _ in 0..3 {
        let response = client.get("/film.mp4", "If-None-Match: *\r\n");
        assert_eq!((response.status, response.body.len()), (304, 0));
    }
    client.get("/film.mp4", "If-None-Match: *\r\nConnection: close\r\n");
    client.expect_end();
}
