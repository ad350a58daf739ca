//! Files that change while they are served from the cache.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use libtest_mimic::Trial;

use crate::attacks::disk::{Mount, run};
use crate::support::{Client, Folder, Porthole, SOON, TIMEOUT, each, privileged, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        every_kind_of_change_is_seen_at_once,
        under_load_every_kind_of_change_is_seen_within_a_second,
        under_load_nothing_is_mixed,
        a_hundred_thousand_paths_stay_within_the_cache,
        changes_visible_only_in_ctime,
        changes_visible_only_in_the_inode,
        all_equal_times_have_a_weak_tag,
        a_fresh_file_is_tagged_weakly_and_then_strongly,
        idle_open_files_are_closed,
        kept_files_make_room,
    ];
    trials.push(privileged(
        concat!(module_path!(), "::a_file_system_with_whole_seconds"),
        Mount::may_be_made(),
        "mount disks",
        a_file_system_with_whole_seconds,
    ));
    trials
}

type Change = fn(&Folder);

/// Changes to the file `a`, which holds `old`, with the status and content that follow.
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

/// Sends enough requests that the file system is no longer asked about each of them.
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
            let response = client.get("/a", "");
            if response.field("ETag") != before.field("ETag")
                && (response.status, response.text()) == (*status, *text)
            {
                break;
            }
            assert!(changed.elapsed() < SOON, "still {}", response.text());
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

/// The paths are hard links to one file, but the cache treats each as a file of its own.
fn a_hundred_thousand_paths_stay_within_the_cache() {
    const PATHS: usize = 100_000;
    const BATCH: usize = 100;
    const CACHE_MIB: u64 = 2;
    let folder = Folder::new();
    let file = folder.file("0", "x".repeat(1_000));
    // A file system limits the links to one file, so each few thousand have a directory.
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
    // Allowance for the lists and the rounding of the allocator.
    let bound = 3 * (CACHE_MIB << 20);
    let grown = porthole.peak_memory() - before;
    eprintln!("{PATHS} paths through a cache of {CACHE_MIB} MiB: {grown} bytes more");
    assert!(grown < bound, "{grown} bytes");
}

/// Sizes of files: one that is cached in memory, one that is kept open.
const LENGTHS: [usize; 2] = [1_000, 100_000];

/// Seconds since 1970, a time well in the past.
const THEN: u64 = 1_000_000_000;

fn date(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::open(path).unwrap().set_modified(time).unwrap();
}

/// Requests the file until it consists of `letter`. Each response must be of one letter
/// only.
fn soon(client: &mut Client, letter: u8) {
    let changed = Instant::now();
    loop {
        let body = client.get("/a", "").body;
        assert!(body.iter().all(|byte| *byte == body[0]), "mixed");
        if body[0] == letter {
            return;
        }
        assert!(changed.elapsed() < SOON, "still the old one");
    }
}

/// A file is rewritten in place with the same length, and its time is restored, as rsync
/// `--inplace --times` or a tag editor does.
fn changes_visible_only_in_ctime() {
    each(&LENGTHS, |&length| {
        let folder = Folder::new();
        let path = folder.file("a", "o".repeat(length));
        date(&path, THEN);
        let porthole = Porthole::with(&folder, &LOAD);
        let tag = porthole.strong_tag("/a");
        let mut client = porthole.client();
        for _ in 0..3 {
            assert_eq!(client.get("/a", "").body[0], b'o');
        }
        fs::write(&path, "n".repeat(length)).unwrap();
        date(&path, THEN);
        // The new bytes are served at once. The tag stays the same, because it is made of
        // size and time only. It is weak for as long as the time is not reliable.
        let response = client.get("/a", "");
        assert!(response.body.iter().all(|byte| *byte == b'n'));
        assert_eq!(response.field("ETag"), Some(&*format!("W/{tag}")));

        warm(&porthole);
        fs::write(&path, "m".repeat(length)).unwrap();
        date(&path, THEN);
        soon(&mut client, b'm');
    });
}

/// A link is switched, or a name is taken over, between files whose cached metadata are
/// equal. On a file system with whole seconds, their change times are equal too.
fn changes_visible_only_in_the_inode() {
    type Switch = fn(&Folder);
    let link: Switch = |folder| {
        folder.link("new-link", "versions/n");
        fs::rename(folder.join("new-link"), folder.join("a")).unwrap();
    };
    let name: Switch = |folder| fs::rename(folder.join("versions/n"), folder.join("a")).unwrap();
    let rows = LENGTHS.map(|length| [("link", length, link), ("name", length, name)]);
    each(rows.as_flattened(), |(how, length, switch)| {
        let folder = Folder::new();
        for letter in ["o", "n"] {
            let path = folder.file(format!("versions/{letter}"), letter.repeat(*length));
            date(&path, THEN);
        }
        match *how {
            "link" => drop(folder.link("a", "versions/o")),
            _ => fs::rename(folder.join("versions/o"), folder.join("a")).unwrap(),
        }
        let porthole = Porthole::with(&folder, &LOAD);
        porthole.strong_tag("/a");
        let mut client = porthole.client();
        for _ in 0..3 {
            assert_eq!(client.get("/a", "").body[0], b'o');
        }
        warm(&porthole);
        switch(&folder);
        soon(&mut client, b'n');
    });
}

