//! A whole file, and the fields of its response.

use std::fs::File;
use std::time::{Duration, SystemTime};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        sizes_around_every_buffer_arrive_whole,
        head_says_what_get_says,
        media_types,
        text_that_is_not_utf_8_has_no_charset,
        a_stale_sibling_is_not_served,
        dispositions,
        names_that_need_encoding,
        odd_times,
        operators_fields,
        options_and_preflight,
        precompressed_siblings,
        single_page_application,
        own_page_for_what_is_missing,
    ]
}

fn sizes_around_every_buffer_arrive_whole() {
    let folder = Folder::new();
    let sizes: Vec<usize> = [1 << 10, 16 << 10, 80 << 10, 512 << 10, 1 << 20]
        .iter()
        .flat_map(|size| [size - 600, size - 1, *size, size + 1])
        .chain([0, 1, 5_000_000])
        .collect();
    for size in &sizes {
        folder.file(size.to_string(), noise(*size));
    }
    let porthole = Porthole::serving(&folder);
    each(&sizes, |size| {
        let response = porthole.get(&format!("/{size}"));
        assert_eq!(response.status, 200);
        assert!(
            response.body == noise(*size),
            "other bytes than those of the file"
        );
    });
}

fn head_says_what_get_says() {
    let folder = Folder::new();
    folder.file("film.mp4", noise(1_000));
    folder.file("sub/page.html", "page");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/film.mp4", ""),
        ("/film.mp4", "If-Match: \"other\"\r\n"),
        ("/film.mp4", "If-None-Match: *\r\n"),
        ("/sub", ""),
        ("/sub/", ""),
        ("/missing", ""),
        ("/%00", ""),
    ];
    each(&rows, |(target, fields)| {
        // Two requests may fall into different seconds and get another Date.
        let same = (0..10).any(|_| {
            let ask = |method| porthole.client().ask(method, target, fields);
            let (head, get) = (ask("HEAD"), ask("GET"));
            assert_eq!(head.line, get.line);
            let names = |response: &crate::support::Response| {
                response
                    .fields()
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(names(&head), names(&get));
            head.fields() == get.fields()
        });
        assert!(same, "the fields differ");
    });
    // RFC 9110 §14.2: a range applies only to GET.
    let whole = porthole
        .client()
        .ask("HEAD", "/film.mp4", "Range: bytes=0-9\r\n");
    assert_eq!(
        (whole.status, whole.field("Content-Length")),
        (200, Some("1000"))
    );
}

