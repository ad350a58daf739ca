//! Clients that want no files, or make it hard to serve them.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::stage::{FILM_BYTES, Stage};
use crate::support::{Client, Random};

/// Clients that do the same at once.
const CROWD: usize = 24;

/// Time for which they do it.
const WHILE: Duration = Duration::from_secs(20);

const FILM: &str = "GET /film HTTP/1.1\r\nHost: a\r\n\r\n";

/// Ends a download somewhere, with a reset or without.
pub fn aborted_download(stage: &Stage<'_>, random: &mut Random) {
    let mut client = stage.client();
    client.send(FILM);
    client.read_until(random.below(0..FILM_BYTES as u64 / 8));
    if random.below(0..2) == 0 {
        client.reset();
    }
}

/// Half of these clients read a little now and then, and the other half read nothing.
pub fn slow_readers(stage: &Stage<'_>, _: &mut Random) {
    let mut crowd: Vec<_> = (0..CROWD)
        .map(|_| Client::with_a_small_window(stage.porthole.address()))
        .collect();
    for client in &mut crowd {
        client.send(FILM);
    }
    let end = Instant::now() + WHILE;
    while Instant::now() < end && !stage.is_over() {
        for client in &mut crowd[..CROWD / 2] {
            assert!(client.read_until(500) >= 500, "cut");
        }
        stage.pause(Duration::from_millis(500));
    }
}

/// Sends a byte now and then, until the server closes.
pub fn slow_heads(stage: &Stage<'_>, _: &mut Random) {
    let mut crowd: Vec<_> = (0..CROWD).map(|_| stage.client()).collect();
    for client in &mut crowd {
        client.send("GET /film HTTP/1.1\r\nX: ");
    }
    let end = Instant::now() + WHILE;
    while Instant::now() < end && !stage.is_over() {
        for client in &mut crowd {
            client.try_send("y");
        }
        stage.pause(Duration::from_millis(500));
    }
    if Instant::now() >= end {
        for client in &mut crowd {
            assert_eq!(client.read().status, 408);
        }
    }
}

pub fn malformed(stage: &Stage<'_>, random: &mut Random) {
    const ROWS: [(&str, u16); 10] = [
        ("GET / HTTP/1.1\nHost: a\n\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\u{7f}", 400),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            400,
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
            413,
        ),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    ];
    let (request, status) = ROWS[random.below(0..ROWS.len() as u64) as usize];
    let mut client = stage.client();
    let response = client.send(request).read();
    assert_eq!(response.status, status, "{request:?}");
    assert!(response.closes());
    client.expect_end();
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "y".repeat(17_000));
    assert_eq!(stage.client().send(long).read().status, 431);
}

/// Opens and ends connections in many ways.
pub fn churn(stage: &Stage<'_>, random: &mut Random) {
    for _ in 0..50 {
        let mut client = stage.client();
        match random.below(0..5) {
            0 => {}
            1 => client.reset(),
            2 => client.try_send("GET /film HTT"),
            3 => {
                client.try_send(FILM);
                client.reset();
            }
            _ => assert_eq!(client.get("/small/1", "Connection: close\r\n").status, 200),
        }
    }
}

/// Replaces a file in the usual way to save one. Every client gets one version, complete.
pub fn replaced_file(stage: &Stage<'_>, random: &mut Random) {
    const BYTES: usize = 3_000_000;
    let version = random.below(0..256) as u8;
    let new = stage.folder.file("replaced.new", vec![version; BYTES]);
    let mut early = stage.client();
    let there = stage.folder.join("replaced").exists();
    if there {
        early.send("GET /replaced HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    fs::rename(new, stage.folder.join("replaced")).unwrap();
    let late = stage.client().get("/replaced", "");
    let old = there.then(|| early.read());
    for response in old.iter().chain([&late]) {
        let (body, first) = (&response.body, response.body[0]);
        assert_eq!((response.status, body.len()), (200, BYTES));
        assert!(
            body.iter().all(|&byte| byte == first),
            "two versions in one"
        );
    }
}

/// Cuts a file while it is sent, which cuts the response too.
pub fn cut_file(stage: &Stage<'_>, random: &mut Random) {
    const BYTES: u64 = 64 << 20;
    let shorter = random.below(0..BYTES / 2);
    let file = stage.folder.sparse("cut", BYTES);
    let mut client = stage.client();
    client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.head().content_length(false), BYTES);
    let cut = File::options().write(true).open(&file).unwrap();
    cut.set_len(shorter).unwrap();
    let length = client.read_until_cut();
    assert!((shorter..BYTES).contains(&length), "{length} of {shorter}");
    if random.below(0..2) == 0 {
        fs::remove_file(file).unwrap();
    }
}

/// Sends SIGHUP, sixty times in all: once a minute in an hour.
pub fn replaced_version(stage: &Stage<'_>, _: &mut Random) {
    const DONE: &str = "reloaded; open connections finish on the old version";
    let errors = stage.porthole.errors();
    let done = |line: &str| line.contains(DONE);
    let before = errors.so_far().iter().filter(|line| done(line)).count();
    stage.porthole.signal(Signal::HUP);
    errors.wait_for_several(before + 1, done, DONE);
    stage.pause(stage.length() / 60);
}
