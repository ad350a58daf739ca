//! Real clients, each with its own behaviour.

mod aria2;
mod chromium;
mod curl;
mod ffmpeg;
mod fsspec;
mod kodi;
mod lftp;
pub mod pages;
mod python;
mod rclone;
mod readers;
mod resume;
pub mod support;
mod text_browsers;
mod wget;

use std::fs::{self, File};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, TIMEOUT, noise};

pub fn trials() -> Vec<Trial> {
    let trials = [
        curl::trials(),
        wget::trials(),
        text_browsers::trials(),
        readers::trials(),
        lftp::trials(),
        rclone::trials(),
        fsspec::trials(),
        kodi::trials(),
        aria2::trials(),
        python::trials(),
        resume::trials(),
        ffmpeg::trials(),
        chromium::trials(),
        pages::trials(),
    ];
    trials.into_iter().flatten().collect()
}

/// Serves a directory with one file.
fn serving(name: &str, content: &[u8]) -> (Folder, Porthole) {
    let folder = Folder::new();
    folder.file(name, content);
    let porthole = Porthole::serving(&folder);
    (folder, porthole)
}

/// Address of the archive of the folder that [`films`] serves.
const ARCHIVE: &str = "/films/?get=tar";

/// Serves a directory with files of many sizes.
fn films() -> (Folder, Porthole) {
    let folder = Folder::new();
    folder.file("films/a.mkv", noise(20 << 20));
    for number in 0..200 {
        let content = noise(number * 1_000);
        folder.file(format!("films/season \u{e9}/{number}"), content);
    }
    folder.file("films/z.mkv", noise(8 << 20));
    let porthole = Porthole::serving(&folder);
    (folder, porthole)
}

/// Waits until the archive has a tag, and returns its bytes.
fn archive(porthole: &Porthole) -> Vec<u8> {
    let mut client = porthole.client();
    let deadline = Instant::now() + TIMEOUT;
    while client.ask("HEAD", ARCHIVE, "").field("ETag").is_none() {
        assert!(Instant::now() < deadline, "no tag");
        client.has_more_within(Duration::from_millis(100));
    }
    client.get(ARCHIVE, "").body
}

/// Replaces a file as tools do that must not leave it incomplete. Its modification time
/// differs in the second too.
fn replace(folder: &Folder, name: &str, content: &[u8]) {
    let new = folder.file(format!("{name}.new"), content);
    age(&new, Duration::from_secs(3_600));
    fs::rename(new, folder.join(name)).unwrap();
}

/// Dates a file back. A file that has just been changed has no strong validator (RFC 9110
/// §8.8.2.2), and some clients make a validator from the date.
fn age(path: &Path, by: Duration) {
    let file = File::open(path).unwrap();
    file.set_modified(SystemTime::now() - by).unwrap();
}

/// Waits for a request of `target` with a range that begins within `place`. The server
/// needs `-v`.
fn wait_for_range(porthole: &Porthole, target: &str, place: Range<u64>) {
    let request = request(target);
    let within = |line: &str| {
        line.contains(&request) && first_byte(line).is_some_and(|first| place.contains(&first))
    };
    let what = format!("{target}, from one of the bytes {place:?} on");
    porthole.log().wait_for_several(1, within, &what);
}

/// Returns a request line as the connection log shows it.
fn request(target: &str) -> String {
    format!(": GET {target} HTTP/1.1\\x0D\\x0A")
}

/// Returns the first byte of the range in a request.
fn first_byte(line: &str) -> Option<u64> {
    let (_, range) = line.split_once("\\x0D\\x0ARange: bytes=")?;
    range.split_once('-')?.0.parse().ok()
}
