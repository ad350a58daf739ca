//! The folder that the tests of the pages see: films with posters, stills and subtitles,
//! albums, pictures, texts, and names that are markup wherever they are not escaped.
//! `tests/browser` knows its names.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use crate::clients::support::film::FFMPEG;
use crate::clients::support::run::run;

/// Films and tracks that are as long as a test has to seek, and pictures. What is long is
/// repeated without encoding it again.
const RECIPE: [&str; 12] = [
    "-f lavfi -i testsrc=size=320x180:rate=25:duration=10 -f lavfi -i sine=duration=10 \
     -c:v libx264 -preset ultrafast -crf 40 -g 25 -pix_fmt yuv420p -c:a aac -b:a 32k short.mp4",
    "-stream_loop 89 -i short.mp4 -t 900 -c copy long.mkv",
    "-f lavfi -i testsrc=size=320x180:rate=25:duration=2 -c:v libvpx -deadline realtime \
     -cpu-used 8 -b:v 200k clip.webm",
    "-f lavfi -i sine=frequency=330:duration=30 -c:a libmp3lame -b:a 64k track.mp3",
    "-f lavfi -i sine=frequency=440:duration=30 -ar 8000 -c:a flac track.flac",
    "-f lavfi -i sine=frequency=550:duration=30 -c:a libopus -b:a 16k track.opus",
    "-f lavfi -i sine=duration=1000 -c:a libopus -b:a 6k book.opus",
    "-f lavfi -i testsrc=size=480x320 -frames:v 1 picture.jpg",
    "-f lavfi -i testsrc=size=200x300 -frames:v 1 poster.jpg",
    "-f lavfi -i testsrc=size=320x180 -frames:v 1 still.jpg",
    "-f lavfi -i testsrc=size=1600x1200,noise=alls=80 -frames:v 1 -q:v 2 large.jpg",
    "-f lavfi -i color=teal:size=8x8 -frames:v 1 dot.png",
];

/// The files, each with its part of [`RECIPE`].
const COPIES: [(&str, &[&str]); 12] = [
    (
        "short.mp4",
        &[
            "Harbour Lights (1957).mp4",
            "Films/Landfall (2001).mp4",
            "Films/Saltwater (1998).mp4",
            "Films/Shorts/Buoy.mp4",
            "Films/To watch again/Ferry.mp4",
            "Northern Watch/Season 2/Northern Watch S02E01 The Keeper.mkv",
            "Northern Watch/Season 2/Northern Watch S02E02 Drift Ice.mkv",
            "Northern Watch/Season 2/Northern Watch S02E03 A Boat Without Lights.mkv",
            "Northern Watch/Season 2/Northern Watch S02E05 What the Tide Took.mkv",
            "Northern Watch/Season 2/Northern Watch S02E06 Radio Silence.mkv",
            "Northern Watch/Season 2/Northern Watch S02E07 The Long Night Shift.mkv",
            "Northern Watch/Season 2/Northern Watch S02E08 Landfall.mkv",
        ],
    ),
    (
        "long.mkv",
        &[
            "Films/The Long Swell (2019).mkv",
            "Northern Watch/Season 2/Northern Watch S02E04 Skarv.mkv",
        ],
    ),
    ("clip.webm", &["Kelp (2020).webm"]),
    ("track.mp3", &["Music/01 Slack Water.mp3"]),
    (
        "track.flac",
        &["Music/02 Half-Tide Rock.flac", "Music/04 Fog Signals.flac"],
    ),
    (
        "track.opus",
        &["Music/03 Neap.opus", "Music/Second/04 Undertow.opus"],
    ),
    (
        "book.opus",
        &["Music/Second/12 High Water, Full and Change.opus"],
    ),
    (
        "picture.jpg",
        &[
            "boat.jpg",
            "Music/cover.jpg",
            "Photos/IMG_2041.jpg",
            "Photos/IMG_2042.jpg",
            "Photos/IMG_2043.jpg",
            "Photos/IMG_2044.jpg",
            "Photos/IMG_2046.jpg",
        ],
    ),
    (
        "poster.jpg",
        &[
            "Films/The Long Swell (2019)-poster.jpg",
            "Films/Landfall (2001)-poster.jpg",
            "Films/Saltwater (1998)-poster.jpg",
        ],
    ),
    (
        "still.jpg",
        &[
            "Northern Watch/Season 2/Northern Watch S02E01 The Keeper-thumb.jpg",
            "Northern Watch/Season 2/Northern Watch S02E02 Drift Ice-thumb.jpg",
            "Northern Watch/Season 2/Northern Watch S02E04 Skarv-thumb.jpg",
            "Northern Watch/Season 2/Northern Watch S02E05 What the Tide Took-thumb.jpg",
            "Northern Watch/Season 2/Northern Watch S02E08 Landfall-thumb.jpg",
        ],
    ),
    // Larger than what a list shows as its own preview.
    ("large.jpg", &["Photos/IMG_2045.jpg"]),
    ("dot.png", &["names/pictures/plain.png"]),
];

