//! Files that are moved, opened again by a signal, or cut off.

use std::fs::{self, File};

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::load::{Load, targets};
use super::{AGAIN, lines_of, serving, stop};
use crate::support::{Folder, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_moved_log_loses_and_tears_no_line_under_load,
        a_log_that_was_cut_off_begins_at_its_start,
        without_the_option_a_signal_opens_nothing,
        a_log_that_cannot_be_opened_again_is_still_written,
    ]
}

fn a_moved_log_loses_and_tears_no_line_under_load() {
    const MOVES: usize = 5;
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.json");
    let flags = ["--log-format", "json", "--log-reopen", "--workers", "2"];
    let mut porthole = serving(&folder, &log, &flags);
    let said = format!(
        "creating and writing files in {}, for",
        logs.path().display()
    );
    porthole.errors().wait_for(&said);
    let moved = |number: usize| logs.join(format!("old-{number}"));
    let requests = Load::on(&porthole).during(|| {
        for number in 0..MOVES {
            lines_of(&log, 10);
            fs::rename(&log, moved(number)).unwrap();
            porthole.signal(Signal::USR2);
            let again = |line: &str| line.contains(AGAIN);
            porthole.errors().wait_for_several(number + 1, again, AGAIN);
            assert!(log.exists());
        }
    });
    stop(&mut porthole);
    let files = (0..MOVES).map(moved).chain([log]);
    let found: Vec<_> = files
        .flat_map(|file| targets(&fs::read_to_string(file).unwrap()))
        .collect();
    requests.are_all_in(&found);
}

/// This is what `copytruncate` of logrotate does.
fn a_log_that_was_cut_off_begins_at_its_start() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.log");
    let porthole = serving(&folder, &log, &[]);
    let mut client = porthole.client();
    for round in 0..3 {
        for number in 0..20 {
            client.get(&format!("/{round}-{number}"), "");
        }
        let lines = lines_of(&log, 20);
        assert_eq!(lines.len(), 20);
        let expected = |number| format!("\"GET /{round}-{number} HTTP/1.1\"");
        let all = (0..20).all(|number| lines[number].contains(&expected(number)));
        assert!(all, "{lines:#?}");
        File::options()
            .write(true)
            .open(&log)
            .unwrap()
            .set_len(0)
            .unwrap();
    }
}

fn without_the_option_a_signal_opens_nothing() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let (log, moved) = (logs.join("access.log"), logs.join("moved"));
    let porthole = serving(&folder, &log, &[]);
    fs::rename(&log, &moved).unwrap();
    porthole.signal(Signal::USR2);
    porthole
        .errors()
        .wait_for("SIGUSR2 opens the log again with --log-reopen alone");
    porthole.get("/a");
    lines_of(&moved, 1);
    assert!(!log.exists());
}

fn a_log_that_cannot_be_opened_again_is_still_written() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.file("logs/access.log", "");
    let porthole = serving(&folder, &log, &["--log-reopen"]);
    let moved = logs.join("moved");
    fs::rename(&log, &moved).unwrap();
    fs::create_dir(&log).unwrap();
    porthole.signal(Signal::USR2);
    porthole
        .errors()
        .wait_for("again, the old file is still written: ");
    porthole.get("/a");
    assert_eq!(lines_of(&moved, 1).len(), 1);
    fs::remove_dir(&log).unwrap();
    porthole.signal(Signal::USR2);
    porthole.errors().wait_for(AGAIN);
    porthole.get("/b");
    assert_eq!(lines_of(&log, 1).len(), 1);
}
