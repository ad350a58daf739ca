//! Slow file systems. The other connections of a worker do not wait for them.

use std::os::unix::process::CommandExt as _;
use std::time::Instant;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{
    Autofs, Client, Folder, Fuse, Operation, Porthole, TIMEOUT, each, noise, privileged,
};

pub fn trials() -> Vec<Trial> {
    let mounts = Fuse::may_be_mounted();
    let needing: [(&str, fn()); 10] = [
        (
            "a_listing_shows_what_hangs_or_fails",
            a_listing_shows_what_hangs_or_fails,
        ),
        (
            "a_reload_that_waits_for_the_root_says_so",
            a_reload_that_waits_for_the_root_says_so,
        ),
        (
            "layers_that_hang_hold_up_no_one_else",
            layers_that_hang_hold_up_no_one_else,
        ),
        (
            "a_link_to_what_hangs_holds_up_no_other_link",
            a_link_to_what_hangs_holds_up_no_other_link,
        ),
        (
            "file_systems_that_hang_leave_threads_to_the_others",
            file_systems_that_hang_leave_threads_to_the_others,
        ),
        (
            "a_root_that_hangs_at_a_reload_holds_up_no_signal",
            a_root_that_hangs_at_a_reload_holds_up_no_signal,
        ),
        (
            "a_close_that_hangs_holds_up_no_one_else",
            a_close_that_hangs_holds_up_no_one_else,
        ),
        (
            "whatever_hangs_holds_up_no_one_else",
            whatever_hangs_holds_up_no_one_else,
        ),
        (
            "a_client_that_leaves_while_it_hangs",
            a_client_that_leaves_while_it_hangs,
        ),
        (
            "a_slow_file_system_is_served_whole",
            a_slow_file_system_is_served_whole,
        ),
    ];
    let path = |name| format!("{}::{name}", module_path!());
    let mut all: Vec<Trial> = needing
        .map(|(name, test)| privileged(&path(name), mounts, "mount FUSE", test))
        .into();
    let name = path("an_automount_that_hangs_holds_up_no_one_else");
    let test = an_automount_that_hangs_holds_up_no_one_else;
    all.push(privileged(
        &name,
        Autofs::may_be_mounted(),
        "mount autofs",
        test,
    ));
    all
}

/// More clients than the threads that one file system may occupy.
const CLIENTS: usize = 12;
const LARGE: usize = 32 << 20;

fn ask(porthole: &Porthole, target: &str) -> Client {
    let mut client = porthole.client();
    client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    client
}

fn whatever_hangs_holds_up_no_one_else() {
    let folder = Folder::new();
    folder.file("small", "small");
    let large = noise(LARGE);
    folder.file("large", &large);
    let slow = Fuse::mount(&folder.folder("slow"));
    folder.link("to-slow", folder.path().join("slow/film-2"));
    // All requests go to one worker.
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let rows = [
        (Operation::Lookup, "/slow/film-1"),
        (Operation::Lookup, "/slow/missing"),
        (Operation::Lookup, "/to-slow"),
        (Operation::Attributes, "/slow/film-3"),
        (Operation::Attributes, "/slow/"),
        (Operation::Open, "/slow/film-4"),
        (Operation::Read, "/slow/film-5"),
        (Operation::ReadDirectory, "/slow/folder/"),
    ];
    each(&rows, |&(operation, target)| {
        let mut download = ask(&porthole, "/large");
        assert_eq!(download.head().content_length(false), LARGE as u64);
        let held = slow.hold_back(operation);
        let mut crowd: Vec<Client> = (0..CLIENTS).map(|_| ask(&porthole, target)).collect();
        held.wait_for(1);
        for _ in 0..100 {
            assert_eq!(porthole.get("/small").text(), "small");
            assert_eq!(porthole.get("/none").status, 404);
        }
        let mut body = vec![0; LARGE];
        let mut at = 0;
        while at < LARGE {
            let count = download.read_some(&mut body[at..]);
            assert!(count > 0, "a download was cut");
            at += count;
        }
        assert!(body == large, "other bytes");
        drop(held);
        for client in &mut crowd {
            let response = client.read();
            match target {
                "/slow/missing" => assert_eq!(response.status, 404),
                "/slow/" | "/slow/folder/" => assert_eq!(response.status, 200),
                _ => assert!(response.body == slow.film(), "{}", response.line),
            }
        }
    });
    // The watchdog must not report a failure.
    let errors = porthole.errors().so_far();
    assert!(
        !errors.iter().any(|line| line.contains("failed")),
        "{errors:?}"
    );
}

