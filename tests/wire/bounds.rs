//! What happens at bounds that no other file is about; all of them are in
//! `docs/limits.md`.

use std::io::{ErrorKind, Write as _};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, trials};

/// Bytes that are read after the last answer.
const READ: usize = 16 << 20;

pub fn trials() -> Vec<Trial> {
    trials![
        a_large_folder_is_shown_in_part,
        nobody_is_listened_to_for_long_after_the_last_answer,
        nor_for_much,
        a_large_upload_is_answered,
        who_sends_without_end_can_read_the_answer,
    ]
}

fn a_large_folder_is_shown_in_part() {
    const SHOWN: usize = 10_000;
    let folder = Folder::new();
    for number in 0..=SHOWN {
        // Not by `Folder::file`, which makes folders first.
        std::fs::write(folder.path().join(format!("{number}.txt")), "").unwrap();
    }
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.text().matches(".txt</a>").count(), SHOWN);
    assert!(
        page.text().contains("Only 10000 entries are shown"),
        "{}",
        page.text().len()
    );
}

fn refused(porthole: &Porthole) -> Client {
    let mut client = porthole.client();
    client.send("no request\r\n\r\n");
    let answer = client.read();
    assert_eq!(answer.status, 400);
    client
}

/// A byte after the other does not keep the connection, not even without a pause.
fn nobody_is_listened_to_for_long_after_the_last_answer() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let mut client = refused(&porthole);
    let start = Instant::now();
    // The end comes at once; that nobody listens shows when sending fails.
    while client.takes(b"x") {
        assert!(start.elapsed() < Duration::from_secs(5), "still listening");
    }
}

/// All of it is forgotten before the connection closes, so nothing resets it.
fn a_large_upload_is_answered() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send(upload(READ)).send(vec![b'x'; READ]);
    assert_eq!(client.read().status, 405);
    client.finish().expect_end();
}

/// It stalls, because nobody reads on; only then it looks for an answer.
fn who_sends_without_end_can_read_the_answer() {
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

/// Of what the kernel carries in two seconds, some is read, and then the connection ends.
fn nor_for_much() {
    // What the system keeps for both sides of a connection may come on top.
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
