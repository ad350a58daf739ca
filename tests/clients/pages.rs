//! The pages in Chromium, as people use them: each group of `tests/browser` with a server
//! of its own.

use std::path::Path;
use std::time::Duration;

use libtest_mimic::Trial;

use crate::clients::support::browser::CHROMIUM;
use crate::clients::support::film::FFMPEG;
use crate::clients::support::run::run_within;
use crate::clients::support::site::site;
use crate::support::{Folder, Porthole, Program, trials};

pub const NODE: Program = Program::new("node", "nodejs npm");

pub const MODULES: Program = Program::of_npm(
    concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/browser/node_modules/playwright-core/package.json"
    ),
    "tests/browser",
);

const GROUPS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/browser");

/// Longest run of a group on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&CHROMIUM, &NODE, &MODULES, &FFMPEG] =>
            folder,
            pictures,
            player,
            album,
            television,
            texts,
            messages,
            names,
            accessibility_in_light,
            accessibility_in_dark,
            scriptless,
            widths,
            modes;
        needs [&CHROMIUM, &NODE, &MODULES] =>
            paging,
            facts,
            crowd
    ]
}

fn folder() {
    passes("folder", site());
}

fn pictures() {
    passes("pictures", site());
}

fn player() {
    passes("player", site());
}

fn album() {
    passes("album", site());
}

fn television() {
    passes("television", site());
}

fn texts() {
    passes("texts", site());
}

fn messages() {
    passes("messages", site());
}

fn names() {
    passes("names", site());
}

fn accessibility_in_light() {
    passes_those("accessibility", "in light", site());
}

fn accessibility_in_dark() {
    passes_those("accessibility", "in dark", site());
}

fn scriptless() {
    passes("scriptless", site());
}

fn widths() {
    passes("widths", site());
}

fn modes() {
    passes("modes", site());
}

fn paging() {
    let folder = Folder::new();
    for number in 1..=1_200 {
        folder.file(format!("pages/file {number}.txt"), b"");
    }
    for number in 1..=600 {
        for (directory, ending) in [("letters", "txt"), ("tracks", "mp3")] {
            folder.file(format!("{directory}/Alder {number}.{ending}"), b"");
            folder.file(format!("{directory}/birch {number}.{ending}"), b"");
        }
    }
    for name in ["letters/12.txt", "letters/\u{416}.txt"] {
        folder.file(name, b"");
    }
    passes("paging", folder.path());
}

fn facts() {
    const FILM: &[u8] = include_bytes!("../../fuzz/seeds/media/mp4/tags.mp4");
    const SOUND: &[u8] = include_bytes!("../../fuzz/seeds/media/mp4/sound.m4a");
    const COVER: &[u8] = include_bytes!("../../fuzz/seeds/media/flac/cover.flac");
    let folder = Folder::new();
    for (name, content) in [
        ("films/film.mp4", FILM),
        ("Ships/1.m4a", SOUND),
        ("Ships/2.m4a", SOUND),
        ("covers/deep/a track.flac", COVER),
        ("covers/deep/a text.txt", b"text"),
    ] {
        folder.file(name, content);
    }
    for number in 1..=400 {
        folder.file(format!("many/{number}.mp3"), SOUND);
    }
    passes("facts", folder.path());
}

fn crowd() {
    let folder = Folder::new();
    for number in 1..=40_000 {
        folder.file(format!("crowd/file {number}.txt"), b"");
    }
    for number in 1..=10_000 {
        folder.file(format!("crowd/other {number}.bin"), b"");
    }
    passes("crowd", folder.path());
}

/// Runs a group of tests against a server of this folder.
fn passes(group: &str, folder: &Path) {
    passes_those(group, "", folder);
}

/// Runs those of a group that have these words in their names.
fn passes_those(group: &str, words: &str, folder: &Path) {
    let porthole = Porthole::serving(folder);
    passes_at(&porthole.url("/"), group, words);
}

/// Runs those of a group against a server at this address.
pub fn passes_at(address: &str, group: &str, words: &str) {
    let arguments = ["run.mjs", group, address, words];
    let finished = run_within(LIMIT, &NODE, GROUPS, &arguments);
    let said = String::from_utf8_lossy(&finished.stdout);
    assert!(finished.status.success(), "\n{said}{}", finished.stderr);
}
