//! Chromium: films play and seek, files arrive in chunks, parts of replaced files are
//! never joined, listings are complete.

use std::fs;
use std::time::Duration;

use libtest_mimic::Trial;

use super::{age, replace, request, wait_for_range};
use crate::clients::support::browser::{self, Browser, CHROMIUM, Report};
use crate::clients::support::film::{self, FFMPEG, OTHER_SECONDS, OTHER_WIDTH, SECONDS, WIDTH};
use crate::encryption::support::certificate::{Certificate, OPENSSL};
use crate::support::{Folder, Porthole, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&CHROMIUM, &FFMPEG] =>
            plays_mp4_with_its_index_at_the_end,
            plays_mkv,
            plays_webm,
            plays_hls,
            plays_the_new_film_after_it_was_replaced;
        needs [&CHROMIUM, &FFMPEG, &OPENSSL] => plays_over_tls;
        needs [&CHROMIUM] =>
            reads_chunk_by_chunk,
            does_not_splice_what_was_replaced,
            shows_a_listing,
            shows_the_address_of_https_to_who_asks_without_tls
    ]
}

fn plays_mp4_with_its_index_at_the_end() {
    plays(film::MP4);
}

fn plays_mkv() {
    plays(film::MKV);
}

fn plays_webm() {
    plays(film::WEBM);
}

fn plays_hls() {
    plays(film::HLS);
}

/// Plays for half a second, seeks to the middle and plays there.
fn plays(film: &str) {
    let folder = Folder::new();
    film::put(&folder, film);
    let porthole = Porthole::with(&folder, &["-v"]);
    let page = include_str!("pages/play.html").replace("{film}", film);
    let browser = Browser::open(&folder, &porthole, &page);

    let played = Report::of(&porthole, "played");
    assert!((played.number("of") - SECONDS).abs() < 1.0, "{played:?}");
    // Otherwise the seek would prove nothing.
    assert!(played.number("ahead") < SECONDS / 2.0, "{played:?}");
    let sought = Report::of(&porthole, "sought");
    assert!(sought.number("at") > SECONDS / 2.0, "{sought:?}");
    let (target, place) = film::middle(film);
    wait_for_range(&porthole, target, place);

    // A film that is still being sent gets its line in the access log once its client has
    // gone.
    drop(browser);
    let (request, answer) = (request(target), format!("\"GET {target} HTTP/1.1\" "));
    let seen = porthole.log().so_far();
    let asked = seen.iter().filter(|line| line.contains(&request)).count();
    let answered = |line: &str| line.contains(&answer);
    for line in porthole.log().wait_for_several(asked, answered, &answer) {
        // Each response is a part of the film, or a 304.
        let part = ["206 ", "304 "].map(|status| line.contains(&format!("{answer}{status}")));
        assert!(part.contains(&true), "{line}");
    }
}

fn plays_over_tls() {
    let folder = Folder::new();
    film::put(&folder, film::MP4);
    let certificate = Certificate::of(&["localhost"]);
    let porthole = certificate.serving(&folder, &["-v"]);
    let page = include_str!("pages/play.html").replace("{film}", film::MP4);
    let _browser = Browser::open_secure(&folder, &porthole, &page, &certificate);
    let played = Report::of(&porthole, "played");
    assert!((played.number("of") - SECONDS).abs() < 1.0, "{played:?}");
    let sought = Report::of(&porthole, "sought");
    assert!(sought.number("at") > SECONDS / 2.0, "{sought:?}");
    let (target, place) = film::middle(film::MP4);
    wait_for_range(&porthole, target, place);
}

/// The page of a person who leaves out the scheme, and whose browser then tries http.
fn shows_the_address_of_https_to_who_asks_without_tls() {
    let folder = Folder::new();
    let certificate = Certificate::of(&["localhost"]);
    let porthole = certificate.serving(&folder, &[]);
    let text = browser::dump(&porthole.url("/a%20b/"));
    let address = format!("https://{}/a%20b/", porthole.address());
    assert!(text.contains(&address), "{text}");
}