const SUBTITLES: &str = "1\n00:00:01,000 --> 00:00:05,000\nThe light at Skarv is out.\n\n\
                         2\n00:00:06,000 --> 00:10:00,000\n<script>fail()</script>\n";

const CHAPTERS: &str = "WEBVTT\n\n00:00.000 --> 03:20.000\nHarbour\n\n\
                        03:20.000 --> 08:20.000\nOpen sea\n\n08:20.000 --> 15:00.000\nLanding\n";

const MARKDOWN: &str = "# Tides\n\n- [x] spring\n- [ ] neap\n\n| day | metres |\n|---|---|\n\
                        | 1 | 3.4 |\n\n[the light](https://example.org/skarv) `x < y`\n\n\
                        <script>fail()</script>\n\n<img src=x onerror=fail()>\n\n\
                        [a](javascript:fail()) [b](JaVaScRiPt:fail()) [c](data:text/html,fail) \
                        ![d](https://outside.invalid/pixel.png)\n\n```rust\nfn main() {}\n```\n";

const SOURCE: &str = "//! Tides.\n\nuse std::fmt;\n\nconst NAME: &'static str = \"<b>Skarv</b>\";\n\
                      \n/* Two\n   lines. */\npub fn metres(hour: u32) -> f64 {\n    \
                      if hour > 12 { 1.5 } else { 0x2f as f64 }\n}\n";

/// Other files, and what is in them.
const TEXTS: [(&str, &str); 13] = [
    (
        "Northern Watch/Season 2/Northern Watch S02E04 Skarv.en.srt",
        SUBTITLES,
    ),
    (
        "Northern Watch/Season 2/Northern Watch S02E04 Skarv.no.srt",
        SUBTITLES,
    ),
    ("Films/The Long Swell (2019).chapters.vtt", CHAPTERS),
    ("README.md", MARKDOWN),
    ("Papers/tides.md", MARKDOWN),
    ("tide.rs", SOURCE),
    ("Papers/chart.pdf", "%PDF-1.4\n"),
    ("Papers/backup.zip", "PK\u{3}\u{4}"),
    (
        "Papers/notes.txt",
        "Grüße 水\n\n  indented <b>not bold</b>\n",
    ),
    ("Broken.mp4", "This is no film."),
    ("Old reel.avi", "Nor is this."),
    ("Photos/IMG_2060.heic", "Nor a picture."),
    ("one/two/three/deep.txt", "deep\n"),
];

/// Names that do something wherever they are not escaped: in HTML, attributes, addresses,
/// styles, JSON and playlists; that look like other names; and that are no text.
pub const TRAPS: [&[u8]; 62] = [
    b"<img src=x onerror=fail()>",
    b"<script>fail()<script>",
    b"\"><img src=x onerror=fail()>",
    b"'><svg onload=fail()>",
    b"\" autofocus onfocus=fail() x=\"",
    b"' onmouseover='fail()",
    b"` onclick=fail() `",
    b"<!--",
    b"--><img src=x onerror=fail()>",
    b"<title>x",
    b"<textarea>x",
    b"<plaintext>x",
    b"<style>@import 'https:outside.invalid'",
    b"<base href=https:outside.invalid>",
    b"<meta http-equiv=refresh content=0;url=https:outside.invalid>",
    b"<iframe srcdoc='<img src=x onerror=fail()>'>",
    b"]]><x>",
    b"&lt;b&gt;",
    b"&amp;",
    b"&#60;img src=x onerror=fail()&#62;",
    b"&notit",
    b"javascript:fail()",
    b"JaVaScRiPt&colon;fail()",
    b"data:text,fail()",
    b"https:outside.invalid",
    b"\\\\outside.invalid\\x",
    b"outside.invalid@x",
    b"?open=x&get=json",
    b"#t=5",
    b"%",
    b"%2e%2e%2f",
    b"%3Cimg%20src=x%20onerror=fail()%3E",
    b"%00",
    b"a+b",
    b"a b&c=d;e",
    b"a;..;",
    b"*{background:url(https:outside.invalid)}",
    b"');background:url(https:outside.invalid",
    b"expression(fail())",
    b"{{constructor.constructor('fail()')()}}",
    b"${fail()}",
    b"__proto__",
    b"constructor",
    b"\"},{\"name\":\"x",
    b"\\u003cimg src=x onerror=fail()\\u003e",
    b"\\",
    b"a\n#EXTINF:0,b\nhttps:outside.invalid",
    b"#EXTM3U",
    b"a\r\nLocation: https:outside.invalid",
    b"a\tb",
    b"\x1b[31mred",
    b"\x01\x7f",
    b"evil\xe2\x80\xaefdp.exe",
    b"\xe2\x81\xa6isolated\xe2\x81\xa9",
    b"\xd7\x90\xd7\x91\xd7\x92 (1) abc",
    b"a\xe2\x80\x8bb",
    b"\xef\xbb\xbfbom",
    b"a\xe2\x80\xa8b",
    b" ",
    b" spaces at both ends ",
    b"caf\xe9",
    b"\xff\xfe\xc0\xaf",
];

