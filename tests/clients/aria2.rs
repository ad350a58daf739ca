//! aria2: one file over many connections.

use std::fs;

use libtest_mimic::Trial;

use super::{ARCHIVE, archive, films};
use crate::clients::support::run::{Finished, run};
use crate::support::{Folder, Porthole, Program, noise, trials};

const ARIA2: Program = Program::new("aria2c", "aria2");

pub fn trials() -> Vec<Trial> {
    trials![; needs [&ARIA2] =>
        fetches_a_file_over_16_connections,
        fetches_an_archive_over_16_connections,
        resumes]
}

fn aria2(folder: &Folder, arguments: &[&str]) -> Finished {
    let own = [
        "--no-conf",
        "--file-allocation=none",
        "--max-tries=1",
        "--quiet",
    ];
    run(&ARIA2, folder, &[&own, arguments].concat())
}

/// Arguments for as many connections as aria2 opens.
const SPLIT: [&str; 4] = [
    "--max-connection-per-server=16",
    "--split=16",
    "--min-split-size=1M",
    // Without it the first connections would be done before the last one is opened.
    "--max-overall-download-limit=64M",
];

fn fetches_an_archive_over_16_connections() {
    let (_folder, porthole) = films();
    let whole = archive(&porthole);
    let out = Folder::new();
    let url = porthole.url(ARCHIVE);
    aria2(&out, &[&SPLIT[..], &["--out=films.tar", &url]].concat()).success();
    assert!(fs::read(out.join("films.tar")).unwrap() == whole);
    let request = format!("\"GET {ARCHIVE} HTTP/1.1\" 206 ");
    let part = |line: &str| line.contains(&request);
    porthole.log().wait_for_several(15, part, "206");
}

fn fetches_a_file_over_16_connections() {
    let content = noise(48 << 20);
    let folder = Folder::new();
    folder.file("a.mp4", &content);
    let porthole = Porthole::with(&folder, &["-v"]);
    let out = Folder::new();
    aria2(&out, &[&SPLIT[..], &[&porthole.url("/a.mp4")]].concat()).success();
    assert!(fs::read(out.join("a.mp4")).unwrap() == content);
    let connected = |line: &str| line.starts_with("Client connected: ");
    porthole
        .log()
        .wait_for_several(16, connected, "Client connected");
    let part = |line: &str| line.contains("\"GET /a.mp4 HTTP/1.1\" 206 ");
    porthole.log().wait_for_several(15, part, "206");
}

fn resumes() {
    let content = noise(3_000_000);
    let (_folder, porthole) = super::serving("a.mp4", &content);
    let out = Folder::new();
    let part = out.file("a.mp4", &content[..1_000_000]);
    let url = porthole.url("/a.mp4");
    aria2(&out, &["--continue", "--split=1", &url]).success();
    assert!(fs::read(part).unwrap() == content);
    // aria2 records its progress in pieces of 16 KiB.
    let missing = 3_000_000 - 1_000_000 / (16 << 10) * (16 << 10);
    let rest = format!("\"GET /a.mp4 HTTP/1.1\" 206 {missing} ");
    porthole.log().wait_for(&rest);
}