fn media_types() {
    let rows = [
        ("a.mp4", "video/mp4"),
        ("a.MKV", "video/x-matroska"),
        ("a.webm", "video/webm"),
        ("a.ts", "video/mp2t"),
        ("a.flac", "audio/flac"),
        ("a.opus", "audio/ogg"),
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.mpd", "application/dash+xml"),
        ("a.m4s", "video/iso.segment"),
        ("a.vtt", "text/vtt"),
        ("a.srt", "text/plain; charset=utf-8"),
        ("a.yaml", "text/plain; charset=utf-8"),
        ("a.py", "text/plain; charset=utf-8"),
        ("README", "text/plain; charset=utf-8"),
        ("LICENSE-MIT", "text/plain; charset=utf-8"),
        ("Makefile", "text/plain; charset=utf-8"),
        ("a.vob", "video/mpeg"),
        ("a.caf", "audio/x-caf"),
        ("a.tgz", "application/gzip"),
        ("a.avif", "image/avif"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.wasm", "application/wasm"),
        ("a.woff2", "font/woff2"),
        ("a.tar.gz", "application/gzip"),
        ("a.unknown", "application/octet-stream"),
        ("mp4", "application/octet-stream"),
        ("a.", "application/octet-stream"),
    ];
    let folder = Folder::new();
    for (name, _) in rows {
        folder.file(name, "x");
    }
    let porthole = Porthole::serving(&folder);
    each(&rows, |(name, media_type)| {
        let response = porthole.get(&format!("/{name}"));
        assert_eq!(response.field("Content-Type"), Some(*media_type));
        assert_eq!(response.field("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.field("Accept-Ranges"), Some("bytes"));
    });
}

/// This holds for every part, method and coding.
fn text_that_is_not_utf_8_has_no_charset() {
    let folder = Folder::new();
    let split = "x".repeat(4_095) + "\u{e9}";
    let late = [split.as_bytes(), b"\xe9"].concat();
    let utf_8 = "text/plain; charset=utf-8";
    let rows: [(&str, &[u8], &str); 6] = [
        ("plain.txt", b"plain", utf_8),
        ("latin.txt", b"caf\xe9 au lait", "text/plain"),
        ("latin.html", b"<p>caf\xe9", "text/html"),
        ("cut.txt", b"caf\xc3", "text/plain"),
        ("split.txt", split.as_bytes(), utf_8),
        ("late.txt", &late, utf_8),
    ];
    for (name, content, _) in rows {
        folder.file(name, content);
        folder.file(format!("{name}.gz"), "compressed");
    }
    let porthole = Porthole::serving(&folder);
    each(&rows, |(name, content, expected)| {
        // Each way is the first request for a file of its own.
        for (way, (method, fields, status)) in [
            ("HEAD", "", 200),
            ("GET", "", 200),
            ("GET", "Range: bytes=0-1\r\n", 206),
            ("GET", "Accept-Encoding: gzip\r\n", 200),
            ("HEAD", "Accept-Encoding: gzip\r\n", 200),
        ]
        .into_iter()
        .enumerate()
        {
            folder.file(format!("{way}/{name}"), content);
            folder.file(format!("{way}/{name}.gz"), "compressed");
            let mut client = porthole.client();
            let response = client.ask(method, &format!("/{way}/{name}"), fields);
            let found = (response.status, response.field("Content-Type"));
            assert_eq!(found, (status, Some(*expected)), "{method} {fields}");
        }
    });
}

/// A sibling that was compressed before the original was last written holds other
/// content.
fn a_stale_sibling_is_not_served() {
    let folder = Folder::new();
    let at = |name: &str, content: &str, seconds: u64, nanoseconds: u32| {
        let file = File::options()
            .write(true)
            .open(folder.file(name, content))
            .unwrap();
        let time = Duration::new(seconds, nanoseconds);
        file.set_modified(SystemTime::UNIX_EPOCH + time).unwrap();
    };
    let rows = [
        ("older", 999, 0, "plain"),
        ("older-by-little", 1_000, 399, "plain"),
        ("same", 1_000, 123_456_789, "gzip"),
        // Copies of a time by tools that do not support nanoseconds.
        ("microseconds", 1_000, 123_456_000, "gzip"),
        ("seconds", 1_000, 0, "gzip"),
        ("newer", 1_001, 0, "gzip"),
    ];
    for (name, seconds, nanoseconds, _) in rows {
        at(&format!("{name}.js"), "plain", 1_000, 123_456_789);
        at(&format!("{name}.js.gz"), "gzip", seconds, nanoseconds);
    }
    let porthole = Porthole::serving(&folder);
    each(&rows, |(name, .., expected)| {
        let target = format!("/{name}.js");
        let response = porthole.client().get(&target, "Accept-Encoding: gzip\r\n");
        assert_eq!(response.text(), *expected);
        let coding = (*expected == "gzip").then_some("gzip");
        assert_eq!(response.field("Content-Encoding"), coding);
    });
}

fn dispositions() {
    let folder = Folder::new();
    folder.file("a b.mp4", "x");
    folder.file("é\"\r\n.mp4", "x");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/a%20b.mp4", "inline; filename=\"a b.mp4\""),
        ("/a%20b.mp4?download", "attachment; filename=\"a b.mp4\""),
        (
            "/a%20b.mp4?x=1&download=1",
            "attachment; filename=\"a b.mp4\"",
        ),
        ("/a%20b.mp4?downloads", "inline; filename=\"a b.mp4\""),
        (
            "/%C3%A9%22%0D%0A.mp4",
            "inline; filename=\"____.mp4\"; filename*=UTF-8''%C3%A9%22%0D%0A.mp4",
        ),
    ];
    each(&rows, |(target, disposition)| {
        assert_eq!(
            porthole.get(target).field("Content-Disposition"),
            Some(*disposition)
        );
    });
}

fn names_that_need_encoding() {
    let names = [
        "a b", "100%", "a+b", "a#b?c", "\"'<>&", "é", "東京", "a;b=c", "%41", "~", "*:@!$()",
    ];
    let folder = Folder::new();
    for name in names {
        folder.file(name, name);
    }
    let porthole = Porthole::serving(&folder);
    each(&names, |name| {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(porthole.get(&format!("/{encoded}")).text(), *name);
    });
}

fn odd_times() {
    let epoch = SystemTime::UNIX_EPOCH;
    let seconds = Duration::from_secs;
    let rows = [
        (
            "usual",
            epoch + seconds(784_111_777),
            Some("Sun, 06 Nov 1994 08:49:37 GMT"),
            true,
        ),
        (
            "two",
            epoch + seconds(2),
            Some("Thu, 01 Jan 1970 00:00:02 GMT"),
            true,
        ),
        // The times that images, OSTree and Nix set do not identify a content.
        (
            "one",
            epoch + seconds(1),
            Some("Thu, 01 Jan 1970 00:00:01 GMT"),
            false,
        ),
        ("zero", epoch, Some("Thu, 01 Jan 1970 00:00:00 GMT"), false),
        (
            "before",
            epoch - seconds(1),
            Some("Wed, 31 Dec 1969 23:59:59 GMT"),
            false,
        ),
        ("far", epoch + seconds(253_402_300_800), None, false),
    ];
    let folder = Folder::new();
    for (name, time, ..) in rows {
        let path = folder.file(name, "x");
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }
    let porthole = Porthole::serving(&folder);
    porthole.strong_tag("/usual");
    each(&rows, |(name, _, expected, strong)| {
        let response = porthole.get(&format!("/{name}"));
        assert_eq!(response.text(), "x");
        let modified = response.field("Last-Modified");
        match expected {
            Some(_) => assert_eq!(modified, *expected),
            // RFC 9110 §8.8.2.1: Last-Modified is never later than Date.
            None => assert!(modified.is_none_or(|date| Some(date) == response.field("Date"))),
        }
        assert_eq!(response.field("ETag").unwrap().starts_with('"'), *strong);
    });
    assert_eq!(porthole.get("/").status, 200);
}

fn operators_fields() {
    let folder = Folder::new();
    folder.file("a", "x");
    let flags = [
        "--cache-control",
        "max-age=9",
        "--header",
        "X-One: 1",
        "--header",
        "X-Two: 2",
    ];
    let porthole = Porthole::with(&folder, &flags);
    let rows = [
        ("/a", "max-age=9"),
        ("/missing", "no-cache"),
        ("/", "no-cache"),
    ];
    each(&rows, |(target, caching)| {
        let response = porthole.get(target);
        assert_eq!(response.field("Cache-Control"), Some(*caching));
        assert_eq!(
            (response.field("X-One"), response.field("X-Two")),
            (Some("1"), Some("2"))
        );
    });
}

fn options_and_preflight() {
    let folder = Folder::new();
    folder.file("a", "x");
    let plain = Porthole::serving(&folder);
    let cors = Porthole::with(&folder, &["--cors"]);
    for target in ["/a", "/missing", "*"] {
        let response = plain.client().ask("OPTIONS", target, "");
        assert_eq!(
            (response.status, response.field("Allow")),
            (204, Some("GET, HEAD, OPTIONS"))
        );
        assert_eq!(response.field("Access-Control-Allow-Origin"), None);
    }
    let preflight = "Origin: http://other\r\nAccess-Control-Request-Method: GET\r\n";
    let response = cors.client().ask("OPTIONS", "/a", preflight);
    assert_eq!(response.status, 204);
    assert_eq!(response.field("Access-Control-Allow-Origin"), Some("*"));
    assert!(
        response
            .field("Access-Control-Allow-Methods")
            .unwrap()
            .contains("GET")
    );
    let allowed = response.field("Access-Control-Allow-Headers").unwrap();
    assert!(allowed.contains("Range") && allowed.contains("Authorization"));
    let response = cors.get("/a");
    assert_eq!(response.field("Access-Control-Allow-Origin"), Some("*"));
    assert!(
        response
            .field("Access-Control-Expose-Headers")
            .unwrap()
            .contains("Content-Range")
    );
}

fn precompressed_siblings() {
    let folder = Folder::new();
    for (name, content) in [
        ("a.js", "plain"),
        ("a.js.gz", "gzip"),
        ("a.js.br", "brotli"),
    ] {
        folder.file(name, content);
    }
    folder.file("a.mp4", "plain");
    folder.file("a.mp4.gz", "never");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/a.js", "", "plain", None),
        ("/a.js", "Accept-Encoding: gzip\r\n", "gzip", Some("gzip")),
        (
            "/a.js",
            "Accept-Encoding: gzip, br\r\n",
            "brotli",
            Some("br"),
        ),
        ("/a.js", "Accept-Encoding: gzip;q=0\r\n", "plain", None),
        ("/a.mp4", "Accept-Encoding: gzip\r\n", "plain", None),
    ];
    each(&rows, |(target, fields, content, coding)| {
        let response = porthole.client().get(target, fields);
        assert_eq!(
            (response.text(), response.field("Content-Encoding")),
            (*content, *coding)
        );
        let varies = target.ends_with("js").then_some("Accept-Encoding");
        assert_eq!(response.field("Vary"), varies);
    });
}

fn single_page_application() {
    let folder = Folder::new();
    folder.file("index.html", "application");
    folder.file("sub/a", "x");
    let porthole = Porthole::with(&folder, &["--spa"]);
    for target in ["/", "/users/7", "/sub/missing"] {
        let response = porthole.get(target);
        assert_eq!(
            (response.status, response.text()),
            (200, "application"),
            "{target}"
        );
    }
    assert_eq!(porthole.get("/sub/a").text(), "x");
}

fn own_page_for_what_is_missing() {
    let folder = Folder::new();
    folder.file("404.html", "<p>gone");
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    let response = client.get("/sub/missing", "Range: bytes=0-1\r\n");
    assert_eq!((response.status, response.text()), (404, "<p>gone"));
    assert_eq!(
        response.field("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(
        client.ask("HEAD", "/missing", "").field("Content-Length"),
        Some("7")
    );
    assert_eq!(client.get("/404.html", "").status, 200);
}
