//! More clients than the server has places, descriptors or patience for.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_worker_with_an_idle_connection_makes_room_for_all,
        rejected_connections_hold_no_place,
        max_per_address_closes_new_connections,
        accepting_recovers_from_lack_of_descriptors,
        a_low_hard_limit_lowers_the_cap,
    ]
}

fn busy(address: SocketAddr) -> Client {
    let mut client = Client::connect(address);
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").head();
    client
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("a", "a");
    folder.sparse("large", 1 << 30);
    folder
}

/// One worker is full and busy, the other is full and idle. The new connection goes to
/// the idle one.
fn a_worker_with_an_idle_connection_makes_room_for_all() {
    let folder = folder();
    let porthole = Porthole::with(&folder, &["--max-connections", "2"]);
    // The first connection goes to one worker, so the second goes to the other.
    let _busy = busy(porthole.address());
    let mut idle = porthole.client();
    assert_eq!(idle.get("/a", "").text(), "a");
    // The idle worker may need a moment after its response until it counts as idle.
    let mut attempts = (0..100).map(|_| porthole.get("/a").status);
    assert!(attempts.any(|status| status == 200));
    idle.expect_end();
}

/// Clients that got a 503 and stay connected do not count. The next client gets the first
/// place that becomes free.
fn rejected_connections_hold_no_place() {
    let folder = folder();
    let porthole = Porthole::with(&folder, &["--max-connections", "1", "--workers", "1"]);
    let served = busy(porthole.address());
    let mut away: Vec<_> = (0..20).map(|_| porthole.client()).collect();
    let asked = Instant::now();
    for client in &mut away {
        assert_eq!(client.read().status, 503);
    }
    served.reset();
    while porthole.get("/a").status == 503 {
        // The server keeps rejected connections open for two seconds.
        assert!(asked.elapsed() < Duration::from_millis(1_900), "no place");
    }
}

fn max_per_address_closes_new_connections() {
    let folder = folder();
    let porthole = Porthole::with(&folder, &["--max-per-address", "3"]);
    let mut clients: Vec<_> = (0..3).map(|_| porthole.client()).collect();
    for client in &mut clients {
        assert_eq!(client.get("/a", "").text(), "a");
    }
    for _ in 0..100 {
        assert_eq!(porthole.client().read_until_cut(), 0);
    }
    let notice = "which has as many as one address may";
    porthole.errors().wait_for(notice);
    let lines = porthole.errors().so_far();
    assert_eq!(lines.iter().filter(|line| line.contains(notice)).count(), 1);
    // As soon as one connection has ended, there is a place for another.
    clients.pop();
    while porthole.client().ask_if_open("/a").is_none() {}
    for client in &mut clients {
        assert_eq!(client.get("/a", "").text(), "a");
    }
}

/// The acceptor neither spins nor loses its listener. A client that connects waits, and
/// is served later.
fn accepting_recovers_from_lack_of_descriptors() {
    let folder = folder();
    let porthole = Porthole::serving(&folder);
    let mut before = porthole.client();
    assert_eq!(before.get("/a", "").text(), "a");
    let usual = porthole.limit_descriptors(None);
    let mut waiting: Vec<_> = (0..20).map(|_| porthole.client()).collect();
    let notice = "cannot accept connections for now";
    porthole.errors().wait_for(notice);
    let (used, since) = (porthole.cpu(), Instant::now());
    assert!(waiting[0].read_within(Duration::from_millis(500)).is_none());
    let (used, passed) = (porthole.cpu() - used, since.elapsed());
    assert!(used < passed / 5, "{used:?} of CPU in {passed:?}");
    porthole.limit_descriptors(Some(usual));
    for client in &mut waiting {
        assert_eq!(client.get("/a", "").text(), "a");
    }
    assert_eq!(before.get("/a", "").text(), "a");
    let lines = porthole.errors().so_far();
    assert_eq!(lines.iter().filter(|line| line.contains(notice)).count(), 1);
}

/// The server does not promise more connections than the system allows. The cap is
/// lowered to fit, and beyond it idle connections are closed for new ones, as always.
fn a_low_hard_limit_lowers_the_cap() {
    let folder = folder();
    let script = "ulimit -n 200; exec \"$0\" \"$@\"";
    let mut command = Porthole::command_through("sh", ["-c", script]);
    command
        .arg(folder.path())
        .args(["--port", "0", "--workers", "1", "--quiet"]);
    let porthole = Porthole::start(command);
    let line = "porthole: at most 102 connections at once instead of 4096, because the system allows only 200";
    porthole.errors().wait_for(line);
    let mut clients: Vec<Client> = Vec::new();
    for _ in 0..150 {
        let mut client = porthole.client();
        assert_eq!(client.get("/a", "").text(), "a");
        clients.push(client);
    }
    let lines = porthole.errors().so_far();
    assert!(
        lines.iter().all(|line| !line.contains("cannot accept")),
        "{lines:#?}"
    );
}