fn plays_the_new_film_after_it_was_replaced() {
    let folder = Folder::new();
    film::put(&folder, film::MP4);
    let porthole = Porthole::serving(&folder);
    let _browser = Browser::open(&folder, &porthole, include_str!("pages/reload.html"));
    let old = Report::of(&porthole, "old");
    assert!((old.number("of") - SECONDS).abs() < 1.0, "{old:?}");
    assert_eq!(old.number("width"), WIDTH);

    let other = fs::read(film::films().join("other.mp4")).unwrap();
    replace(&folder, "film.mp4", &other);
    folder.file("replaced", b"");
    let new = Report::of(&porthole, "new");
    assert!((new.number("of") - OTHER_SECONDS).abs() < 1.0, "{new:?}");
    assert_eq!(new.number("width"), OTHER_WIDTH);
    assert!(new.number("at") > OTHER_SECONDS / 2.0, "{new:?}");
}

fn reads_chunk_by_chunk() {
    let content = noise(20_000_000);
    let folder = Folder::new();
    folder.file("a.bin", &content);
    let porthole = Porthole::serving(&folder);
    let _browser = Browser::open(&folder, &porthole, include_str!("pages/stream.html"));
    let read = Report::of(&porthole, "read");
    assert!(read.number("early") >= 10.0, "{read:?}");
    assert_eq!(read.text("received"), content.len().to_string());
    let sum = content
        .iter()
        .fold(0_u32, |sum, &byte| (sum * 31 + u32::from(byte)) % 65_521);
    assert_eq!(read.text("sum"), sum.to_string());
}

fn does_not_splice_what_was_replaced() {
    let folder = Folder::new();
    age(
        &folder.file("a.bin", [b'o'; 100_000]),
        Duration::from_secs(7_200),
    );
    let porthole = Porthole::with(&folder, &["-v"]);
    porthole.strong_tag("/a.bin");
    let _browser = Browser::open(&folder, &porthole, include_str!("pages/replaced.html"));
    let says = |step: &str, status: &str, letters: &str, length: &str| {
        let report = Report::of(&porthole, step);
        let said = ["status", "letters", "length"].map(|name| report.text(name));
        assert_eq!(said, [status, letters, length], "{step}");
    };
    says("first", "206", "o", "10000");
    says("joined", "206", "o", "10000");
    porthole
        .log()
        .wait_for("Range: bytes=10000-14999\\x0D\\x0AIf-Range: ");
    Report::of(&porthole, "ready");

    // The new file is as long as the old one, so only the validators differ.
    replace(&folder, "a.bin", &[b'n'; 100_000]);
    folder.file("replaced", b"");
    says("rejoined", "206", "n", "15000");
    says("if-range", "200", "n", "100000");
    says("if-range-date", "200", "n", "100000");
    says("if-match", "412", "", "0");
    says("if-unmodified-since", "412", "", "0");
}

fn shows_a_listing() {
    let folder = Folder::new();
    let names = [
        "plain.txt",
        "with space.txt",
        "100%.txt",
        "%41.txt",
        "a+b.txt",
        "a#b.txt",
        "a?b=c.txt",
        "a&amp;b.txt",
        "a:b.txt",
        "javascript:fail(1)",
        "it's \"quoted\".txt",
        "<b>bold.txt",
        "<img src=x onerror=fail(2)>",
        "<script>fail(3)<script>",
        "grüße 水.txt",
    ];
    for name in names {
        folder.file(format!("names/{name}"), name);
    }
    let porthole = Porthole::serving(&folder);
    let _browser = Browser::open(&folder, &porthole, include_str!("pages/listing.html"));
    let listed = Report::of(&porthole, "listed");
    assert_eq!(listed.text("reached"), names.len().to_string());
    assert_eq!(listed.text("foreign"), "0");
}