/// Images, OSTree and Nix set all times alike. No range may be joined to a part that a
/// client already has, but a whole response is never wrong.
fn all_equal_times_have_a_weak_tag() {
    each(&[0, 1], |&seconds| {
        let folder = Folder::new();
        for (name, letter) in [("a", "o"), ("b", "n"), ("usual", "u")] {
            date(&folder.file(name, letter.repeat(1_000)), seconds);
        }
        date(&folder.join("usual"), THEN);
        let porthole = Porthole::serving(&folder);
        porthole.strong_tag("/usual");
        let mut client = porthole.client();
        let old = client.get("/a", "");
        let tag = old.field("ETag").unwrap();
        let modified = old.field("Last-Modified").unwrap();
        assert!(tag.starts_with("W/"), "{tag}");
        fs::rename(folder.join("b"), folder.join("a")).unwrap();
        for condition in [
            format!("If-Range: {tag}"),
            format!("If-Range: {}", tag.trim_start_matches("W/")),
            format!("If-Range: {modified}"),
            format!("If-Unmodified-Since: {modified}"),
        ] {
            let response = client.get("/a", &format!("Range: bytes=500-\r\n{condition}\r\n"));
            assert_eq!(response.status, 200, "{condition}");
            assert_eq!(response.text(), "n".repeat(1_000), "{condition}");
        }
        let insisting = format!("Range: bytes=500-\r\nIf-Match: {tag}\r\n");
        assert_eq!(client.get("/a", &insisting).status, 412);
    });
}

/// Within one step of the file system's clock, the file may be changed again without a
/// new time.
fn a_fresh_file_is_tagged_weakly_and_then_strongly() {
    let folder = Folder::new();
    let path = folder.file("a", "fresh");
    let porthole = Porthole::serving(&folder);
    let fresh = porthole.get("/a");
    let weak = fresh.field("ETag").unwrap();
    let strong = porthole.strong_tag("/a");
    let age = path.metadata().unwrap().modified().unwrap().elapsed();
    assert!(age.unwrap() > Duration::from_secs(2));
    assert_eq!(weak, format!("W/{strong}"));
}

/// The file is rewritten within the second with the same length. The last content must be
/// served.
fn a_file_system_with_whole_seconds() {
    const DISK: u64 = 8 << 20;
    const REWRITES: usize = 60;
    let images = Folder::new();
    let image = images.sparse("image", DISK);
    // Inodes of 128 bytes have no space for fractions of a second.
    assert!(run("mkfs.ext2", &["-q", "-F", "-I", "128"], &image));
    let folder = Folder::new();
    let path = folder.folder("disk");
    let _disk = Mount::new(&["-o", "loop", image.to_str().unwrap()], &path);
    let porthole = Porthole::with(&path, &LOAD);
    let mut client = porthole.client();
    for number in 0..REWRITES {
        let length = LENGTHS[number % 2];
        let content = format!("{number:02}").repeat(length);
        fs::write(path.join("a"), &content).unwrap();
        let response = client.get("/a", "");
        assert_eq!(response.text(), content);
        assert!(response.field("ETag").unwrap().starts_with("W/"));
    }
    let last = client.get("/a", "").body;
    porthole.strong_tag("/a");
    assert!(client.get("/a", "").body == last);
}

/// Tested with and without a connection. The space of a removed file is freed, and its
/// disk can be unmounted.
fn idle_open_files_are_closed() {
    each(&[true, false], |&connected| {
        let folder = Folder::new();
        date(&folder.file("a", "x".repeat(1_000_000)), THEN);
        let porthole = Porthole::with(&folder, &LOAD);
        porthole.strong_tag("/a");
        let mut client = porthole.client();
        assert_eq!(client.get("/a", "").body.len(), 1_000_000);
        let open = || porthole.open_below(folder.path()).len();
        assert_eq!(open(), 1, "it is kept for the next request");
        fs::remove_file(folder.join("a")).unwrap();
        let client = connected.then_some(client);
        let deadline = Instant::now() + TIMEOUT;
        while open() > 0 {
            assert!(Instant::now() < deadline, "still open");
            std::thread::yield_now();
        }
        if let Some(mut client) = client {
            assert_eq!(client.get("/a", "").status, 404);
        }
    });
}

/// A cached open file is closed so that a requested file can be opened.
fn kept_files_make_room() {
    let folder = Folder::new();
    for name in ["a", "b"] {
        date(&folder.file(name, name.repeat(100_000)), THEN);
    }
    let porthole = Porthole::with(&folder, &LOAD);
    // One connection, because another one that ends gives its number back too late.
    let mut client = porthole.client();
    client.strong_tag("/a");
    assert_eq!(client.get("/a", "").status, 200);
    let used = porthole.descriptors();
    let next = (0..).find(|number| !used.contains(number)).unwrap();
    // Computes the limit at which no file can have the next number: an eighth of the
    // limit is for connections.
    let limit = (next..).find(|limit| limit - limit.div_ceil(8) == next);
    let maximum = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    porthole.limit_descriptors(Some(rustix::process::Rlimit {
        current: limit,
        maximum,
    }));
    assert_eq!(client.get("/b", "").text(), "b".repeat(100_000));
}
