//! Large files, many clients, and files that change while they are sent.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Barrier;
use std::time::Instant;

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, TIMEOUT, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        beyond_four_gibibytes,
        cold_reads_do_not_block_other_connections,
        ranges_of_all_lengths_are_those_of_the_file,
        two_hundred_downloads_at_once,
        clients_that_vanish,
        a_file_that_shrinks,
        a_file_that_grows,
        a_file_that_is_replaced,
    ]
}

/// Most resident memory that a transfer of any size may take: code, compiled component,
/// the sandboxes of two workers, buffers.
const MEMORY: u64 = 96 << 20;

/// The sparse file has marks around 2 and 4 GiB, where numbers of 31 and 32 bits
/// overflow.
fn beyond_four_gibibytes() {
    const LENGTH: u64 = (4 << 30) + (64 << 20);
    const MARK: &[u8; 8] = b"porthole";
    let folder = Folder::new();
    let path = folder.sparse("large.bin", LENGTH);
    let marks = [0, (1 << 31) - 4, (1 << 32) - 4, LENGTH - 8];
    let mut file = File::options().write(true).open(path).unwrap();
    for mark in marks {
        file.seek(SeekFrom::Start(mark)).unwrap();
        file.write_all(MARK).unwrap();
    }
    let porthole = Porthole::serving(&folder);
    each(&marks, |mark| {
        let last = mark + 7;
        let mut client = porthole.client();
        let response = client.get("/large.bin", &format!("Range: bytes={mark}-{last}\r\n"));
        let expected = format!("bytes {mark}-{last}/{LENGTH}");
        assert_eq!(response.field("Content-Range"), Some(&*expected));
        assert_eq!(response.body, MARK);
    });
    let head = porthole.client().ask("HEAD", "/large.bin", "");
    assert_eq!(head.field("Content-Length"), Some(&*LENGTH.to_string()));

    let mut client = porthole.client();
    client
        .send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        .head();
    let mut found = Vec::new();
    receive(&mut client, LENGTH, |at, piece| {
        // A mark may be split between two pieces, so each byte that is not 0 is recorded
        // by itself.
        if piece.iter().any(|&byte| byte != 0) {
            let bytes = piece.iter().enumerate().filter(|(_, byte)| **byte != 0);
            found.extend(bytes.map(|(offset, &byte)| (at + offset as u64, byte)));
        }
    });
    let expected: Vec<(u64, u8)> = marks.iter().flat_map(|mark| (*mark..).zip(*MARK)).collect();
    assert!(found == expected, "other bytes than those of the file");
    assert_eq!(client.get("/large.bin", "Range: bytes=0-7\r\n").body, MARK);
    let peak = porthole.peak_memory();
    eprintln!(
        "peak resident memory after {} MiB: {} MiB",
        LENGTH >> 20,
        peak >> 20
    );
    assert!(peak < MEMORY, "{peak} bytes");
}

/// The file is dropped from the page cache where the file system supports it. Elsewhere
/// it is read from the cache.
fn cold_reads_do_not_block_other_connections() {
    const LENGTH: usize = 8 << 20;
    let folder = Folder::new();
    let content = noise(LENGTH);
    let path = folder.file("a", &content);
    let porthole = Porthole::serving(&folder);
    let forget = || {
        let file = File::open(&path).unwrap();
        file.sync_all().unwrap();
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
    };
    let ranges = [(0, LENGTH), (0, 1), (LENGTH - 1, LENGTH), (4_095, 200_001)];
    each(&ranges, |&(first, end)| {
        forget();
        let range = format!("Range: bytes={first}-{}\r\n", end - 1);
        let response = porthole.client().get("/a", &range);
        assert!(response.body == content[first..end], "other bytes");
    });
}

/// Short ranges are copied, and longer ones go from the file to the socket, in several calls if
/// they are long. All of them follow each other on one connection, and in one response.
fn ranges_of_all_lengths_are_those_of_the_file() {
    const LENGTH: usize = 3 << 20;
    let folder = Folder::new();
    let content = noise(LENGTH);
    folder.file("a", &content);
    let porthole = Porthole::serving(&folder);
    assert!(porthole.get("/a").body == content);
    let mut client = porthole.client();
    let near = |length: usize| [length - 1, length, length + 1];
    let lengths = [2, 16 << 10, 64 << 10, 512 << 10, 1 << 20].map(near);
    let mut ranges = Vec::new();
    for (number, length) in lengths.into_iter().flatten().enumerate() {
        let first = number * 4_099 + 1;
        ranges.push((first, first + length));
    }
    for (first, end) in ranges {
        let range = format!("Range: bytes={first}-{}\r\n", end - 1);
        let response = client.get("/a", &range);
        assert_eq!(response.status, 206, "{range}");
        assert!(response.body == content[first..end], "{range}");
    }
    let (short, long) = (&content[5..105], &content[1_000_000..1_900_000]);
    let response = client.get("/a", "Range: bytes=5-104,1000000-1899999\r\n");
    assert_eq!(response.status, 206);
    for part in [short, long] {
        let is_there = response
            .body
            .windows(part.len())
            .any(|window| window == part);
        assert!(is_there, "{} bytes", part.len());
    }
}

