//! Rates that the operator may set for each client.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        requests_per_second,
        bytes_per_second,
        bytes_per_second_of_all_connections_together,
        refused_requests_count_toward_the_rate,
        disconnected_clients_give_back_their_share,
    ]
}

/// The rate counts all connections and workers together. A refused request gets a proper
/// response.
fn requests_per_second() {
    const RATE: f64 = 20.0;
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &["--rate", "20"]);
    let mut clients: Vec<_> = (0..10).map(|_| porthole.client()).collect();
    let start = Instant::now();
    let (mut served, mut refused) = (0, 0);
    while served < 60 {
        for client in &mut clients {
            let response = client.get("/a", "");
            match response.status {
                200 => served += 1,
                429 => {
                    refused += 1;
                    assert_eq!(response.field("Retry-After"), Some("1"));
                    assert!(!response.closes());
                }
                other => panic!("{other}"),
            }
        }
    }
    let allowed = RATE + RATE * start.elapsed().as_secs_f64();
    assert!(f64::from(served) <= allowed + 1.0, "{served} of {allowed}");
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    assert!(refused > 0);
}

fn bytes_per_second() {
    let folder = Folder::new();
    folder.file("a", vec![7; 192 << 10]);
    let porthole = Porthole::with(&folder, &["--throttle", "64"]);
    let start = Instant::now();
    assert_eq!(porthole.get("/a").body, [7; 192 << 10]);
    // The first second's share is sent at once.
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(1_700), "{took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

fn bytes_per_second_of_all_connections_together() {
    let folder = Folder::new();
    folder.file("a", vec![7; 64 << 10]);
    let porthole = Porthole::with(&folder, &["--throttle", "128"]);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| assert_eq!(porthole.get("/a").body.len(), 64 << 10));
        }
    });
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(1_500), "{took:?}");
}

/// Requests that can't be parsed, and requests for impossible names.
fn refused_requests_count_toward_the_rate() {
    let folder = Folder::new();
    let porthole = Porthole::with(&folder, &["--rate", "5"]);
    let requests = ["GET\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"];
    let start = Instant::now();
    let (mut read, mut refused) = (0, 0);
    for request in requests.iter().cycle().take(60) {
        match porthole.client().send(request).read().status {
            400 => read += 1,
            429 => refused += 1,
            other => panic!("{other}"),
        }
    }
    let allowed = 5.0 + 5.0 * start.elapsed().as_secs_f64();
    assert!(f64::from(read) <= allowed + 1.0, "{read} of {allowed}");
    assert!(read >= 5 && read + refused == 60);
}

/// Neither the number of connections nor the throttle of their address keeps counting
/// them.
fn disconnected_clients_give_back_their_share() {
    const CLIENTS: usize = 10;
    let folder = Folder::new();
    folder.sparse("film", 1 << 20);
    folder.file("a", "content");
    let most = CLIENTS.to_string();
    let flags = [
        "-v",
        "--workers",
        "1",
        "--throttle",
        "4",
        "--max-connections",
        &most,
    ];
    let porthole = Porthole::with(&folder, &flags);
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| porthole.client()).collect();
    for client in &mut clients {
        client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    let asked = |line: &str| line.contains("Request from");
    porthole
        .log()
        .wait_for_several(CLIENTS, asked, "a request each");
    // Each response has reserved four seconds' share, one after the other.
    clients.into_iter().for_each(Client::reset);
    let start = Instant::now();
    while porthole.get("/a").status == 503 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "no place is free"
        );
    }
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}