/// Each of them has as many clients as it may have threads, and more.
fn file_systems_that_hang_leave_threads_to_the_others() {
    let folder = Folder::new();
    folder.link("to-works", folder.path().join("works/film-1"));
    let works = Fuse::mount(&folder.folder("works"));
    let hanging = ["a", "b", "c", "d", "e"].map(|name| Fuse::mount(&folder.folder(name)));
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let held = hanging
        .each_ref()
        .map(|slow| slow.hold_back(Operation::Lookup));
    let mut crowd = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        crowd.extend((0..CLIENTS).map(|_| ask(&porthole, &format!("/{name}/film-1"))));
    }
    held.iter().for_each(|held| held.wait_for(1));
    for path in ["/works/film-1", "/works/folder/inside", "/to-works"] {
        assert_eq!(porthole.get(path).status, 200, "{path}");
    }
    assert!(porthole.get("/works/film-2").body == works.film());
    drop(held);
    for client in &mut crowd {
        assert_eq!(client.read().status, 200);
    }
}

/// Links that lead out of the root and in again are not followed by the kernel.
fn a_link_to_what_hangs_holds_up_no_other_link() {
    let folder = Folder::new();
    folder.file("films/good", "good");
    let (works, hangs) = (folder.folder("works"), folder.folder("hangs"));
    let (works, hangs) = (Fuse::mount(&works), Fuse::mount(&hangs));
    let root = folder.path();
    let up = std::path::Path::new("..").join(root.file_name().unwrap());
    for (name, target) in [
        ("absolute", root.join("films/good")),
        ("out-and-in", up.join("films/good")),
        ("to-films", root.join("films")),
        ("to-works", root.join("works/film-1")),
        ("to-link", root.join("to-hangs")),
        ("to-hangs", root.join("hangs/film-1")),
        ("out-to-hangs", up.join("hangs/film-1")),
    ] {
        folder.link(name, target);
    }
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    each(&["/to-hangs", "/to-link", "/out-to-hangs"], |target| {
        let held = hangs.hold_back(Operation::Lookup);
        let mut crowd: Vec<Client> = (0..CLIENTS).map(|_| ask(&porthole, target)).collect();
        held.wait_for(1);
        for path in ["/absolute", "/out-and-in", "/to-films/good", "/films/good"] {
            assert_eq!(porthole.get(path).text(), "good", "{path}");
        }
        assert!(porthole.get("/to-works").body == works.film());
        drop(held);
        for client in &mut crowd {
            assert!(client.read().body == hangs.film());
        }
    });
}

/// An overlay says nothing about where its layers are.
fn layers_that_hang_hold_up_no_one_else() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    folder.file("small", "small");
    let slow = Fuse::mount(&elsewhere.folder("slow"));
    let overlay = slow.overlay(&elsewhere.folder("empty"), &folder.folder("overlay"));
    let overlay = overlay.expect("an overlay can be mounted");
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    assert!(porthole.get("/overlay/film-0").body == slow.film());
    let rows = [
        (Operation::Lookup, "/overlay/film-1"),
        (Operation::Read, "/overlay/film-2"),
    ];
    each(&rows, |&(operation, target)| {
        let held = slow.hold_back(operation);
        let mut crowd: Vec<Client> = (0..CLIENTS).map(|_| ask(&porthole, target)).collect();
        held.wait_for(1);
        for _ in 0..100 {
            assert_eq!(porthole.get("/small").text(), "small");
        }
        drop(held);
        for client in &mut crowd {
            assert!(client.read().body == slow.film());
        }
    });
    drop(overlay);
}

/// A process that looks at its name waits, too.
fn an_automount_that_hangs_holds_up_no_one_else() {
    let folder = Folder::new();
    folder.file("small", "small");
    let large = noise(LARGE);
    folder.file("large", &large);
    let mut nas = Autofs::mount(&folder.folder("nas"));
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0", "--workers", "1"])
        .process_group(0);
    let mut porthole = Porthole::start(command);
    let mut crowd = vec![ask(&porthole, "/nas/film")];
    nas.wait_for_request();
    crowd.extend((0..CLIENTS).map(|_| ask(&porthole, "/nas")));
    for _ in 0..100 {
        assert_eq!(porthole.get("/small").text(), "small");
        assert_eq!(porthole.get("/none").status, 404);
    }
    assert!(porthole.get("/large").body == large);
    // What is not in memory is looked up by threads, too.
    folder.file("new/new", "new");
    assert_eq!(porthole.get("/new/new").text(), "new");
    drop(nas);
    crowd.iter_mut().for_each(|client| drop(client.read()));
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
}

