//! `--log-file`: a file that is appended to, moved, cut off and opened again.

mod load;
mod logrotate;
mod rotation;
mod wrong_input;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Instant;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Folder, Porthole, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    let own = trials![
        the_log_is_appended_to_a_file,
        a_full_disk_is_said_once_and_stops_nothing,
        the_grants_name_the_file_and_the_folder,
    ];
    [
        own,
        rotation::trials(),
        logrotate::trials(),
        wrong_input::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const AGAIN: &str = "opened the log ";

fn serving(folder: &Folder, log: &Path, flags: &[&str]) -> Porthole {
    let log = log.display().to_string();
    Porthole::with(folder, &[&["--log-file", &log], flags].concat())
}

/// Returns the lines of a file once there are so many.
fn lines_of(path: &Path, count: usize) -> Vec<String> {
    let asked = Instant::now();
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<_> = text.lines().map(String::from).collect();
        if text.ends_with('\n') && lines.len() >= count {
            return lines;
        }
        assert!(asked.elapsed() < TIMEOUT, "{count} lines: {text}");
        std::thread::yield_now();
    }
}

fn stop(porthole: &mut Porthole) {
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
}

/// Also with `--quiet`, which is about the terminal.
fn the_log_is_appended_to_a_file() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.log");
    for (number, flags) in [(1, &[][..]), (2, &["--quiet"])] {
        let mut porthole = serving(&folder, &log, flags);
        porthole.get(&format!("/{number}"));
        stop(&mut porthole);
        assert_eq!(porthole.log().to_end(), [""; 0]);
    }
    let lines = lines_of(&log, 2);
    assert_eq!(lines.len(), 2);
    for (line, target) in lines.iter().zip(["/1", "/2"]) {
        assert!(
            line.contains(&format!("\"GET {target} HTTP/1.1\" 404 15 ")),
            "{line}"
        );
    }
    // Who may read files of others must not learn who has come.
    let mode = log.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o137, 0, "{mode:o}");
}

fn a_full_disk_is_said_once_and_stops_nothing() {
    let folder = Folder::new();
    let porthole = serving(&folder, Path::new("/dev/full"), &[]);
    let mut client = porthole.client();
    let said = "the log cannot be written: No space left";
    for _ in 0..10 {
        assert_eq!(client.get("/a", "").status, 404);
        porthole.errors().wait_for(said);
    }
    let lines = porthole.errors().so_far();
    let count = lines.iter().filter(|line| line.contains(said)).count();
    assert_eq!(count, 1, "{lines:#?}");
}

fn the_grants_name_the_file_and_the_folder() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("log");
    let shown = log.display().to_string();
    let printed = |options: &[&str]| {
        let mut command = Porthole::command();
        command
            .arg(folder.path())
            .args(["--log-file", &shown])
            .args(options);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let appended = format!("  log        {shown}, appended to by the process alone\n");
    let made = format!(
        "             {}, in which the process may create and write files, for --log-reopen\n",
        logs.path().display()
    );
    let text = printed(&["--grants", "--log-reopen"]);
    assert!(
        text.contains(&[appended.as_str(), &made].concat()),
        "{text}"
    );
    let text = printed(&["--grants"]);
    assert!(text.contains(&appended) && !text.contains(&made), "{text}");
    let rows = [
        (&["--log-reopen"][..], serde_json::json!(logs.path())),
        (&[], ().into()),
    ];
    each(&rows, |(options, folder)| {
        let json = printed(&[&["--grants=json"], *options].concat());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&json["log_file"], &json["log_folder"]),
            (&shown.as_str().into(), folder)
        );
    });
    assert!(!log.exists());
}
