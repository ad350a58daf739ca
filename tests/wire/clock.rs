//! Clocks that are wrong.

use std::path::PathBuf;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Program, trials};

pub fn trials() -> Vec<Trial> {
    trials![; needs [&FAKETIME] => a_clock_before_1970]
}

const FAKETIME: Program = Program::new("faketime", "faketime");

/// The library that the program puts before others: the program itself would stand
/// between the server and its signals.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    let paths = folders.map(|folder| {
        let folder = folder.unwrap().path();
        folder.join("faketime/libfaketimeMT.so.1")
    });
    let mut found = paths.filter(|path| path.is_file());
    found.next().expect("libfaketime")
}

fn a_clock_before_1970() {
    let folder = Folder::new();
    folder.file("a", "content");
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0", "--workers", "1", "-v"])
        .env("LD_PRELOAD", library())
        .env("FAKETIME", "-60y")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let porthole = Porthole::start(command);
    for _ in 0..3 {
        let answer = porthole.get("/a");
        assert_eq!(answer.text(), "content");
        let date = answer.field("Date").unwrap();
        let year: i32 = date.split(' ').nth(3).unwrap().parse().unwrap();
        assert!(year < 1970 && date.ends_with(" GMT"), "{date}");
    }
    assert_eq!(porthole.get("/").status, 200);
    let errors = porthole.errors().so_far();
    assert!(
        !errors.iter().any(|line| line.contains("failed")),
        "{errors:?}"
    );
}
