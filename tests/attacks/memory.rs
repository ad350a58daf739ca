//! Clients that make the server hold as much memory as the limits allow.

use std::thread;
use std::time::Duration;

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        ranges_that_leave_no_room,
        as_many_slow_readers_as_may_be,
        tiny_files_without_number
    ]
}

const FILM: &str = "GET /film HTTP/1.1\r\nHost: a\r\n";

/// The lengths of these ranges leave a full buffer a few bytes short when the head of the
/// next part comes. If a buffer grew for that head, it would double with each part.
fn ranges_that_leave_no_room() {
    const SIZE: u64 = 400 << 20;
    const BUFFER: u64 = 512 << 10;
    const CLIENTS: usize = 8;
    let folder = Folder::new();
    folder.sparse("film", SIZE);
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::memory::ranges_that_leave_no_room",
        what: "ranges that leave the buffer a few bytes short of full, each twice as long",
        clients: CLIENTS,
        outcome: "206 from the same buffer",
    };
    let list = ranges(&siege, SIZE, BUFFER);
    siege.withstand(&attack, || {
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut client = siege.client();
                    let head = client.send(request(&list)).head();
                    assert_eq!(head.status, 206);
                    let length = head.field("Content-Length").unwrap().parse().unwrap();
                    assert_eq!(client.read_until(length), length);
                });
            }
        });
    });
}

fn request(list: &str) -> String {
    format!("{FILM}Range: bytes={list}\r\nConnection: close\r\n\r\n")
}

/// The positions of part heads depend on the length of the response's head and of the
/// part heads.
fn ranges(siege: &Siege, size: u64, buffer: u64) -> String {
    let mut client = siege.client();
    // Content-Length must have as many digits here as in the attack.
    client.send(request(&format!("0-{},{}-", size / 2, size / 2 + 9)));
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        assert_eq!(client.read_some(&mut byte), 1);
        head.push(byte[0]);
    }
    let text = String::from_utf8(head).unwrap();
    let field = |name| {
        let rest = text.split(name).nth(1).unwrap();
        rest.split("\r\n").next().unwrap()
    };
    let boundary = field("boundary=");
    let part = |first: u64, last: u64| {
        let start = if first == 0 { "--" } else { "\r\n--" };
        let kind = "application/octet-stream";
        format!(
            "{start}{boundary}\r\nContent-Type: {kind}\r\n\
             Content-Range: bytes {first}-{last}/{size}\r\n\r\n"
        )
        .len() as u64
    };
    let mut list = Vec::new();
    let (mut gathered, mut capacity, mut first) = (text.len() as u64, buffer, 0);
    while first + capacity < size {
        // The length of the part is not known yet, but its head has the same number of
        // digits for any length.
        let length = capacity - 3 - gathered - part(first, first + capacity - gathered);
        let last = first + length - 1;
        list.push(format!("{first}-{last}"));
        gathered = capacity - 3;
        capacity *= 2;
        first = last + 3;
    }
    list.join(",")
}

/// The connections that the limits allow fit the memory, up to the last one. Each has a
/// longer head than usual, and reads nothing of a large file.
fn as_many_slow_readers_as_may_be() {
    // The long run uses the default limits. For those, a process may not have enough
    // descriptors.
    let flags: (usize, &[&str]) = match scale::is_long() {
        true => (4_090, &["--workers", "1"]),
        false => (
            300,
            &[
                "--workers",
                "1",
                "--max-connections",
                "304",
                "--memory",
                "40",
                "--cache",
                "1",
            ],
        ),
    };
    let (clients, flags) = flags;
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let siege = Siege::with(folder, flags);
    let attack = Attack {
        test: "attacks::memory::as_many_slow_readers_as_may_be",
        what: "as many downloads as may be, on one worker, of which nothing is read",
        clients,
        outcome: "served from smaller buffers where there is no memory for larger ones",
    };
    let request = format!("{FILM}X: {}\r\n\r\n", "x".repeat(4_000));
    siege.withstand(&attack, || {
        let asking = |_| {
            let mut client = Client::with_a_small_window(siege.porthole.address());
            client.send(&request);
            client
        };
        let mut crowd: Vec<Client> = (0..clients).map(asking).collect();
        for client in &mut crowd {
            assert_eq!(client.head().status, 200);
        }
        thread::sleep(scale::time());
    });
}

/// The limit of the cache is one of memory. It includes everything that is kept of a
/// file, not only its content.
fn tiny_files_without_number() {
    const FILES: usize = 30_000;
    const CACHE: u64 = 8 << 20;
    let folder = Folder::new();
    for number in 0..FILES {
        folder.file(format!("{}/{number}", number % 100), "tiny");
    }
    let field = format!("X: {}", "x".repeat(600));
    let flags = [
        "--workers",
        "1",
        "--cache",
        "8",
        "--quiet",
        "--header",
        &field,
    ];
    let porthole = Porthole::with(&folder, &flags);
    // A file that has just changed is not cached.
    thread::sleep(Duration::from_secs(3));
    let mut client = porthole.client();
    client.get("/0/0", "");
    let before = porthole.resident_memory();
    for start in (0..FILES).step_by(100) {
        let requests: String = (start..start + 100)
            .map(|number| format!("GET /{}/{number} HTTP/1.1\r\nHost: a\r\n\r\n", number % 100))
            .collect();
        client.send(requests);
        for _ in 0..100 {
            assert_eq!(client.read().text(), "tiny");
        }
    }
    let grown = porthole.resident_memory().saturating_sub(before);
    eprintln!(
        "{:.1} MiB for {FILES} files",
        grown as f64 / f64::from(1 << 20)
    );
    // A margin for buffers and for what the kernel counts.
    assert!(grown < CACHE + (2 << 20), "{grown} bytes");
}