/// Folders of traps: the ending of their files, and which of [`RECIPE`] these are. Without
/// one, a file holds its name.
const TRAPPED: [(&str, &str, Option<&str>); 5] = [
    ("names/files", "", None),
    ("names/texts", ".txt", None),
    ("names/films", ".webm", Some("clip.webm")),
    ("names/tracks", ".opus", Some("track.opus")),
    ("names/pictures", ".png", Some("dot.png")),
];

/// The time of the last change of all files: 2024-11-21 18:02:10 UTC.
const CHANGED: Duration = Duration::from_secs(1_732_212_130);

/// Returns the folder, which must not be changed. It is kept between runs.
pub fn site() -> &'static Path {
    static SITE: OnceLock<PathBuf> = OnceLock::new();
    SITE.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        // All that it is made of is in this file.
        include_bytes!("site.rs").hash(&mut hasher);
        let name = format!("site-{:016x}", hasher.finish());
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if !kept.is_dir() {
            make(&kept);
        }
        kept
    })
}

/// Another run may make the folder at the same time. The first that is done wins.
fn make(kept: &Path) {
    let making = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let seeds = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for line in RECIPE {
        let mut arguments = vec!["-v", "error", "-nostdin"];
        arguments.extend(line.split_whitespace());
        run(&FFMPEG, seeds.path(), &arguments).success();
    }
    fill(making.path(), seeds.path());
    if let Err(error) = fs::rename(making.path(), kept) {
        assert!(kept.is_dir(), "{error}");
    }
}

fn fill(site: &Path, seeds: &Path) {
    for (seed, names) in COPIES {
        let seed = fs::read(seeds.join(seed)).unwrap();
        names.iter().for_each(|name| put(&site.join(name), &seed));
    }
    for (name, text) in TEXTS {
        put(&site.join(name), text.as_bytes());
    }
    fs::create_dir(site.join("empty")).unwrap();
    // More than one page of a text.
    let line = "the tide turned ".repeat(60);
    let lines: String = (1..=400).map(|n| format!("{n} {line}\n")).collect();
    put(&site.join("Papers/harbour.log"), lines.as_bytes());
    put(
        &site.join("Papers").join("w".repeat(251) + ".txt"),
        b"wide\n",
    );

    for (folder, ending, seed) in TRAPPED {
        let seed = seed.map(|seed| fs::read(seeds.join(seed)).unwrap());
        for trap in TRAPS {
            let name = [trap, ending.as_bytes()].concat();
            let content = seed.as_deref().unwrap_or(&name);
            put(&site.join(folder).join(OsStr::from_bytes(&name)), content);
        }
    }
    for trap in TRAPS {
        let folder = site.join("names/folders").join(OsStr::from_bytes(trap));
        put(&folder.join("inside.txt"), trap);
        let name = [b"film.", trap, b".srt"].concat();
        put(
            &site.join("names/subtitles").join(OsStr::from_bytes(&name)),
            SUBTITLES.as_bytes(),
        );
    }
    // A name has no slash, but a path has.
    put(
        &site
            .join("names/folders/x<")
            .join("script><img src=x onerror=fail()>/inside.txt"),
        b"x",
    );
    let film = fs::read(seeds.join("short.mp4")).unwrap();
    put(&site.join("names/subtitles/film.mp4"), &film);
}

fn put(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    let file = File::open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + CHANGED).unwrap();
}
