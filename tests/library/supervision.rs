//! A component that keeps failing is kept running, and does not fill the log.

use std::net::SocketAddr;
use std::time::Duration;

use libtest_mimic::Trial;
use porthole::{Limits, Stopped};

use super::failures::{self, says_back};
use crate::support::{Folder, Hosted, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        no_attempt_is_refused_during_a_hundred_traps,
        versions_without_end_are_bounded,
        at_the_hosts_cap_new_connections_wait,
        connections_are_spread_evenly,
    ]
}

fn talking(folder: &Folder, connections: usize) -> Hosted {
    let arguments = |granted: SocketAddr| vec!["serve".to_owned(), format!("--listen={granted}")];
    let limits = Limits {
        connections,
        workers: 1,
        memory: 16 << 20,
        grace: Duration::from_secs(1),
        ..Limits::default()
    };
    Hosted::start(artifacts::ESCAPE, folder, arguments, limits).unwrap()
}

/// With one worker, each trap ends everything that serves. Still, ten thousand attempts
/// reach a listener, and the log reports the traps in two lines.
fn no_attempt_is_refused_during_a_hundred_traps() {
    const TRAPS: usize = 100;
    const ATTEMPTS: usize = 100;
    let folder = Folder::new();
    let hosted = talking(&folder, 4_096);
    for _ in 0..TRAPS {
        let mut trapping = hosted.client();
        says_back(&mut trapping, "!trap");
        for _ in 0..ATTEMPTS {
            // A reset instead of a close, which would leave ten thousand ports in
            // TIME-WAIT.
            hosted.client().reset();
        }
        assert_eq!(trapping.read_until_cut(), 0);
    }
    says_back(&mut hosted.client(), "x");
    let notices = hosted.notices().clone();
    assert_eq!(hosted.drain(), Stopped::Drained);
    let notices = notices.to_end();
    let said = |times: &str| format!("worker 0 failed{times}");
    assert!(notices[0].starts_with(&said(": ")), "{notices:#?}");
    let counts = notices.iter().skip(1).map(|notice| {
        let rest = notice.strip_prefix(&said(" ")).expect("a count");
        rest.split_once(" times more in ")
            .expect("a count")
            .0
            .parse::<usize>()
            .unwrap()
    });
    assert_eq!(counts.sum::<usize>() + 1, TRAPS, "{notices:#?}");
    assert!(notices.len() <= 3, "{notices:#?}");
}

/// Each replaced version keeps its open connections, but the number of versions is
/// limited.
fn versions_without_end_are_bounded() {
    const KEPT: usize = 8;
    let folder = Folder::new();
    let hosted = talking(&folder, 4_096);
    let mut clients = Vec::new();
    for _ in 0..=KEPT {
        let mut client = hosted.client();
        says_back(&mut client, "x");
        clients.push(client);
        hosted.replace(artifacts::ESCAPE, &folder).unwrap();
    }
    hosted
        .notices()
        .wait_for("cut 1 connections that had not finished in time");
    let mut clients = clients.into_iter();
    assert_eq!(clients.next().unwrap().read_until_cut(), 0);
    for mut client in clients {
        says_back(&mut client, "x");
    }
}

/// The connections wait in the kernel's queue, and are served as soon as there is a free
/// place.
fn at_the_hosts_cap_new_connections_wait() {
    let folder = Folder::new();
    let hosted = talking(&folder, 2);
    let mut held: Vec<_> = (0..2).map(|_| hosted.client()).collect();
    for client in &mut held {
        says_back(client, "x");
    }
    let mut waiting = hosted.client();
    waiting.send("y");
    assert!(!waiting.has_more_within(Duration::from_millis(200)));
    held.pop();
    let mut back = [0];
    assert_eq!(waiting.read_some(&mut back), 1);
    says_back(&mut held[0], "x");
}

/// A trap shows how many connections its worker had: of 100 on four workers, 25.
fn connections_are_spread_evenly() {
    const CLIENTS: usize = 100;
    const WORKERS: usize = 4;
    let (_folder, hosted) = failures::talking(WORKERS);
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| hosted.client()).collect();
    for client in &mut clients {
        says_back(client, "x");
    }
    let mut trapping = clients.pop().unwrap();
    says_back(&mut trapping, "!trap");
    assert_eq!(trapping.read_until_cut(), 0);
    clients.retain_mut(|client| {
        client.try_send("y");
        client.read_until(1) == 1
    });
    let had = CLIENTS - clients.len();
    let even = CLIENTS / WORKERS;
    assert!((even * 4 / 5..=even * 6 / 5).contains(&had), "{had}");
}
