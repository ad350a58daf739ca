//! Rotation by logrotate itself, with the two configurations of docs/operating.md.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use super::load::{Load, targets};
use super::{AGAIN, lines_of, serving, stop};
use crate::support::{Folder, Program, trials};

const LOGROTATE: Program = Program::new("logrotate", "logrotate");

pub fn trials() -> Vec<Trial> {
    trials![; needs [&LOGROTATE] =>
        logrotate_moves_a_log_without_loss,
        logrotate_cuts_a_log_off_and_loses_only_what_comes_in_between,
    ]
}

const ROTATIONS: usize = 5;

/// The configuration of a log, and the files that are made by it.
struct Logrotate<'l> {
    log: &'l Path,
    folder: Folder,
}

impl<'l> Logrotate<'l> {
    fn new(log: &'l Path, directives: &str) -> Self {
        let folder = Folder::new();
        let log_name = log.display();
        let text = format!("\"{log_name}\" {{\nrotate {ROTATIONS}\n{directives}\n}}\n");
        folder.file("logrotate.conf", text);
        Self { log, folder }
    }

    /// Rotates now.
    fn run(&self) {
        let output = LOGROTATE
            .command()
            .args(["--force", "--state"])
            .args(["state", "logrotate.conf"].map(|name| self.folder.join(name)))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
    }

    /// Returns the files from the oldest to the one that is written.
    fn files(&self) -> Vec<String> {
        let old = (1..=ROTATIONS).rev().map(|number| {
            let name = format!("{}.{number}", self.log.display());
            PathBuf::from(name)
        });
        old.chain([self.log.to_owned()])
            .map(|file| fs::read_to_string(file).unwrap())
            .collect()
    }
}

const FLAGS: [&str; 4] = ["--log-format", "json", "--workers", "2"];

fn logrotate_moves_a_log_without_loss() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.json");
    let mut porthole = serving(&folder, &log, &[&FLAGS[..], &["--log-reopen"]].concat());
    let signal = format!("postrotate\nkill -USR2 {}\nendscript", porthole.pid());
    let logrotate = Logrotate::new(&log, &format!("create\n{signal}"));
    let requests = Load::on(&porthole).during(|| {
        for number in 0..ROTATIONS {
            lines_of(&log, 10);
            logrotate.run();
            let again = |line: &str| line.contains(AGAIN);
            porthole.errors().wait_for_several(number + 1, again, AGAIN);
        }
    });
    stop(&mut porthole);
    let files = logrotate.files();
    let found: Vec<_> = files.iter().flat_map(|text| targets(text)).collect();
    requests.are_all_in(&found);
}

/// What is written after logrotate has read to the end of the file and before it cuts the file
/// off is in no file, and what is written while it reads may be there in part.
fn logrotate_cuts_a_log_off_and_loses_only_what_comes_in_between() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.json");
    let mut porthole = serving(&folder, &log, &FLAGS);
    let logrotate = Logrotate::new(&log, "copytruncate");
    let requests = Load::on(&porthole).during(|| {
        for _ in 0..ROTATIONS {
            lines_of(&log, 10);
            logrotate.run();
        }
        lines_of(&log, 10);
    });
    stop(&mut porthole);
    let mut files = logrotate.files();
    let copies = files.len() - 1;
    for copy in &mut files[..copies] {
        let whole = copy.rfind('\n').map_or(0, |end| end + 1);
        copy.truncate(whole);
    }
    let files: Vec<_> = files.iter().map(|text| targets(text)).collect();
    requests.are_missing_only_between(&files);
}
