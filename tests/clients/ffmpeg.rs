//! ffmpeg and ffprobe as players use them: an index at the end of the file, the middle
//! without the first half, and the whole film.

use libtest_mimic::Trial;

use super::wait_for_range;
use crate::clients::support::film::{self, FFMPEG, HLS, MKV, MP4, SECONDS, WEBM, films};
use crate::clients::support::run::run;
use crate::support::{Porthole, Program, each, trials};

const FFPROBE: Program = Program::new("ffprobe", "ffmpeg");

/// Every film.
const FILMS: [&str; 4] = [MP4, MKV, WEBM, HLS];

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&FFMPEG, &FFPROBE] => probes_the_length, seeks_to_the_middle, plays_to_the_end
    ]
}

fn probes_the_length() {
    let porthole = Porthole::serving(films());
    each(&FILMS, |film| {
        let url = porthole.url(&format!("/{film}"));
        let shown = [
            "-v",
            "error",
            "-show_entries",
            "format=duration",
            "-of",
            "csv=p=0",
        ];
        let printed = run(&FFPROBE, films(), &[&shown[..], &[&url]].concat()).success();
        let seconds: f64 = printed.trim().parse().unwrap();
        assert!((seconds - SECONDS).abs() < 1.0, "{seconds}");
    });
}

/// The pictures are the same as from the disk.
fn seeks_to_the_middle() {
    let porthole = Porthole::with(films(), &["-v"]);
    each(&FILMS, |film| {
        let pictures = |input: &str| {
            let seek = ["-v", "error", "-nostdin", "-ss", "40.1", "-i", input];
            let show = ["-map", "0:v", "-frames:v", "5", "-f", "framemd5", "-"];
            run(&FFMPEG, films(), &[&seek[..], &show].concat()).success()
        };
        let expected = pictures(film);
        assert!(expected.lines().count() > 5, "{expected}");
        assert_eq!(pictures(&porthole.url(&format!("/{film}"))), expected);
        let (target, place) = film::middle(film);
        wait_for_range(&porthole, target, place);
    });
    let requests = porthole.log().so_far();
    let skipped = ": GET /hls/film4.ts ";
    assert!(!requests.iter().any(|line| line.contains(skipped)));
}

fn plays_to_the_end() {
    let porthole = Porthole::serving(films());
    each(&FILMS, |film| {
        let sum = |input: &str| {
            let copy = [
                "-v", "error", "-nostdin", "-i", input, "-c", "copy", "-f", "md5", "-",
            ];
            run(&FFMPEG, films(), &copy).success()
        };
        let expected = sum(film);
        assert!(expected.starts_with("MD5="), "{expected}");
        assert_eq!(sum(&porthole.url(&format!("/{film}"))), expected);
    });
}
