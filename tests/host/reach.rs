//! What a component can't get at with the functions that it does have.

use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

use libtest_mimic::Trial;
use porthole::Limits;

use crate::support::{Folder, Hosted, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![nothing_but_the_grant]
}

/// What comes of each attempt of `tests/unruly/src/reach.rs`, but for those that
/// are refused.
const GRANTED: &[(&str, &str)] = &[
    ("arguments", "2"),
    ("environment", "0"),
    ("working directory", "None"),
    ("bind the granted address", "allowed"),
    ("directories", "1"),
    ("open 'inside'", "allowed"),
    ("stat 'inside'", "allowed"),
    ("done", ""),
];

/// The attempts that must be refused, so that none gets lost.
#[rustfmt::skip]
const REFUSED: &[&str] = &[
    "bind another port", "bind any port", "bind a low port", "bind every address",
    "bind another address", "bind IPv6",
    "listen without an address", "ask for a peer without one",
    "send without a connection", "receive without a connection",
    "open '../secret'", "open 'sub/../../secret'", "open './../secret'", "open '/etc/passwd'",
    "open '/proc/self/environ'", "open 'out'", "open 'out-absolute'", "open 'out-folder/secret'",
    "open '..'", "open 'sub/../..'", "open '/'", "open ''",
    "stat '../secret'", "stat 'sub/../../secret'", "stat './../secret'", "stat '/etc/passwd'",
    "stat '/proc/self/environ'", "stat 'out'", "stat 'out-absolute'", "stat 'out-folder/secret'",
    "stat '..'", "stat 'sub/../..'", "stat '/'", "stat ''",
    "open '../..' of a folder inside", "read a folder as a file",
    "open to write", "open to read and write", "truncate", "truncate unannounced",
    "create", "create unannounced", "create exclusively", "create in a folder", "create outside",
    "open to write by way of a folder", "create by way of a folder", "remove by way of a folder",
    "create a folder", "remove a folder", "remove a file", "remove a file outside",
    "rename", "rename out", "rename in", "link", "link what is outside",
    "link by symbol", "link by symbol what is outside",
    "date", "date an open file", "resize an open file",
    "write to an open file", "append to an open file",
];

fn nothing_but_the_grant() {
    let folder = Folder::new();
    folder.file("secret", "SECRET");
    folder.file("root/inside", "inside");
    folder.file("root/sub/inside", "inside");
    folder.folder("root/empty");
    folder.link("root/out", "../secret");
    folder.link("root/out-absolute", folder.join("secret"));
    folder.link("root/out-folder", "..");
    let before = contents(folder.path());

    let arguments = |granted: SocketAddr| vec!["reach".to_owned(), granted.to_string()];
    let limits = Limits {
        workers: 1,
        ..Limits::default()
    };
    let hosted = Hosted::start(artifacts::UNRULY, folder.join("root"), arguments, limits);
    let hosted = hosted.unwrap();
    hosted.log().wait_for("done: ");
    let report = hosted.log().so_far();
    let outcomes: Vec<(&str, &str)> = report
        .iter()
        .map(|line| line.rsplit_once(": ").unwrap())
        .collect();
    each(&outcomes, |(attempt, outcome)| {
        println!("{attempt}: {outcome}");
        match GRANTED.iter().find(|(granted, _)| granted == attempt) {
            Some((_, granted)) => assert_eq!(outcome, granted),
            None => assert!(outcome.starts_with("refused, "), "{outcome}"),
        }
    });
    each(REFUSED, |attempt| {
        let count = outcomes.iter().filter(|(made, _)| made == attempt).count();
        assert_eq!(count, 1, "attempts");
    });
    assert_eq!(outcomes.len(), GRANTED.len() + REFUSED.len());
    assert_eq!(contents(folder.path()), before);
}

/// Every file and folder, with what is in it and when it was changed.
fn contents(folder: &Path) -> Vec<(String, SystemTime, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        let content = match metadata.is_file() {
            true => std::fs::read(&path).unwrap(),
            false => Vec::new(),
        };
        found.push((
            path.display().to_string(),
            metadata.modified().unwrap(),
            content,
        ));
        if metadata.is_dir() {
            found.extend(contents(&path));
        }
    }
    found.sort();
    found
}
