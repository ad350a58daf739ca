//! SIGHUP: replacing the component with another version.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Client, Folder, Porthole, TIMEOUT, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        ten_replacements_under_load_fail_no_request,
        open_transfers_finish_on_the_old_version,
        a_failed_reload_leaves_the_old_version_serving,
        a_component_that_cannot_be_read_leaves_the_old_version_serving,
        a_file_that_was_replaced_is_opened_again,
        all_versions_together_keep_the_cap,
        each_version_says_once_that_a_name_is_reserved,
    ]
}

const DONE: &str = "reloaded; open connections finish on the old version";

fn ten_replacements_under_load_fail_no_request() {
    const CLIENTS: usize = 8;
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &["--quiet"]);
    let (address, over, answered) = (
        porthole.address(),
        AtomicBool::new(false),
        AtomicUsize::new(0),
    );
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (over, answered) = (&over, &answered);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    // Every connection is accepted and every request answered.
                    assert_eq!(Client::connect(address).get("/a", "").text(), "a");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 1..=10 {
            let deadline = Instant::now() + TIMEOUT;
            while answered.load(Ordering::Relaxed) < round * CLIENTS && Instant::now() < deadline {
                std::thread::yield_now();
            }
            porthole.signal(Signal::HUP);
            porthole
                .errors()
                .wait_for_several(round, |line| line.contains(DONE), DONE);
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(answered.load(Ordering::Relaxed) >= 10 * CLIENTS, "too slow");
}

fn open_transfers_finish_on_the_old_version() {
    let folder = Folder::new();
    let content = noise(20_000_000);
    folder.file("film", &content);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client
        .send("GET /film HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .head();
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(DONE);
    assert_eq!(porthole.get("/film").body.len(), content.len());
    assert!(client.read_to_end() == content, "cut");
}

fn a_failed_reload_leaves_the_old_version_serving() {
    let folder = Folder::new();
    let served = folder.join("served");
    std::fs::create_dir(&served).unwrap();
    std::fs::write(served.join("a"), "a").unwrap();
    let porthole = Porthole::serving(&served);
    std::fs::rename(&served, folder.join("gone")).unwrap();
    porthole.signal(Signal::HUP);
    porthole
        .errors()
        .wait_for("reload failed, the old version goes on: cannot read");
    assert_eq!(porthole.get("/a").text(), "a");
}

/// A FIFO would wait for a writer, and a huge file would take the memory.
fn a_component_that_cannot_be_read_leaves_the_old_version_serving() {
    let folder = Folder::new();
    folder.file("a", "a");
    let place = Folder::new();
    let component = place.file("component.wasm", porthole::PORTABLE);
    let flags = [
        "--component",
        component.to_str().unwrap(),
        "--reload-from",
        place.path().to_str().unwrap(),
    ];
    let porthole = Porthole::with(&folder, &flags);
    type Put = fn(&Folder);
    let rows: [(Put, &str); 3] = [
        (
            |place| drop(place.fifo("component.wasm")),
            "it is no regular file",
        ),
        (
            |place| drop(place.sparse("component.wasm", 8 << 30)),
            "it is larger than 64 MiB",
        ),
        (
            |place| drop(place.folder("component.wasm")),
            "it is no regular file",
        ),
    ];
    for (put, reason) in rows {
        let _ = std::fs::remove_file(&component);
        put(&place);
        porthole.signal(Signal::HUP);
        porthole.errors().wait_for(reason);
        assert_eq!(porthole.get("/a").text(), "a");
    }
    // What can be read again is loaded again.
    std::fs::remove_dir(&component).unwrap();
    place.file("component.wasm", porthole::PORTABLE);
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(DONE);
}

fn a_file_that_was_replaced_is_opened_again() {
    let folder = Folder::new();
    let story = folder.file("story.mp4", "old");
    // The new file is not the one that was granted.
    let from = folder.path().to_str().unwrap();
    let porthole = Porthole::with(&story, &["--reload-from", from]);
    assert_eq!(porthole.get("/").text(), "old");
    folder.file("new.mp4", "new");
    std::fs::rename(folder.join("new.mp4"), &story).unwrap();
    assert_eq!(porthole.get("/").text(), "old");
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(DONE);
    assert_eq!(porthole.get("/").text(), "new");
}

/// Twenty downloads on each of eight versions would be a hundred and sixty. New
/// connections wait for a free place, except that each worker of a new version takes one.
/// Open connections go on.
fn all_versions_together_keep_the_cap() {
    const CAP: usize = 20;
    const NEWCOMERS: usize = 10;
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let flags = ["--max-connections", "20", "--workers", "1", "--quiet"];
    let porthole = Porthole::with(&folder, &flags);
    let ask = || {
        let mut client = porthole.client();
        client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
        client
    };
    let mut old: Vec<_> = (0..CAP).map(|_| ask()).collect();
    for client in &mut old {
        assert_eq!(client.head().status, 200);
    }
    let mut newcomers = Vec::new();
    let served = |clients: &mut Vec<Client>| {
        let answered = |client: &mut Client| client.has_more_within(TIMEOUT / 2_000);
        clients.iter_mut().map(answered).filter(|yes| *yes).count()
    };
    for version in 1..=2 {
        porthole.signal(Signal::HUP);
        porthole
            .errors()
            .wait_for_several(version, |line| line.contains(DONE), DONE);
        newcomers.extend((0..NEWCOMERS).map(|_| ask()));
        let deadline = Instant::now() + TIMEOUT;
        while served(&mut newcomers) < version {
            assert!(Instant::now() < deadline, "no newcomer is served");
        }
        // No further newcomer is served, although all have had time.
        assert_eq!(served(&mut newcomers), version);
    }
    for client in &mut old {
        assert!(client.read_until(1 << 20) >= 1 << 20, "cut");
    }
    // The waiting newcomers are served as soon as there are free places.
    drop(old);
    for client in &mut newcomers {
        assert_eq!(client.head().status, 200);
    }
}

fn each_version_says_once_that_a_name_is_reserved() {
    let words = "porthole: .porthole in the served folder cannot be reached: \
                 its name is that of what pages load";
    // (what the folder has, what of it is served, a flag, and whether it is said)
    let rows = [
        (".porthole/secret.txt", "", "--hidden", true),
        (".porthole", "", "--quiet", true),
        ("sub/.porthole/secret.txt", "", "--hidden", false),
        (".porthole/secret.txt", "film.mp4", "--hidden", false),
    ];
    each(&rows, |(name, served, flag, is_said)| {
        let folder = Folder::new();
        folder.file("film.mp4", "film");
        folder.file(name, "mine");
        let mut porthole = Porthole::with(folder.join(served), &["--workers", "3", flag]);
        assert_ne!(porthole.get("/.porthole/secret.txt").text(), "mine");
        let mut expected = 0;
        if *is_said {
            porthole.errors().wait_for(words);
            expected = 2;
        }
        porthole.signal(Signal::HUP);
        porthole.errors().wait_for(DONE);
        porthole
            .errors()
            .wait_for_several(expected, |line| line == words, words);
        porthole.signal(Signal::TERM);
        assert!(porthole.wait().success());
        let lines = porthole.errors().to_end();
        let said = lines.iter().filter(|line| *line == words).count();
        assert_eq!(said, expected, "{lines:#?}");
    });
}
