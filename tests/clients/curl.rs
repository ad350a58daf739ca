//! curl: ranges, resuming, conditions, codings, both versions, many at once.

use std::fs;
use std::time::Duration;

use libtest_mimic::Trial;

use super::{age, replace, serving};
use crate::clients::support::run::{Finished, run};
use crate::support::{Folder, Porthole, Program, each, noise, trials};

const CURL: Program = Program::new("curl", "curl");
const GZIP: Program = Program::new("gzip", "gzip");
const BROTLI: Program = Program::new("brotli", "brotli");
const ZSTD: Program = Program::new("zstd", "zstd");

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&CURL] =>
            gets_ranges,
            resumes,
            does_not_splice_what_was_replaced,
            asks_by_date,
            asks_by_tag,
            keeps_the_connection,
            opens_many_at_once,
            saves_under_the_announced_name,
            an_upload_gets_405_not_a_reset;
        needs [&CURL, &GZIP, &BROTLI, &ZSTD] => decodes_what_was_compressed_beforehand
    ]
}

/// `-q` ignores the user's own configuration.
fn curl(folder: &Folder, arguments: &[&str]) -> Finished {
    let arguments = [&["-q", "-sS"], arguments].concat();
    run(&CURL, folder, &arguments)
}

fn gets_ranges() {
    let content = noise(100_000);
    let (_folder, porthole) = serving("a.mp4", &content);
    let cases = [
        ("0-", 0..100_000),
        ("0-0", 0..1),
        ("0-1", 0..2),
        ("5-9", 5..10),
        ("-7", 99_993..100_000),
        ("-200000", 0..100_000),
        ("99999-", 99_999..100_000),
        ("50000-200000", 50_000..100_000),
    ];
    each(&cases, |(range, expected)| {
        let out = Folder::new();
        let url = porthole.url("/a.mp4");
        let got = curl(&out, &["-r", range, &url, "-w", "%{stderr}%{http_code}"]);
        assert_eq!(got.stderr, "206");
        assert!(got.stdout == content[expected.clone()]);
    });
}

fn resumes() {
    let content = noise(1_000_000);
    let (_folder, porthole) = serving("a.mp4", &content);
    let cases = [
        (0, "200"),
        (1, "206"),
        (500_000, "206"),
        (999_999, "206"),
        // Nothing is missing: curl takes a 416 as the end.
        (1_000_000, "416"),
    ];
    each(&cases, |&(have, status)| {
        let out = Folder::new();
        let part = out.file("part", &content[..have]);
        let url = porthole.url("/a.mp4");
        let got = curl(&out, &["-C", "-", "-o", "part", &url, "-w", "%{http_code}"]).success();
        assert_eq!(got, status);
        assert!(fs::read(part).unwrap() == content);
    });
}

fn does_not_splice_what_was_replaced() {
    let (folder, porthole) = serving("a.mp4", &[b'o'; 1_000]);
    let old = porthole.strong_tag("/a.mp4");
    replace(&folder, "a.mp4", &[b'n'; 1_000]);
    let url = porthole.url("/a.mp4");

    // The response is the whole file or a refusal, never the rest of another file.
    let cases = [("If-Range", "200", 33), ("If-Match", "412", 0)];
    each(&cases, |(name, status, code)| {
        let out = Folder::new();
        let part = out.file("part", [b'o'; 500]);
        let field = format!("{name}: {old}");
        let resume = [
            "-C",
            "-",
            "-o",
            "part",
            "-H",
            &field,
            &url,
            "-w",
            "%{http_code}",
        ];
        let got = curl(&out, &resume);
        assert_eq!(String::from_utf8_lossy(&got.stdout), *status);
        assert_eq!(got.status.code(), Some(*code), "{}", got.stderr);
        assert!(!fs::read(part).unwrap().contains(&b'n'));
    });
    let out = Folder::new();
    let field = format!("If-Range: {old}");
    let got = curl(&out, &["-r", "500-", "-H", &field, &url]).success();
    assert!(got.as_bytes() == [b'n'; 1_000]);
}

fn asks_by_date() {
    let (folder, porthole) = serving("a.txt", b"new");
    let same = folder.join("a.txt");
    age(&same, Duration::from_secs(3_600));
    // curl uses the time of a file as the date.
    let cases = [
        (same.to_str().unwrap(), "304"),
        ("Mon, 26 Nov 2001 08:00:00 GMT", "200"),
        ("-Mon, 26 Nov 2001 08:00:00 GMT", "412"),
        ("-Fri, 26 Nov 2100 08:00:00 GMT", "200"),
    ];
    each(&cases, |(date, status)| {
        let out = Folder::new();
        let url = porthole.url("/a.txt");
        let got = curl(&out, &["-z", date, "-o", "a", &url, "-w", "%{http_code}"]).success();
        assert_eq!(got, *status);
    });
}

