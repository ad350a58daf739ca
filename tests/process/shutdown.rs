//! The end of the program.

use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Client, Folder, Porthole, TIMEOUT, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_signal_ends_it_with_0,
        a_drain_cuts_no_answer,
        a_drain_under_load_cuts_no_answer,
        a_replacement_refuses_no_one,
        idle_connections_do_not_hold_it_up,
        the_grace_time_ends,
        a_second_signal_ends_it_at_once,
    ]
}

/// Waits until connections are refused.
fn wait_until_refused(porthole: &Porthole) {
    let deadline = Instant::now() + TIMEOUT;
    while TcpStream::connect(porthole.address()).is_ok() {
        assert!(Instant::now() < deadline, "it still accepts");
    }
}

fn begin(porthole: &Porthole) -> (Client, u64) {
    let mut client = porthole.client();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    let length = client.head().content_length(false);
    (client, length)
}

fn a_signal_ends_it_with_0() {
    let folder = Folder::new();
    for signal in [Signal::TERM, Signal::INT] {
        let mut porthole = Porthole::serving(&folder);
        porthole.get("/");
        porthole.signal(signal);
        assert_eq!(porthole.wait().code(), Some(0), "{signal:?}");
    }
}

/// Open transfers continue to their last byte. Then the program ends.
fn a_drain_cuts_no_answer() {
    let folder = Folder::new();
    let content = noise(20_000_000);
    folder.file("film", &content);
    let mut porthole = Porthole::serving(&folder);
    let clients: Vec<_> = (0..20).map(|_| begin(&porthole)).collect();
    porthole.signal(Signal::TERM);
    wait_until_refused(&porthole);
    std::thread::scope(|scope| {
        for (mut client, length) in clients {
            let content = &content;
            scope.spawn(move || {
                assert_eq!(length, content.len() as u64);
                assert!(client.read_to_end() == *content, "cut");
            });
        }
    });
    assert_eq!(porthole.wait().code(), Some(0));
    assert_eq!(porthole.log().to_end().len(), 20);
}

/// Clients send request after request, on old connections and on new ones. A response
/// that has begun is complete. A request that came too late gets none, and can be sent
/// again elsewhere.
fn a_drain_under_load_cuts_no_answer() {
    const CLIENTS: usize = 32;
    let folder = Folder::new();
    let content = noise(300_000);
    folder.file("film", &content);
    let mut porthole = Porthole::with(&folder, &["--quiet"]);
    let (address, answered) = (porthole.address(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (content, answered) = (&content, &answered);
            scope.spawn(move || {
                while let Some(mut client) = Client::try_connect(address) {
                    while let Some(response) = client.ask_if_open("/film") {
                        assert!(response.body == *content, "cut");
                        answered.fetch_add(1, Ordering::Relaxed);
                        if response.closes() || number % 2 == 0 {
                            break;
                        }
                    }
                }
            });
        }
        while answered.load(Ordering::Relaxed) < 10 * CLIENTS {
            std::thread::yield_now();
        }
        porthole.signal(Signal::TERM);
    });
    assert_eq!(porthole.wait().code(), Some(0));
}

/// SIGHUP is sent again and again while clients send requests on new connections. Each
/// client gets a complete response, and the open transfer continues.
fn a_replacement_refuses_no_one() {
    const REPLACEMENTS: usize = 5;
    let folder = Folder::new();
    let content = noise(300_000);
    folder.file("small", &content);
    folder.sparse("film", 64 << 20);
    let porthole = Porthole::with(&folder, &["--quiet"]);
    let (mut slow, length) = begin(&porthole);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    assert!(porthole.get("/small").body == content, "cut");
                }
            });
        }
        for done in 1..=REPLACEMENTS {
            porthole.signal(Signal::HUP);
            let replaced = |line: &str| line.contains("reloaded; ");
            porthole
                .errors()
                .wait_for_several(done, replaced, "replaced");
        }
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(slow.read_until(length), length);
    assert!(
        porthole
            .errors()
            .so_far()
            .iter()
            .all(|line| !line.contains("failed"))
    );
}

fn idle_connections_do_not_hold_it_up() {
    let folder = Folder::new();
    folder.file("a", "a");
    let mut porthole = Porthole::with(&folder, &["--grace", "3600"]);
    let mut used = porthole.client();
    assert_eq!(used.get("/a", "").text(), "a");
    let mut fresh = porthole.client();
    // Connections are accepted in order. When this one has been served, the one before it
    // has been accepted.
    assert_eq!(porthole.get("/a").text(), "a");
    porthole.signal(Signal::TERM);
    used.expect_end();
    fresh.expect_end();
    assert_eq!(porthole.wait().code(), Some(0));
}

fn the_grace_time_ends() {
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let mut porthole = Porthole::with(&folder, &["--grace", "1"]);
    let (mut client, length) = begin(&porthole);
    let asked = Instant::now();
    porthole.signal(Signal::TERM);
    assert_eq!(porthole.wait().code(), Some(0));
    assert!(asked.elapsed() >= Duration::from_secs(1));
    assert!(client.read_until_cut() < length);
}

fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let mut porthole = Porthole::with(&folder, &["--grace", "3600"]);
    let (mut client, length) = begin(&porthole);
    porthole.signal(Signal::TERM);
    wait_until_refused(&porthole);
    porthole.signal(Signal::INT);
    assert_eq!(porthole.wait().code(), Some(0));
    assert!(client.read_until_cut() < length);
}