/// Receives `length` bytes of content, and passes each piece on.
fn receive(client: &mut Client, length: u64, mut take: impl FnMut(u64, &[u8])) {
    let mut piece = vec![0; 1 << 20];
    let mut at = 0;
    while at < length {
        let spare = piece
            .len()
            .min(usize::try_from(length - at).unwrap_or(usize::MAX));
        let count = client.read_some(&mut piece[..spare]);
        assert!(count > 0, "cut after {at} of {length} bytes");
        take(at, &piece[..count]);
        at += count as u64;
    }
}

/// Every byte of every download is compared with the file. A checksum could not detect
/// more.
fn two_hundred_downloads_at_once() {
    const CLIENTS: usize = 200;
    let contents: Vec<Vec<u8>> = (1..=20).map(|size| noise(size * 100_000 + size)).collect();
    let folder = Folder::new();
    for (number, content) in contents.iter().enumerate() {
        folder.file(number.to_string(), content);
    }
    let porthole = Porthole::serving(&folder);
    let begun = Barrier::new(CLIENTS);
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (porthole, begun) = (&porthole, &begun);
            let (name, content) = (number % 20, &contents[number % 20]);
            scope.spawn(move || {
                let mut client = porthole.client();
                client.send(format!("GET /{name} HTTP/1.1\r\nHost: a\r\n\r\n"));
                let length = client.head().content_length(false);
                assert_eq!(length, content.len() as u64);
                // All downloads have begun before the first continues.
                begun.wait();
                let mut body = Vec::new();
                receive(&mut client, length, |_, piece| {
                    body.extend_from_slice(piece)
                });
                assert!(body == *content, "client {number} got other bytes");
            });
        }
    });
    let peak = porthole.peak_memory();
    eprintln!(
        "peak resident memory after {CLIENTS} downloads: {} MiB",
        peak >> 20
    );
    assert!(peak < 2 * MEMORY, "{peak} bytes");
}

fn clients_that_vanish() {
    let folder = Folder::new();
    folder.sparse("large", 1 << 30);
    folder.file("a", "a");
    let porthole = Porthole::serving(&folder);
    // After the first response, everything that the server needs for itself is open.
    assert_eq!(porthole.get("/a").text(), "a");
    let usual = porthole.sockets();
    for number in 0..50 {
        let mut client = porthole.client();
        client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").head();
        match number % 2 {
            0 => client.reset(),
            _ => drop(client),
        }
    }
    let lines = porthole
        .log()
        .wait_for_several(50, |line| line.contains("/large"), "requests");
    assert!(
        lines.iter().all(|line| line.contains("\" 200 ")),
        "{lines:#?}"
    );
    assert_eq!(porthole.get("/a").text(), "a");
    // No socket of those connections stays open.
    let deadline = Instant::now() + TIMEOUT;
    while porthole.sockets() > usual {
        assert!(Instant::now() < deadline, "{} sockets", porthole.sockets());
    }
}

fn a_file_that_shrinks() {
    const LENGTH: u64 = 64 << 20;
    const SHORTER: u64 = 20 << 20;
    let folder = Folder::new();
    let path = folder.sparse("film", LENGTH);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\nGET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.head().content_length(false), LENGTH);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(SHORTER)
        .unwrap();
    // The content is cut short, so that the client notices. It is not padded, and no
    // response follows it.
    assert_eq!(client.read_to_end().len() as u64, SHORTER);
    assert_eq!(porthole.get("/film").body.len() as u64, SHORTER);
}

fn a_file_that_grows() {
    const LENGTH: u64 = 32 << 20;
    let folder = Folder::new();
    let path = folder.sparse("film", LENGTH);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.head().content_length(false), LENGTH);
    let mut file = File::options().append(true).open(&path).unwrap();
    file.write_all(&noise(1_000_000)).unwrap();
    receive(&mut client, LENGTH, |_, piece| {
        assert!(piece.iter().all(|&byte| byte == 0))
    });
    let longer = LENGTH + 1_000_000;
    let response = client.get("/film", "Range: bytes=-2\r\n");
    let expected = format!("bytes {}-{}/{longer}", longer - 2, longer - 1);
    assert_eq!(response.field("Content-Range"), Some(&*expected));
}

/// This is the usual way to save a file. A client that began with the old file gets all
/// of it.
fn a_file_that_is_replaced() {
    let (old, new) = (vec![b'o'; 32 << 20], vec![b'n'; 1_000]);
    let folder = Folder::new();
    let path = folder.file("film", &old);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    let length = client.head().content_length(false);
    std::fs::rename(folder.file("other", &new), &path).unwrap();
    receive(&mut client, length, |_, piece| {
        assert!(piece.iter().all(|&byte| byte == b'o'))
    });
    assert!(client.get("/film", "").body == new);
    assert!(porthole.get("/film").body == new);
}
