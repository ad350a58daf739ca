//! Facts beside what ffprobe says.

use std::fs;
use std::path::Path;

use media::facts::{Facts, Picture, Place, Track};
use serde_json::Value;

use crate::made::{self, FILES, File};
use crate::probed::Probed;
use crate::reading::Reading;

/// Difference between two durations of the same file: a frame of a film, or of sound.
const TOLERANCE_SECONDS: f64 = 0.09;

/// Most reads and bytes that one of these short files takes.
const MOST_READS: u32 = 12;
const MOST_BYTES: u64 = 64 * 1024;

pub fn run(file: &File) {
    let folder = tempfile::tempdir().unwrap();
    let path = made::make(folder.path(), file);
    let probed = Probed::of(&path);
    let reading = Reading::of(&path);
    assert!(
        reading.reads <= MOST_READS && reading.bytes <= MOST_BYTES,
        "{reading:?}"
    );
    let facts = reading.facts.unwrap();
    assert_eq!(facts.cut, None, "{facts:?}");
    compare_durations(&facts, &probed);
    compare_tracks(&facts, &probed);
    compare_defaults(&facts, &probed);
    compare_tags(&facts, &probed);
    compare_chapters(&facts, &probed);
}

fn compare_durations(facts: &Facts, probed: &Probed) {
    let (found, expected) = (facts.duration.map(|it| it.as_secs_f64()), probed.seconds());
    match (found, expected) {
        (Some(found), Some(expected)) => {
            assert!(
                (found - expected).abs() < TOLERANCE_SECONDS,
                "{found} {expected}"
            );
        }
        // Of a film that was recorded live, ffprobe reads all.
        (found, expected) => assert_eq!(found, expected),
    }
}

fn compare_tracks(facts: &Facts, probed: &Probed) {
    let streams = probed.streams();
    assert_eq!(facts.tracks.len(), streams.len(), "{facts:?}");
    for (track, stream) in facts.tracks.iter().zip(streams) {
        compare_track(track, stream);
        if stream["codec_type"] == "video" {
            let size = facts.size.unwrap();
            let is_turned = stream["side_data_list"][0]["rotation"]
                .as_i64()
                .is_some_and(|it| it % 180 != 0);
            let sides = if is_turned {
                (size.height, size.width)
            } else {
                (size.width, size.height)
            };
            let side = |name: &str| stream[name].as_u64().unwrap() as u32;
            assert_eq!(sides, (side("width"), side("height")));
        }
    }
}

fn compare_track(track: &Track, stream: &Value) {
    let kind = match stream["codec_type"].as_str().unwrap() {
        "subtitle" => "subtitles",
        kind => kind,
    };
    assert_eq!(track.kind.name(), kind);
    let codec = track.codec.as_deref().unwrap();
    let name = stream["codec_name"].as_str().unwrap();
    // Plain numbers of all sizes have one name.
    let name = if name.starts_with("pcm_") {
        "pcm"
    } else {
        name
    };
    assert_eq!(family(codec), name, "{codec}");
    let level = stream["level"].as_i64();
    match name {
        "h264" => assert!(
            codec.ends_with(&format!("{:02X}", level.unwrap())),
            "{codec}"
        ),
        "hevc" => assert!(codec.contains(&format!(".L{}", level.unwrap())), "{codec}"),
        _ => {}
    }
    let language = stream["tags"]["language"]
        .as_str()
        .filter(|it| *it != "und");
    // Matroska's default language is not told by ffprobe.
    let found = track
        .language
        .as_deref()
        .filter(|it| language.is_some() || *it != "eng");
    assert_eq!(found, language);
    assert_eq!(track.is_forced, stream["disposition"]["forced"] == 1);
}

/// Containers of films say which tracks a player begins with.
fn compare_defaults(facts: &Facts, probed: &Probed) {
    if ["matroska", "webm", "mp4", "quicktime"].contains(&facts.container.name()) {
        let found: Vec<_> = facts.tracks.iter().map(|track| track.is_default).collect();
        let streams = probed.streams();
        let expected: Vec<_> = streams
            .iter()
            .map(|stream| stream["disposition"]["default"] == 1)
            .collect();
        assert_eq!(found, expected);
    }
}

/// Returns the name that ffprobe has for a codec.
fn family(codec: &str) -> &str {
    match codec.split('.').next().unwrap() {
        "avc1" => "h264",
        "hvc1" | "hev1" => "hevc",
        "av01" => "av1",
        "vp09" => "vp9",
        "mp4a" if codec.starts_with("mp4a.40") => "aac",
        "mp4a" => "mp3",
        "ac-3" => "ac3",
        "tx3g" => "mov_text",
        "srt" => "subrip",
        "1" | "sowt" | "twos" => "pcm",
        other => other,
    }
}

