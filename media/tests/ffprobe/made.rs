//! Files that ffmpeg makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file, and what ffmpeg makes it with.
#[derive(Debug)]
pub struct File {
    pub name: &'static str,
    /// Encoders and options, in one line.
    pub options: &'static str,
}

/// Inputs of every command, by their numbers: 0 a film, 1 a sound, 2 subtitles, 3 tags and
/// chapters.
const FILM: &str = "testsrc=size=320x180:rate=25:duration=3.4";
const SOUND: &str = "sine=frequency=440:sample_rate=48000:duration=3.4";

const SUBTITLES: &str =
    "1\n00:00:00,500 --> 00:00:01,500\nHello\n\n2\n00:00:02,000 --> 00:00:03,000\nagain\n";

const TAGS: &str = ";FFMETADATA1
title=Die Fähre
artist=Someone
album=Ships
album_artist=Several
date=2021-03-04
track=3/12
disc=1/2
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1200
title=Abfahrt
[CHAPTER]
TIMEBASE=1/1000
START=1200
END=3400
title=Ankunft
";

const fn file(name: &'static str, options: &'static str) -> File {
    File { name, options }
}

/// The files. `-map` chooses among the inputs.
pub const FILES: [File; 34] = [
    file(
        "moov_last.mp4",
        "-map 0 -map 1 -map_metadata 3 -c:v libx264 -pix_fmt yuv420p -c:a aac",
    ),
    file(
        "moov_first.mp4",
        "-map 0 -map 1 -map_metadata 3 -c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart",
    ),
    file(
        "baseline.mp4",
        "-map 0 -map 1 -c:v libx264 -profile:v baseline -pix_fmt yuv420p -level 3.1 -c:a libmp3lame",
    ),
    file(
        "fragments.mp4",
        "-map 0 -map 1 -c:v libx264 -pix_fmt yuv420p -g 25 -c:a aac -movflags +frag_keyframe+empty_moov",
    ),
    file(
        "fragments_without_index.mp4",
        "-map 0 -map 1 -c:v libx264 -pix_fmt yuv420p -g 25 -c:a aac -movflags +frag_keyframe+empty_moov+skip_trailer",
    ),
    file(
        "dash.mp4",
        "-map 0 -c:v libx264 -pix_fmt yuv420p -g 25 -movflags +dash+frag_keyframe+global_sidx+skip_trailer",
    ),
    file(
        "cmaf_default_base.mp4",
        "-map 1 -c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof -frag_duration 500000",
    ),
    file(
        "h265.mp4",
        "-map 0 -map 1 -c:v libx265 -pix_fmt yuv420p -tag:v hvc1 -x265-params log-level=none -c:a ac3",
    ),
    file(
        "h265_10_bits.mp4",
        "-map 0 -c:v libx265 -pix_fmt yuv420p10le -x265-params log-level=none",
    ),
    file(
        "av1.mp4",
        "-map 0 -map 1 -c:v libaom-av1 -cpu-used 8 -c:a libopus",
    ),
    file(
        "vp9.mp4",
        "-map 0 -map 1 -c:v libvpx-vp9 -cpu-used 8 -c:a flac -strict -2",
    ),
    file(
        "subtitles.mp4",
        "-map 0 -map 1 -map 2 -c:v libx264 -pix_fmt yuv420p -c:a aac -c:s mov_text -metadata:s:a:0 language=deu -metadata:s:s:0 language=fra",
    ),
    file(
        "turned.mp4",
        "-map 0 -c:v libx264 -pix_fmt yuv420p -metadata:s:v:0 rotate=90",
    ),
    file("sound.m4a", "-map 1 -map_metadata 3 -c:a aac"),
    file("lossless.m4a", "-map 1 -c:a alac"),
    file(
        "film.mov",
        "-map 0 -map 1 -map_metadata 3 -c:v libx264 -pix_fmt yuv420p -c:a aac",
    ),
    file("plain_sound.mov", "-map 1 -c:a pcm_s16le"),
    file(
        "film.mkv",
        "-map 0 -map 1 -map 2 -map_metadata 3 -c:v libx264 -pix_fmt yuv420p -c:a aac -c:s srt -metadata:s:a:0 language=deu -metadata:s:a:0 title=Ton -metadata:s:s:0 language=fra -disposition:s:0 forced",
    ),
    file(
        "h265.mkv",
        "-map 0 -map 1 -map 2 -c:v libx265 -x265-params log-level=none -pix_fmt yuv420p -c:a flac -c:s ass",
    ),
    file(
        "live.mkv",
        "-map 0 -map 1 -c:v libx264 -pix_fmt yuv420p -c:a ac3 -f matroska -live 1",
    ),
    file(
        "vp9.webm",
        "-map 0 -map 1 -map 2 -map_metadata 3 -c:v libvpx-vp9 -cpu-used 8 -c:a libopus -c:s webvtt",
    ),
    file("vp8.webm", "-map 0 -map 1 -c:v libvpx -c:a libvorbis"),
    file("av1.webm", "-map 0 -c:v libaom-av1 -cpu-used 8"),
    file("sound.mka", "-map 1 -map_metadata 3 -c:a libvorbis"),
    file(
        "variable.mp3",
        "-map 1 -map_metadata 3 -c:a libmp3lame -q:a 4 -id3v2_version 3 -write_id3v1 1",
    ),
    file(
        "constant.mp3",
        "-map 1 -map_metadata 3 -c:a libmp3lame -b:a 96k -ac 1 -ar 24000 -write_xing 0 -id3v2_version 4",
    ),
    file(
        "old_tags.mp3",
        "-map 1 -map_metadata 3 -c:a libmp3lame -write_id3v1 1 -id3v2_version 0 -write_xing 0",
    ),
    file("sound.flac", "-map 1 -map_metadata 3 -c:a flac"),
    file("sound.opus", "-map 1 -map_metadata 3 -c:a libopus"),
    file("sound.ogg", "-map 1 -map_metadata 3 -c:a libvorbis"),
    file("flac.oga", "-map 1 -map_metadata 3 -c:a flac -f ogg"),
    file("sound.wav", "-map 1 -map_metadata 3 -c:a pcm_s16le"),
    file("long.wav", "-map 1 -c:a pcm_s24le -rf64 always"),
    file(
        "sound.aiff",
        "-map 1 -map_metadata 3 -c:a pcm_s16be -write_id3v2 1",
    ),
];

/// Makes a file in a folder.
pub fn make(folder: &Path, file: &File) -> PathBuf {
    let (subtitles, tags) = (folder.join("in.srt"), folder.join("in.txt"));
    fs::write(&subtitles, SUBTITLES).unwrap();
    fs::write(&tags, TAGS).unwrap();
    let path = folder.join(file.name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]);
    ffmpeg.args(["-f", "lavfi", "-i", FILM, "-f", "lavfi", "-i", SOUND]);
    ffmpeg.arg("-i").arg(subtitles).arg("-i").arg(tags);
    if !file.options.contains("-map_metadata") {
        ffmpeg.args(["-map_metadata", "-1", "-map_chapters", "-1"]);
    }
    ffmpeg.args(file.options.split(' ')).arg(&path);
    run(&mut ffmpeg);
    path
}

/// Makes a file with a command of its own, below a folder.
pub fn make_with(folder: &Path, name: &str, options: &[&str]) -> PathBuf {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .current_dir(folder)
        .args(["-nostdin", "-v", "error", "-y"]);
    run(ffmpeg.args(options).arg(name));
    folder.join(name)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}");
}
