//! Parts of a file (RFC 9110 §14).

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Response, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        single_ranges,
        unsatisfiable_ranges_are_416,
        ranges_of_an_empty_file,
        fields_that_are_ignored,
        several_ranges,
        floods,
        if_range,
    ]
}

const SIZE: usize = 1_000_000;

fn film() -> (Folder, Vec<u8>, Porthole) {
    let folder = Folder::new();
    let content = noise(SIZE);
    folder.file("film.mp4", &content);
    folder.file("empty", "");
    let porthole = Porthole::serving(&folder);
    (folder, content, porthole)
}

fn ask(porthole: &Porthole, range: &str) -> Response {
    porthole
        .client()
        .get("/film.mp4", &format!("Range: {range}\r\n"))
}

fn single_ranges() {
    let (_folder, content, porthole) = film();
    let rows = [
        // Ranges with which browsers, players and Safari begin.
        ("bytes=0-", 0, 999_999),
        ("bytes=0-1", 0, 1),
        ("bytes=0-0", 0, 0),
        ("bytes=999999-", 999_999, 999_999),
        ("bytes=999999-999999", 999_999, 999_999),
        ("bytes=500000-600000", 500_000, 600_000),
        ("bytes=-1", 999_999, 999_999),
        ("bytes=-1000000", 0, 999_999),
        ("bytes=-1000001", 0, 999_999),
        ("bytes=0-1000000", 0, 999_999),
        ("bytes=10-18446744073709551615", 10, 999_999),
        ("bytes=10-18446744073709551616", 10, 999_999),
        ("bytes=-18446744073709551616", 0, 999_999),
        ("BYTES=1-2", 1, 2),
        ("bytes=,1-2 , ", 1, 2),
        ("bytes=1-2,2-3", 1, 3),
    ];
    each(&rows, |(range, first, last)| {
        let response = ask(&porthole, range);
        assert_eq!(response.line, "HTTP/1.1 206 Partial Content");
        let expected = format!("bytes {first}-{last}/{SIZE}");
        assert_eq!(response.field("Content-Range"), Some(&*expected));
        assert_eq!(response.field("Content-Type"), Some("video/mp4"));
        assert_eq!(response.field("Accept-Ranges"), Some("bytes"));
        assert!(response.body == content[*first..=*last], "other bytes");
    });
}

fn unsatisfiable_ranges_are_416() {
    let (_folder, _, porthole) = film();
    let rows = [
        "bytes=1000000-",
        "bytes=1000000-1000001",
        "bytes=18446744073709551615-",
        "bytes=18446744073709551616-18446744073709551617",
        "bytes=-0",
        "bytes=9223372036854775808-",
    ];
    each(&rows, |range| {
        let mut client = porthole.client();
        let response = client.get("/film.mp4", &format!("Range: {range}\r\n"));
        assert_eq!(response.line, "HTTP/1.1 416 Range Not Satisfiable");
        assert_eq!(response.field("Content-Range"), Some("bytes */1000000"));
        assert_eq!(response.field("Accept-Ranges"), Some("bytes"));
        assert_eq!(response.words(), "416 Range Not Satisfiable");
        assert_eq!(client.get("/empty", "").status, 200);
    });
}

/// An empty suffix is empty, and `0-` is the whole file. A 206 can express neither, so
/// the response is the whole file, which is empty too (RFC 9110 §14.1.2).
fn ranges_of_an_empty_file() {
    let (_folder, _, porthole) = film();
    let rows = [
        ("bytes=0-", 200),
        ("bytes=0-,5-6", 200),
        ("bytes=0-0", 416),
        ("bytes=1-", 416),
        ("bytes=-0", 416),
        ("bytes=-1", 200),
    ];
    each(&rows, |(range, status)| {
        let response = porthole
            .client()
            .get("/empty", &format!("Range: {range}\r\n"));
        if *status == 200 {
            assert_eq!(response.field("Content-Length"), Some("0"));
        }
        let expected = (*status == 416).then_some("bytes */0");
        assert_eq!(
            (response.status, response.field("Content-Range")),
            (*status, expected)
        );
    });
}

