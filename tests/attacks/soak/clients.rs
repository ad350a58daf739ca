//! Clients that only want files.

use std::time::Instant;

use super::stage::{FILM_BYTES, SMALL_FILES, Stage, small};
use crate::attacks::support::visitor::Visitor;
use crate::support::Random;

/// Requests a hundred files on one connection.
pub fn small_files(stage: &Stage<'_>, random: &mut Random) {
    let mut client = stage.visitor();
    for _ in 0..100 {
        let number = random.below(0..SMALL_FILES);
        let asked = Instant::now();
        let response = client.get(&format!("/small/{number}"), "");
        stage.latencies.lock().unwrap().push(asked.elapsed());
        assert_eq!(response.status, 200);
        assert!(response.body == small(number), "other bytes");
    }
}

/// Seeks in the film, as players do.
pub fn ranges(stage: &Stage<'_>, random: &mut Random) {
    let mut client = stage.visitor();
    for _ in 0..10 {
        let first = random.below(0..FILM_BYTES as u64);
        let last = (first + random.below(0..1 << 20)).min(FILM_BYTES as u64 - 1);
        let response = client.get("/film", &format!("Range: bytes={first}-{last}\r\n"));
        assert_eq!(response.status, 206);
        assert!(response.body == stage.film[first as usize..=last as usize]);
    }
    // The ranges are far apart, so that they are not joined.
    let parts: Vec<_> = (0..5)
        .map(|part| {
            let first = (part << 20) + random.below(0..1 << 19);
            first..first + random.below(1..2_000)
        })
        .collect();
    let list: Vec<_> = parts
        .iter()
        .map(|part| format!("{}-{}", part.start, part.end - 1))
        .collect();
    let response = client.get("/film", &format!("Range: bytes={}\r\n", list.join(",")));
    assert_eq!(response.status, 206);
    for part in parts {
        let bytes = &stage.film[part.start as usize..part.end as usize];
        let found = response.body.windows(bytes.len()).any(|part| part == bytes);
        assert!(found, "a part is missing");
    }
}

/// Compares every byte. A checksum could not detect more.
pub fn complete_download(stage: &Stage<'_>, _: &mut Random) {
    let mut client = stage.client();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.head().content_length(false), FILM_BYTES as u64);
    let mut rest = &stage.film[..];
    let mut piece = vec![0; 1 << 20];
    while !rest.is_empty() {
        let spare = piece.len().min(rest.len());
        let count = client.read_some(&mut piece[..spare]);
        assert!(count > 0, "cut {} bytes before the end", rest.len());
        assert!(piece[..count] == rest[..count], "other bytes");
        rest = &rest[count..];
    }
}

/// Sends many requests before the first response. A version that is replaced meanwhile
/// announces with one response that it is the last.
pub fn pipeline(stage: &Stage<'_>, random: &mut Random) {
    let numbers: Vec<_> = (0..100).map(|_| random.below(0..SMALL_FILES)).collect();
    let requests: String = numbers
        .iter()
        .map(|number| format!("GET /small/{number} HTTP/1.1\r\nHost: a\r\n\r\n"))
        .collect();
    let mut client = stage.client();
    client.send(requests).finish();
    for number in numbers {
        let response = client.read();
        assert!(response.body == small(number), "other bytes");
        if response.closes() {
            break;
        }
    }
    client.expect_end();
}

pub fn listings_and_misses(stage: &Stage<'_>, random: &mut Random) {
    let mut client = stage.visitor();
    let listing = client.get("/small/", "");
    assert_eq!(listing.status, 200);
    for number in 0..SMALL_FILES {
        assert!(listing.text().contains(&format!("\"{number}\"")));
    }
    let film = client.ask("HEAD", "/film", "");
    assert_eq!(film.field("Content-Length"), Some(&*FILM_BYTES.to_string()));
    let condition = format!("If-None-Match: {}\r\n", film.field("ETag").unwrap());
    misses(&mut client, random, &condition);
}

fn misses(client: &mut Visitor, random: &mut Random, unchanged: &str) {
    let rows = [
        ("/film", unchanged, 304),
        ("/film", "If-Match: \"other\"\r\n", 412),
        ("/film", "Range: bytes=999999999999-\r\n", 416),
        ("/small", "", 301),
        ("/../../etc/passwd", "", 404),
        (&*format!("/{}", random.next()), "", 404),
    ];
    for (target, fields, status) in rows {
        assert_eq!(
            client.get(target, fields).status,
            status,
            "{target} {fields}"
        );
    }
}
