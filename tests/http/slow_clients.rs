//! Slow clients.

use std::time::Duration;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, TIMEOUT, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        unread_bytes_in_the_kernel_are_bounded,
        the_time_for_a_head_starts_after_a_long_response,
    ]
}

/// Without the server's own limit it would be megabytes for each client: see `tcp_wmem`
/// of tcp(7).
fn unread_bytes_in_the_kernel_are_bounded() {
    const BOUND: u64 = 256 << 10;
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    let socket = socket2::SockRef::from(client.stream());
    socket.set_recv_buffer_size(4_096).unwrap();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n").head();
    let us = client.stream().local_addr().unwrap().port();
    let deadline = std::time::Instant::now() + TIMEOUT;
    while porthole.unsent_to(us) < BOUND / 2 {
        assert!(std::time::Instant::now() < deadline, "it sends nothing");
    }
    for _ in 0..100 {
        let unsent = porthole.unsent_to(us);
        // Bytes in flight count too, and a segment is sent as a whole.
        assert!(unsent <= BOUND + (128 << 10), "{unsent} bytes");
        std::thread::yield_now();
    }
}

/// The deadline of a head does not begin with the request before it.
fn the_time_for_a_head_starts_after_a_long_response() {
    let folder = Folder::new();
    folder.sparse("film", 16 << 20);
    folder.file("a", "a");
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    // The head is sent in two pieces, so that its deadline is in force. The beginning of
    // a next head follows.
    client.send("GET /film HTTP/1.1\r\n");
    let mut clock = porthole.client();
    clock.send("GET / HTTP/1.1\r\n");
    assert!(client.read_within(Duration::from_millis(100)).is_none());
    client.send("Host: a\r\n\r\nGET /a HTTP/1.1\r\n");
    // More time has passed than a head may take, as the 408 of the other client shows.
    assert_eq!(clock.read().status, 408);
    assert_eq!(client.read().body.len(), 16 << 20);
    assert!(client.read_within(Duration::from_millis(1_500)).is_none());
    assert_eq!(client.send("Host: a\r\n\r\n").read().text(), "a");
}
