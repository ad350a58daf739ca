//! Python's `http.client`: a persistent connection, and several ranges at once.

use std::fs;

use libtest_mimic::Trial;

use crate::clients::support::run::run;
use crate::support::{Folder, Porthole, Program, noise, trials};

const PYTHON: Program = Program::new("python3", "python3");

pub fn trials() -> Vec<Trial> {
    trials![; needs [&PYTHON] => keeps_the_connection, reassembles_a_file_from_many_ranges]
}

fn keeps_the_connection() {
    let folder = Folder::new();
    folder.file("a.bin", noise(50_000));
    folder.file("empty.bin", b"");
    folder.file("folder/b.bin", b"b");
    let porthole = Porthole::with(&folder, &["-v"]);
    let script = include_str!("keep_alive.py");
    let address = porthole.address().to_string();
    run(&PYTHON, &folder, &["-I", "-c", script, &address]).success();
    let lines = porthole.log().wait_for_several(
        1,
        |line| line.contains("\"GET /last HTTP/1.1\" 404 "),
        "the last request",
    );
    assert_eq!(lines.len(), 1);
    let all = porthole.log().so_far();
    let connected = all
        .iter()
        .filter(|line| line.starts_with("Client connected: "));
    assert_eq!(connected.count(), 1, "{all:#?}");
}

fn reassembles_a_file_from_many_ranges() {
    let content = noise(1_234_567);
    let (_folder, porthole) = super::serving("a.bin", &content);
    porthole.strong_tag("/a.bin");
    let out = Folder::new();
    let script = include_str!("several_ranges.py");
    let address = porthole.address().to_string();
    let printed = run(
        &PYTHON,
        &out,
        &["-I", "-c", script, &address, "/a.bin", "copy"],
    )
    .success();
    assert!(fs::read(out.join("copy")).unwrap() == content);
    assert!(printed.contains("parts"), "{printed}");
}
