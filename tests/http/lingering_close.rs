//! Reading on after the last response, so that the client can read it (RFC 9112 §9.6).

use std::io::{ErrorKind, Write as _};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, trials};

/// Bytes that the server reads after the last response.
const READ: usize = 16 << 20;

pub fn trials() -> Vec<Trial> {
    trials![
        lingering_close_is_bounded_in_time,
        lingering_close_is_bounded_in_bytes,
        a_large_upload_is_answered,
        an_endless_upload_can_read_the_response,
    ]
}

fn refused(porthole: &Porthole) -> Client {
    let mut client = porthole.client();
    client.send("no request\r\n\r\n");
    let response = client.read();
    assert_eq!(response.status, 400);
    client
}

/// A client that sends byte after byte does not keep the connection open, not even
/// without a pause.
fn lingering_close_is_bounded_in_time() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let mut client = refused(&porthole);
    let start = Instant::now();
    // The end arrives at once. That the server has stopped reading shows when sending
    // fails.
    while client.takes(b"x") {
        assert!(start.elapsed() < Duration::from_secs(5), "still listening");
    }
}

/// The server drops all of the content before it closes, so the connection is not reset.
fn a_large_upload_is_answered() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send(upload(READ)).send(vec![b'x'; READ]);
    assert_eq!(client.read().status, 405);
    client.finish().expect_end();
}

/// The upload stalls because the server stops reading. Only then does the client look for
/// a response.
fn an_endless_upload_can_read_the_response() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send(upload(usize::MAX >> 1));
    let time = Some(Duration::from_millis(500));
    client.stream().set_write_timeout(time).unwrap();
    let chunk = vec![b'x'; 64 << 10];
    let error = loop {
        if let Err(error) = client.stream().write_all(&chunk) {
            break error.kind();
        }
    };
    assert_eq!(error, ErrorKind::WouldBlock);
    assert_eq!(client.read().status, 405);
}

/// The server reads a part of the bytes that the kernel carries in two seconds. Then the
/// connection ends.
fn lingering_close_is_bounded_in_bytes() {
    // The system may buffer some more for both sides of the connection.
    const BOUND: usize = READ + (128 << 20);
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let mut client = refused(&porthole);
    let chunk = vec![b'x'; 64 << 10];
    let mut sent = 0;
    while client.takes(&chunk) {
        sent += chunk.len();
        assert!(sent < BOUND, "still listening");
    }
}

fn upload(length: usize) -> String {
    format!("PUT / HTTP/1.1\r\nHost: porthole\r\nContent-Length: {length}\r\n\r\n")
}
