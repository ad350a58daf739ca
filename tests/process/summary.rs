//! The summary of what was served, in one line: at the end, and on SIGUSR1.

use std::time::Instant;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::escape::hostile::Hostile;
use crate::support::{Folder, Porthole, TIMEOUT, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_last_line_says_what_was_served,
        a_signal_asks_for_it,
        a_restart_is_counted,
        a_quiet_server_sums_up_only_if_it_is_asked,
    ]
}

fn the_last_line_says_what_was_served() {
    let folder = Folder::new();
    folder.file("film", vec![0; 3 << 20]);
    let mut porthole = Porthole::serving(&folder);
    // All are open at once.
    let mut clients: Vec<_> = (0..5).map(|_| porthole.client()).collect();
    for client in &mut clients {
        assert_eq!(client.get("/film", "").status, 200);
    }
    drop(clients);
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    let lines = porthole.errors().to_end();
    let last = lines.last().unwrap();
    // The heads are some hundred bytes.
    let expected = "porthole: 5 connections, at most 5 at once, 15.0 MiB sent in ";
    assert!(last.starts_with(expected), "{lines:#?}");
    assert!(!last.contains("restart"), "{last}");
}

/// It has what an open transfer has sent so far, and what replaced versions have.
fn a_signal_asks_for_it() {
    let folder = Folder::new();
    folder.file("film", vec![0; 3 << 20]);
    let porthole = Porthole::serving(&folder);
    let sums = |times: usize| {
        porthole.signal(Signal::USR1);
        let is_sum = |line: &str| line.contains(" sent in ");
        let lines = porthole.errors().wait_for_several(times, is_sum, "sums");
        lines[times - 1].clone()
    };
    let line = sums(1);
    assert!(
        line.starts_with("porthole: 0 connections, 0 B sent in "),
        "{line}"
    );
    let mut client = porthole.client();
    client.get("/film", "");
    let line = sums(2);
    assert!(
        line.starts_with("porthole: 1 connection, 3.0 MiB sent in "),
        "{line}"
    );
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for("reloaded");
    porthole.get("/film");
    let line = sums(3);
    assert!(line.starts_with("porthole: 2 connections, "), "{line}");
    assert!(line.contains(", 6.0 MiB sent in "), "{line}");
    // It goes on serving.
    assert_eq!(porthole.get("/film").status, 200);
}

fn a_restart_is_counted() {
    let hostile = Hostile::with(artifacts::ESCAPE, &["--workers", "1"]);
    let mut client = hostile.server.client();
    hostile.order(&mut client, "trap");
    let errors = hostile.server.errors();
    errors.wait_for("worker 0 failed");
    let deadline = Instant::now() + TIMEOUT;
    let restart = |line: &String| line.ends_with(" s, 1 restart of a worker");
    // The next instance starts after the notice.
    while !errors.so_far().iter().any(restart) {
        let sums = errors.so_far().len();
        hostile.server.signal(Signal::USR1);
        errors.wait_for_several(sums + 1, |_| true, "another sum");
        assert!(Instant::now() < deadline, "{:#?}", errors.so_far());
    }
}

fn a_quiet_server_sums_up_only_if_it_is_asked() {
    let folder = Folder::new();
    for asked in [false, true] {
        let mut porthole = Porthole::with(&folder, &["--quiet"]);
        porthole.get("/");
        if asked {
            porthole.signal(Signal::USR1);
            porthole.errors().wait_for("porthole: 1 connection, ");
        }
        porthole.signal(Signal::TERM);
        assert!(porthole.wait().success());
        let lines = porthole.errors().to_end();
        let sums = lines.iter().filter(|line| line.contains(" sent in "));
        assert_eq!(sums.count(), usize::from(asked), "{lines:#?}");
    }
}