/// A name is an entry, whatever the file system says about it. A mirror would delete what a
/// listing does not have.
fn a_listing_shows_what_hangs_or_fails() {
    let folder = Folder::new();
    folder.file("small", "small");
    let mounts = ["a", "b", "c"].map(|name| Fuse::mount(&folder.folder(name)));
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    // Names, and whether the listing has a size or a date for them.
    let is = |target: &str, expected: &[(&str, bool)]| {
        let (begun, page) = (Instant::now(), porthole.get(target));
        assert_eq!(page.status, 200, "{target}");
        assert!(begun.elapsed() < TIMEOUT, "{:?}", begun.elapsed());
        let page = page.text();
        for (name, is_known) in expected {
            let row = page.lines().find(|row| row.contains(&format!(">{name}<")));
            let row = row.unwrap_or_else(|| panic!("{name} in {page}"));
            assert_eq!(!row.contains("<td></td><td>-</td>"), *is_known, "{row}");
        }
    };
    let (fails, late) = (
        [("file", false), ("folder/", false)],
        ["late-1", "late-2", "late-3/"],
    );
    is("/a/sick/", &fails);
    is(
        "/a/sick/",
        &[("inside", true), ("late-1", true), ("late-2", true)],
    );
    porthole
        .log()
        .wait_for("Shown without size and date in the listing of /a/sick: 2 entries, the first is");
    let held = mounts[0].hold_back(Operation::LateLookup);
    is("/a/sick/", &fails);
    is("/a/sick/", &late.map(|name| (name, false)));
    drop(held);
    is("/a/", &[("film-1", true), ("folder/", true)]);
    // All that is mounted hangs.
    let operations = [Operation::Lookup, Operation::Attributes];
    let held: Vec<_> = mounts
        .iter()
        .flat_map(|slow| operations.map(|operation| slow.hold_back(operation)))
        .collect();
    for _ in 0..10 {
        is("/", &[("a/", true), ("small", true)]);
        is("/", &[("b/", false), ("c/", false)]);
    }
    drop(held);
}

/// Until the root can be opened again, the old version serves.
fn a_reload_that_waits_for_the_root_says_so() {
    let folder = Folder::new();
    let slow = Fuse::mount(folder.path());
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let held = slow.hold_back(Operation::Attributes);
    porthole.signal(Signal::HUP);
    held.wait_for(1);
    porthole.errors().wait_for("the reload waits for PATH");
    drop(held);
    porthole.errors().wait_for("reloaded");
}

/// A file that no one has requested for a few seconds is closed, which asks the file system.
fn a_close_that_hangs_holds_up_no_one_else() {
    let folder = Folder::new();
    folder.file("small", "small");
    let slow = Fuse::mount(&folder.folder("slow"));
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    assert!(porthole.get("/slow/film-1").body == slow.film());
    let held = slow.hold_back(Operation::Flush);
    held.wait_for(1);
    for _ in 0..100 {
        assert_eq!(porthole.get("/small").text(), "small");
    }
    drop(held);
    assert!(porthole.get("/slow/film-1").body == slow.film());
}

/// The new version asks what kind of file system the root is on.
fn a_root_that_hangs_at_a_reload_holds_up_no_signal() {
    let folder = Folder::new();
    let slow = Fuse::mount(folder.path());
    let mut porthole = Porthole::with(&folder, &["--workers", "1"]);
    let mut idle = porthole.client();
    assert_eq!(idle.get("/folder/inside", "").text(), "inside");
    let held = slow.hold_back(Operation::Kind);
    porthole.signal(Signal::HUP);
    held.wait_for(1);
    porthole.signal(Signal::TERM);
    // The kernel does not let the process go before the file system has answered.
    idle.expect_end();
    drop(held);
    assert!(porthole.wait().success());
}

fn a_client_that_leaves_while_it_hangs() {
    let folder = Folder::new();
    let slow = Fuse::mount(folder.path());
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let rows = [
        (Operation::Lookup, "/film-1"),
        (Operation::Open, "/film-2"),
        (Operation::Read, "/film-3"),
    ];
    each(&rows, |&(operation, target)| {
        let held = slow.hold_back(operation);
        let crowd: Vec<Client> = (0..CLIENTS).map(|_| ask(&porthole, target)).collect();
        held.wait_for(1);
        crowd.into_iter().for_each(Client::reset);
        drop(held);
        assert!(porthole.get(target).body == slow.film());
    });
}

/// The thread that serves must not call such a file system itself, but the files are
/// served all the same.
fn a_slow_file_system_is_served_whole() {
    let folder = Folder::new();
    let slow = Fuse::mount(folder.path());
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let mut client = porthole.client();
    for _ in 0..3 {
        assert!(client.get("/film-1", "").body == slow.film());
        let part = client.get("/film-1", "Range: bytes=1000-300000\r\n");
        assert!(part.body == slow.film()[1_000..=300_000]);
        assert_eq!(client.get("/folder/inside", "").text(), "inside");
        let page = client.get("/", "");
        assert!(page.text().contains("film") && page.text().contains("folder"));
        assert_eq!(client.get("/none", "").status, 404);
    }
    // Unreadable content gives an error, not a wrong response.
    assert_eq!(client.get("/broken", "").status, 500);
    assert_eq!(client.get("/half/", "").status, 500);
    assert_eq!(porthole.get("/folder/inside").text(), "inside");
}
