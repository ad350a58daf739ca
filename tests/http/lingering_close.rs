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
        a_large_folder_is_shown_whole_and_in_order,
        a_folder_with_too_many_entries_has_no_listing,
        lingering_close_is_bounded_in_time,
        lingering_close_is_bounded_in_bytes,
        a_large_upload_is_answered,
        an_endless_upload_can_read_the_response,
    ]
}

/// A cut listing would look whole to a mirror, which deletes what it no longer finds.
fn a_large_folder_is_shown_whole_and_in_order() {
    const COUNT: usize = 12_000;
    let folder = Folder::new();
    for number in (0..COUNT).rev() {
        empty_file(&folder, &format!("{number}.txt"));
    }
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/");
    assert_eq!(page.status, 200);
    let shown = page.text().split(".txt</a>").filter_map(|before| {
        let (_, number) = before.rsplit_once('>')?;
        number.parse::<usize>().ok()
    });
    assert!(shown.eq(0..COUNT), "{}", page.text().len());
}

fn a_folder_with_too_many_entries_has_no_listing() {
    const MOST: usize = 100_000;
    let folder = Folder::new();
    folder.file("one/a", "");
    // Links to one file are made faster than files.
    let target = folder.file("target", "");
    for number in 0..=MOST {
        let name = folder.path().join(format!("one/.{number}"));
        if std::fs::hard_link(&target, &name).is_err() {
            std::fs::write(&name, "").unwrap();
        }
    }
    let porthole = Porthole::serving(&folder);
    let answer = porthole.get("/one/");
    assert_eq!((answer.status, answer.closes()), (503, true));
    assert!(answer.field("Retry-After").is_some());
    porthole
        .log()
        .wait_for("503 because the folder has more than 100000 entries: GET /one/ ");
    // Two less are as many as may be, and hidden ones count.
    for number in [0, 1] {
        std::fs::remove_file(folder.path().join(format!("one/.{number}"))).unwrap();
    }
    let page = porthole.get("/one/");
    assert_eq!((page.status, page.text().matches("<tr>").count()), (200, 2));
}

/// Not by `Folder::file`, which makes folders first.
fn empty_file(folder: &Folder, name: &str) {
    std::fs::write(folder.path().join(name), "").unwrap();
}

fn refused(porthole: &Porthole) -> Client {
    let mut client = porthole.client();
    client.send("no request\r\n\r\n");
    let answer = client.read();
    assert_eq!(answer.status, 400);
    client
}

/// A byte after the other does not keep the connection, not even without a pause.
fn lingering_close_is_bounded_in_time() {
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

/// Of what the kernel carries in two seconds, some is read, and then the connection ends.
fn lingering_close_is_bounded_in_bytes() {
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
