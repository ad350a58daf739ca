//! Files that change while they are served from the cache.

use std::fs;
use std::time::Instant;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, SOON, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        every_kind_of_change_is_seen_at_once,
        under_load_every_kind_of_change_is_seen_within_a_second,
        under_load_nothing_is_mixed,
        a_hundred_thousand_paths_stay_within_the_cache,
    ]
}

type Change = fn(&Folder);

/// What is done to the file `a`, which holds `old`; then its status and content.
const CHANGES: [(&str, Change, u16, &str); 6] = [
    ("write", |f| drop(f.file("a", "new")), 200, "new"),
    (
        "rename over",
        |f| {
            f.file("b", "new");
            fs::rename(f.join("b"), f.join("a")).unwrap();
        },
        200,
        "new",
    ),
    ("truncate", |f| drop(f.file("a", "")), 200, ""),
    (
        "delete",
        |f| fs::remove_file(f.join("a")).unwrap(),
        404,
        "404 Not Found\r\n",
    ),
    (
        "another kind",
        |f| {
            fs::remove_file(f.join("a")).unwrap();
            fs::create_dir(f.join("a")).unwrap();
        },
        301,
        "301 Moved Permanently\r\n",
    ),
    (
        "touch",
        |f| {
            let file = fs::File::options().write(true).open(f.join("a")).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH)
                .unwrap();
        },
        200,
        "old",
    ),
];

fn every_kind_of_change_is_seen_at_once() {
    each(&CHANGES, |(_, change, status, text)| {
        let folder = Folder::new();
        folder.file("a", "old");
        let porthole = Porthole::serving(&folder);
        let mut client = porthole.client();
        let before = client.get("/a", "");
        assert_eq!(before.text(), "old");
        change(&folder);
        let after = client.get("/a", "");
        assert_eq!((after.status, after.text()), (*status, *text));
        assert_ne!(after.field("ETag"), before.field("ETag"));
    });
}

/// One worker, so that every request finds the same cache.
const LOAD: [&str; 3] = ["--workers", "1", "--quiet"];

/// So many requests that the file system is no longer asked about each of them.
fn warm(porthole: &Porthole) {
    let mut client = porthole.client();
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000));
    for _ in 0..1_000 {
        assert_eq!(client.read().status, 200);
    }
}

fn under_load_every_kind_of_change_is_seen_within_a_second() {
    each(&CHANGES, |(_, change, status, text)| {
        let folder = Folder::new();
        folder.file("a", "old");
        let porthole = Porthole::with(&folder, &LOAD);
        let mut client = porthole.client();
        let before = client.get("/a", "");
        warm(&porthole);
        change(&folder);
        let changed = Instant::now();
        loop {
            let answer = client.get("/a", "");
            if answer.field("ETag") != before.field("ETag")
                && (answer.status, answer.text()) == (*status, *text)
            {
                break;
            }
            assert!(changed.elapsed() < SOON, "still {}", answer.text());
        }
    });
}

fn under_load_nothing_is_mixed() {
    const LENGTH: usize = 50_000;
    let folder = Folder::new();
    folder.file("a", "o".repeat(LENGTH));
    let porthole = Porthole::with(&folder, &LOAD);
    let mut client = porthole.client();
    warm(&porthole);
    folder.file("b", "n".repeat(LENGTH));
    fs::rename(folder.join("b"), folder.join("a")).unwrap();
    let changed = Instant::now();
    loop {
        let body = client.get("/a", "").body;
        assert_eq!(body.len(), LENGTH);
        assert!(body.iter().all(|byte| *byte == body[0]), "mixed");
        if body[0] == b'n' {
            break;
        }
        assert!(changed.elapsed() < SOON, "still the old one");
    }
}

/// Links to one file: to the cache they are files of their own.
fn a_hundred_thousand_paths_stay_within_the_cache() {
    const PATHS: usize = 100_000;
    const BATCH: usize = 100;
    const CACHE_MIB: u64 = 2;
    let folder = Folder::new();
    let file = folder.file("0", "x".repeat(1_000));
    // A file system bounds the links to one file; a folder for each few thousand.
    for number in 1..PATHS {
        let (parent, name) = (number / 10_000, number);
        let parent = folder.join(parent.to_string() + "d");
        if !parent.exists() {
            fs::create_dir(&parent).unwrap();
            fs::copy(&file, parent.join("0")).unwrap();
        }
        fs::hard_link(parent.join("0"), parent.join(name.to_string())).unwrap();
    }
    let cache = CACHE_MIB.to_string();
    let flags = [&LOAD[..], &["--cache", &cache]].concat();
    let porthole = Porthole::with(&folder, &flags);
    let mut client = porthole.client();
    let mut ask = |numbers: std::ops::Range<usize>| {
        for number in numbers.clone() {
            let parent = number / 10_000;
            client.send(format!(
                "GET /{parent}d/{number} HTTP/1.1\r\nHost: a\r\n\r\n"
            ));
        }
        for number in numbers {
            assert_eq!(client.read().body.len(), 1_000, "{number}");
        }
    };
    ask(1..BATCH);
    let before = porthole.peak_memory();
    for first in (BATCH..PATHS).step_by(BATCH) {
        ask(first..(first + BATCH).min(PATHS));
    }
    // What the allocator's own lists and rounding add.
    let bound = 3 * (CACHE_MIB << 20);
    let grown = porthole.peak_memory() - before;
    eprintln!("{PATHS} paths through a cache of {CACHE_MIB} MiB: {grown} bytes more");
    assert!(grown < bound, "{grown} bytes");
}