fn fields_that_are_ignored() {
    let (_folder, content, porthole) = film();
    let rows = [
        "bytes=2-1",
        "bytes=",
        "bytes",
        "bytes=a-b",
        "bytes=+1-2",
        "bytes=0x1-2",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes=1 -2",
        "lines=0-1",
        "bytes 0-1",
        "bytes=0-1\r\nRange: bytes=2-3",
    ];
    each(&rows, |range| {
        let response = ask(&porthole, range);
        assert_eq!(
            (response.status, response.field("Content-Range")),
            (200, None)
        );
        assert!(response.body == content);
    });
}

fn several_ranges() {
    let (_folder, content, porthole) = film();
    let mut client = porthole.client();
    let response = client.get("/film.mp4", "Range: bytes=500000-500009, 0-4, -3\r\n");
    assert_eq!(response.status, 206);
    assert_eq!(response.field("Content-Range"), None);
    let media_type = response.field("Content-Type").unwrap();
    let boundary = media_type
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap();
    let boundary = boundary.trim_matches('"');
    let mut expected = Vec::new();
    for (first, last) in [(500_000, 500_009), (0, 4), (999_997, 999_999)] {
        let head = format!(
            "--{boundary}\r\nContent-Type: video/mp4\r\nContent-Range: bytes {first}-{last}/{SIZE}\r\n\r\n"
        );
        expected.extend_from_slice(head.as_bytes());
        expected.extend_from_slice(&content[first..=last]);
        expected.extend_from_slice(b"\r\n");
    }
    expected.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let shown = |bytes: &[u8]| bytes.escape_ascii().to_string();
    assert_eq!(
        shown(response.body.trim_ascii_start()),
        shown(&expected),
        "RFC 2046 §5.1.1: CRLF before a delimiter"
    );
    assert_eq!(client.get("/empty", "").status, 200);
}

/// CVE-2011-3192 and its many variants: the response stays near the size of one file.
fn floods() {
    let (_folder, _, porthole) = film();
    let overlapping: String = (0..1_000).map(|first| format!("{first}-,")).collect();
    let tiny: String = (0..800)
        .map(|place| format!("{0}-{0},", place * 600))
        .collect();
    let rows = [
        ("all overlap", overlapping, 200),
        ("many tiny", tiny, 200),
        ("the same", "0-,".repeat(99), 206),
    ];
    each(&rows, |(_, list, status)| {
        let response = ask(&porthole, &format!("bytes={list}0-0"));
        assert_eq!(response.status, *status, "{}", response.line);
        assert!(
            response.body.len() < SIZE + 20_000,
            "{} bytes",
            response.body.len()
        );
    });
}

fn if_range() {
    let (folder, content, porthole) = film();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    let file = std::fs::File::options()
        .write(true)
        .open(folder.join("film.mp4"))
        .unwrap();
    file.set_modified(old).unwrap();
    let tag = porthole.strong_tag("/film.mp4");
    let response = porthole.get("/film.mp4");
    let date = response.field("Last-Modified").unwrap();
    let rows = [
        (tag.clone(), 206),
        (date.to_owned(), 206),
        ("\"other\"".to_owned(), 200),
        (format!("W/{tag}"), 200),
        ("Sun, 06 Nov 1994 08:49:37 GMT".to_owned(), 200),
        ("Fri, 01 Jan 2100 00:00:00 GMT".to_owned(), 200),
        (format!("{tag}\r\nIf-Range: {tag}"), 200),
        ("nonsense".to_owned(), 200),
    ];
    each(&rows, |(validator, status)| {
        let fields = format!("Range: bytes=5-9\r\nIf-Range: {validator}\r\n");
        let response = porthole.client().get("/film.mp4", &fields);
        assert_eq!(response.status, *status);
        assert!(
            response.body
                == if *status == 206 {
                    &content[5..=9]
                } else {
                    &content
                }
        );
    });
}