fn asks_by_tag() {
    let (folder, porthole) = serving("a.txt", b"old");
    let (out, url) = (Folder::new(), porthole.url("/a.txt"));
    let ask = || {
        let tags = ["--etag-save", "tag", "--etag-compare", "tag"];
        let rest = ["-o", "a", &url, "-w", "%{http_code} %{size_download}"];
        curl(&out, &[&tags[..], &rest].concat()).success()
    };
    assert_eq!(ask(), "200 3");
    assert_eq!(ask(), "304 0");
    replace(&folder, "a.txt", b"new");
    assert_eq!(ask(), "200 3");
    assert_eq!(fs::read(out.join("a")).unwrap(), b"new");
    assert_eq!(ask(), "304 0");
}

/// The output has the status and the new connections of two requests in a row.
fn keeps_the_connection() {
    let content = noise(100_000);
    let (_folder, porthole) = serving("a.mp4", &content);
    let cases: [(&[&str], &str); 4] = [
        (&[], "200 1 200 0 "),
        (&["-H", "Connection: close"], "200 1 200 1 "),
        (&["--http1.0"], "200 1 200 1 "),
        (
            &["--http1.0", "-H", "Connection: keep-alive"],
            "200 1 200 0 ",
        ),
    ];
    each(&cases, |(flags, expected)| {
        let (out, url) = (Folder::new(), porthole.url("/a.mp4"));
        let twice = [
            "-o",
            "a",
            &url,
            "-o",
            "b",
            &url,
            "-w",
            "%{http_code} %{num_connects} ",
        ];
        let got = curl(&out, &[flags, &twice[..]].concat()).success();
        assert_eq!(got, *expected);
        assert!(
            ["a", "b"]
                .iter()
                .all(|name| fs::read(out.join(name)).unwrap() == content)
        );
    });
}

fn opens_many_at_once() {
    const FILES: usize = 60;
    let folder = Folder::new();
    let content = noise(300_000 + FILES);
    for file in 0..FILES {
        folder.file(format!("{file}.bin"), &content[file..]);
    }
    let porthole = Porthole::serving(&folder);
    let (out, url) = (
        Folder::new(),
        porthole.url(&format!("/[0-{}].bin", FILES - 1)),
    );
    let parallel = ["--parallel", "--parallel-immediate", "--parallel-max", "20"];
    let got = ["-o", "#1", &url, "-w", "%{http_code}\n"];
    let got = curl(&out, &[&parallel[..], &got].concat()).success();
    assert_eq!(got, "200\n".repeat(FILES));
    for file in 0..FILES {
        assert!(
            fs::read(out.join(file.to_string())).unwrap() == content[file..],
            "{file}"
        );
    }
}

fn saves_under_the_announced_name() {
    let folder = Folder::new();
    let file = folder.file("story.mp4", b"story");
    let porthole = Porthole::serving(file);
    let out = Folder::new();
    curl(&out, &["-O", "-J", &porthole.url("/whatever")]).success();
    assert_eq!(fs::read(out.join("story.mp4")).unwrap(), b"story");
}

/// curl gets a response, not a reset while it sends the content.
fn an_upload_gets_405_not_a_reset() {
    let (_folder, porthole) = serving("a.txt", b"a");
    let out = Folder::new();
    out.file("small", noise(1_000));
    // curl sends `Expect: 100-continue` first, unless it is told not to.
    out.file("large", noise(10_000_000));
    let cases: [&[&str]; 4] = [
        &["-T", "small"],
        &["-T", "large"],
        &["-T", "large", "-H", "Expect:"],
        &["--data-binary", "@small"],
    ];
    each(&cases, |flags| {
        let url = porthole.url("/a.txt");
        let rest = ["-o", "answer", &url, "-w", "%{http_code}"];
        let got = curl(&out, &[flags, &rest[..]].concat());
        assert_eq!(got.stdout, b"405", "{}", got.stderr);
    });
}

fn decodes_what_was_compressed_beforehand() {
    let content = "What is said twice is said twice.\n".repeat(1_000);
    let cases = [
        (GZIP, "gz", "gzip"),
        (BROTLI, "br", "br"),
        (ZSTD, "zst", "zstd"),
    ];
    each(&cases, |(program, suffix, coding)| {
        let (folder, porthole) = serving("a.txt", content.as_bytes());
        run(program, &folder, &["-k", "a.txt"]).success();
        let compressed = fs::read(folder.join(format!("a.txt.{suffix}"))).unwrap();
        let (out, url) = (Folder::new(), porthole.url("/a.txt"));

        let shown = "%{http_code} %{size_download} %header{content-encoding} %header{vary}";
        let got = curl(&out, &["--compressed", "-o", "a", &url, "-w", shown]).success();
        let length = compressed.len();
        assert_eq!(got, format!("200 {length} {coding} Accept-Encoding"));
        assert_eq!(fs::read_to_string(out.join("a")).unwrap(), content);

        // The stored bytes, in two pieces.
        let accept = format!("Accept-Encoding: {coding}");
        let piece = |range| curl(&out, &["-H", &accept, "-r", range, &url]).stdout;
        assert!(["0-9", "10-"].map(piece).concat() == compressed);

        // Without Accept-Encoding.
        assert_eq!(curl(&out, &[&url]).success(), content);
    });
}