fn compare_tags(facts: &Facts, probed: &Probed) {
    let tags = &facts.tags;
    for (name, found) in [
        ("title", &tags.title),
        ("artist", &tags.artist),
        ("album", &tags.album),
        ("album_artist", &tags.album_artist),
    ] {
        assert_eq!(*found, probed.tag(name), "{name}");
    }
    let year = probed.tag("date").map(|date| date[..4].parse().unwrap());
    assert_eq!(tags.year, year);
    for (name, total, found) in [
        ("track", "tracktotal", tags.track),
        ("disc", "disctotal", tags.disc),
    ] {
        let expected = probed.tag(name).map(|text| place(&text, probed.tag(total)));
        assert_eq!(found, expected, "{name}");
    }
}

fn place(text: &str, total: Option<String>) -> Place {
    let (number, of) = text.split_once('/').unwrap_or((text, ""));
    Place {
        number: number.parse().unwrap(),
        of: of.parse().ok().or(total.and_then(|it| it.parse().ok())),
    }
}

fn compare_chapters(facts: &Facts, probed: &Probed) {
    let chapter = |it: &media::facts::Chapter| (it.start.as_secs_f64(), it.title.clone().unwrap());
    let found: Vec<_> = facts.chapters.iter().map(chapter).collect();
    assert_eq!(found, probed.chapters());
}

/// A picture is put into a file of each format, and is found there byte by byte.
pub fn pictures_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let picture = ["-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1"];
    let cover = fs::read(made::make_with(folder, "cover.jpg", &picture)).unwrap();
    let sound = ["-f", "lavfi", "-i", "sine=duration=1"];
    let put_in = [
        "-i",
        "cover.jpg",
        "-map",
        "0",
        "-map",
        "1",
        "-c:v",
        "copy",
        "-disposition:v",
        "attached_pic",
    ];
    let attached = [
        "-attach",
        "cover.jpg",
        "-metadata:s:t",
        "mimetype=image/jpeg",
    ];
    for (name, options) in [
        ("cover.m4a", &put_in[..]),
        ("cover.mp3", &put_in),
        ("cover.flac", &put_in),
        ("cover.mka", &attached),
    ] {
        let path = made::make_with(folder, name, &[&sound[..], options].concat());
        let facts = Reading::of(&path).facts.unwrap();
        let Picture { kind, span } = facts.cover.expect(name);
        assert_eq!(kind.media_type(), "image/jpeg", "{name}");
        let file = fs::read(path).unwrap();
        assert!(
            file[span.start as usize..span.end() as usize] == cover,
            "{name}"
        );
    }
}

/// Pictures have the size that ffmpeg gave them.
pub fn pictures_have_a_size() {
    let folder = tempfile::tempdir().unwrap();
    let film = ["-f", "lavfi", "-i", "testsrc=size=75x42:duration=1"];
    for (name, container, options) in [
        ("one.jpg", "jpeg", &["-frames:v", "1"][..]),
        ("one.png", "png", &["-frames:v", "1"]),
        ("many.gif", "gif", &[]),
        ("lossy.webp", "webp", &["-frames:v", "1"]),
        (
            "lossless.webp",
            "webp",
            &["-frames:v", "1", "-lossless", "1"],
        ),
        ("many.webp", "webp", &["-c:v", "libwebp_anim"]),
        ("one.avif", "avif", &["-frames:v", "1", "-cpu-used", "8"]),
    ] {
        let path = made::make_with(folder.path(), name, &[&film[..], options].concat());
        let facts = Reading::of(&path).facts.unwrap();
        let size = facts.size.map(|size| (size.width, size.height));
        assert_eq!(
            (facts.container.name(), size, facts.cut),
            (container, Some((75, 42)), None)
        );
    }
}

/// A download that has not ended says what its beginning says, or nothing; and so does a
/// file with zeros instead of its end, as some programs leave it.
pub fn cut_files_have_no_other_facts() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "moov_first.mp4",
        "film.mkv",
        "sound.flac",
        "sound.opus",
        "variable.mp3",
    ] {
        let file = FILES.iter().find(|file| file.name == name).unwrap();
        let path = made::make(folder.path(), file);
        let whole = fs::read(&path).unwrap();
        let facts = Reading::of(&path).facts.unwrap();
        for percent in 0..100 {
            let cut = whole.len() * percent / 100;
            let mut zeros = whole[..cut].to_vec();
            zeros.resize(whole.len(), 0);
            for bytes in [&whole[..cut], &zeros] {
                fs::write(&path, bytes).unwrap();
                if let Ok(found) = Reading::of(&path).facts {
                    assert_beginning(&found, &facts, &path);
                }
            }
        }
    }
}

fn assert_beginning(found: &Facts, facts: &Facts, path: &Path) {
    let title = &found.tags.title;
    assert!(
        title.is_none() || *title == facts.tags.title,
        "{}: {found:?}",
        path.display()
    );
    assert!(
        found.size.is_none() || found.size == facts.size,
        "{}: {found:?}",
        path.display()
    );
    assert!(
        found.tracks.len() <= facts.tracks.len(),
        "{}: {found:?}",
        path.display()
    );
    assert!(
        found.chapters.len() <= facts.chapters.len(),
        "{}: {found:?}",
        path.display()
    );
}
