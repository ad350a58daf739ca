//! Films to serve: ffmpeg's test picture with a tone. Noise is added to the picture so
//! that it is hard to compress.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::clients::support::run::run;
use crate::support::{Folder, Program};

pub const FFMPEG: Program = Program::new("ffmpeg", "ffmpeg");

/// Film with its index (`moov`) at the end, the default of ffmpeg.
pub const MP4: &str = "film.mp4";
pub const MKV: &str = "film.mkv";
pub const WEBM: &str = "film.webm";
pub const HLS: &str = "hls/film.m3u8";

/// Length in seconds of each film except `other.mp4`. At 2 Mbit/s the middle is further
/// away than a player reads ahead.
pub const SECONDS: f64 = 80.0;

/// Size of the picture.
pub const WIDTH: f64 = 480.0;

/// Length of `other.mp4` in seconds.
pub const OTHER_SECONDS: f64 = 20.0;

/// Width of `other.mp4`.
pub const OTHER_WIDTH: f64 = 320.0;

/// Five seconds are encoded, then repeated without encoding them again.
const RECIPE: [&str; 7] = [
    "-f lavfi -i testsrc2=size=480x270:rate=25:duration=5,noise=alls=20:allf=t \
     -f lavfi -i sine=duration=5 -c:v libx264 -preset ultrafast -b:v 2M -maxrate 2M \
     -bufsize 2M -g 25 -pix_fmt yuv420p -c:a aac seed.mp4",
    "-stream_loop 15 -i seed.mp4 -c copy film.mp4",
    "-i film.mp4 -c copy film.mkv",
    "-i film.mp4 -c copy -f hls -hls_time 5 -hls_list_size 0 hls/film.m3u8",
    "-f lavfi -i testsrc2=size=480x270:rate=25:duration=5,noise=alls=20:allf=t \
     -c:v libvpx -deadline realtime -cpu-used 8 -b:v 2M -minrate 2M -maxrate 2M -g 25 seed.webm",
    "-stream_loop 15 -i seed.webm -c copy film.webm",
    "-f lavfi -i testsrc=size=320x180:rate=25:duration=20,noise=alls=20:allf=t \
     -c:v libx264 -preset ultrafast -b:v 2M -g 25 -pix_fmt yuv420p other.mp4",
];

/// Returns the directory with all films, which must not be changed. It is kept between
/// runs.
pub fn films() -> &'static Path {
    static FILMS: OnceLock<PathBuf> = OnceLock::new();
    FILMS.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        RECIPE.hash(&mut hasher);
        let name = format!("films-{:016x}", hasher.finish());
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if !kept.is_dir() {
            make(&kept);
        }
        kept
    })
}

/// Returns the target that a player requests for the middle of a film, and the bytes at
/// which its range may begin. They do not include an index at the end.
pub fn middle(film: &str) -> (&'static str, Range<u64>) {
    match film {
        HLS => ("/hls/film8.ts", 0..1),
        MKV => ("/film.mkv", 9_000_000..13_000_000),
        WEBM => ("/film.webm", 8_000_000..12_000_000),
        _ => ("/film.mp4", 9_000_000..13_000_000),
    }
}

/// Copies a film into a directory. If the film has a directory of its own, the files
/// beside it are copied too.
pub fn put(folder: &Folder, film: &str) {
    let names = match film.split_once('/') {
        None => vec![film.to_owned()],
        Some((within, _)) => fs::read_dir(films().join(within))
            .unwrap()
            .map(|entry| format!("{within}/{}", entry.unwrap().file_name().display()))
            .collect(),
    };
    for name in names {
        fs::copy(films().join(&name), folder.join(&name)).unwrap();
    }
}

/// Another run may make the films at the same time. The first that is done wins.
fn make(kept: &Path) {
    let making = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    fs::create_dir(making.path().join("hls")).unwrap();
    for line in RECIPE {
        let mut arguments = vec!["-v", "error", "-nostdin"];
        arguments.extend(line.split_whitespace());
        run(&FFMPEG, making.path(), &arguments).success();
    }
    if let Err(error) = fs::rename(making.path(), kept) {
        assert!(kept.is_dir(), "{error}");
    }
}
