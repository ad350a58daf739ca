//! The confined binary: what it prints, and that it serves everything as before.

use std::fs;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Folder, Porthole, needing_landlock, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![confinement_is_optional];
    let confined: [(&str, fn()); 4] = [
        ("every_thread_is_confined", every_thread_is_confined),
        (
            "confinement_keeps_everything_served_readable",
            confinement_keeps_everything_served_readable,
        ),
        (
            "a_replaced_root_is_not_opened",
            a_replaced_root_is_not_opened,
        ),
        (
            "reload_opens_only_below_reload_from",
            reload_opens_only_below_reload_from,
        ),
    ];
    trials.extend(
        confined.map(|(name, test)| needing_landlock(&format!("{}::{name}", module_path!()), test)),
    );
    trials
}

const DONE: &str = "reloaded; open connections finish on the old version";

/// `no_new_privs` is inherited like Landlock's rules, by the thread that set it and the
/// threads that it starts. Of the two, only `no_new_privs` can be observed.
fn every_thread_is_confined() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::serving(&folder);
    for replacements in 0..3 {
        let threads = porthole.of_every_thread("NoNewPrivs");
        // The main thread, two logs, signals, epochs, the acceptor, two workers.
        assert!(threads.len() >= 8, "{threads:?}");
        assert!(threads.iter().all(|set| set == "1"), "{threads:?}");
        assert_eq!(porthole.get("/a").text(), "a");
        porthole.signal(Signal::HUP);
        let done = |line: &str| line.contains(DONE);
        porthole
            .errors()
            .wait_for_several(replacements + 1, done, DONE);
    }
}

fn confinement_is_optional() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &["--no-confine"]);
    let line = porthole.errors().wait_for("  confined ");
    assert_eq!(line, "  confined by the sandbox alone: --no-confine");
    let threads = porthole.of_every_thread("NoNewPrivs");
    assert!(threads.iter().all(|set| set == "0"), "{threads:?}");
    assert_eq!(porthole.get("/a").text(), "a");
}

/// Every other test of the binary runs confined too. This one covers what the kernel
/// could wrongly refuse.
fn confinement_keeps_everything_served_readable() {
    let folder = Folder::new();
    folder.file("root/sub/file", "file");
    folder.link("root/link", "sub/file");
    let served = folder.join("root");
    let porthole = Porthole::serving(&served);
    let line = porthole.errors().wait_for("  confined ");
    assert!(line.starts_with("  confined by Landlock "), "{line}");
    assert_eq!(porthole.get("/link").text(), "file");
    // Later files are below the directory as well, wherever it is moved.
    folder.file("root/new/file", "new");
    assert_eq!(porthole.get("/new/file").text(), "new");
    assert!(porthole.get("/new/").text().contains("file"));
    fs::rename(&served, folder.join("moved")).unwrap();
    assert_eq!(porthole.get("/new/file").text(), "new");
}

/// Rules apply to the directory that existed, not to its name. A directory that takes the
/// place of the granted one is another one.
fn a_replaced_root_is_not_opened() {
    let folder = Folder::new();
    folder.file("releases/1/version", "1");
    folder.file("releases/2/version", "2");
    folder.link("current", "releases/1");
    folder.file("film", "1");
    folder.file("film-2", "2");
    let component = folder.file("component.wasm", porthole::PORTABLE);
    let with_component = ["--component", component.to_str().unwrap()];

    let by_link = Porthole::serving(folder.join("current"));
    let by_file = Porthole::serving(folder.join("film"));
    let by_component = Porthole::with(folder.join("releases/1"), &with_component);
    let replace = |old: &str, new: &str| fs::rename(folder.join(new), folder.join(old)).unwrap();
    folder.link("next", "releases/2");
    replace("current", "next");
    replace("film", "film-2");
    folder.file("component-2.wasm", porthole::PORTABLE);
    replace("component.wasm", "component-2.wasm");
    let rows = [
        (&by_link, "/version", "current"),
        (&by_file, "/", "film"),
        (&by_component, "/version", "component.wasm"),
    ];
    for (porthole, target, name) in rows {
        porthole.signal(Signal::HUP);
        let line = porthole.errors().wait_for("reload failed");
        let path = folder.join(name);
        let reason = format!(
            "porthole: reload failed, the old version goes on: cannot read {}: Permission denied",
            path.display()
        );
        assert!(
            line.starts_with(&reason) && line.contains("--reload-from"),
            "{line}"
        );
        assert_eq!(porthole.get(target).text(), "1", "{name}");
    }
}

fn reload_opens_only_below_reload_from() {
    let folder = Folder::new();
    folder.file("releases/1/version", "1");
    folder.file("releases/2/version", "2");
    folder.link("current", "releases/1");
    let component = folder.file("components/a.wasm", porthole::PORTABLE);
    let flags = [
        ("--reload-from", folder.join("releases")),
        ("--reload-from", folder.join("components")),
        ("--component", component.clone()),
    ];
    let flags: Vec<&str> = flags
        .iter()
        .flat_map(|(flag, value)| [flag, value.to_str().unwrap()])
        .collect();
    let porthole = Porthole::with(folder.join("current"), &flags);
    folder.link("next", "releases/2");
    fs::rename(folder.join("next"), folder.join("current")).unwrap();
    fs::rename(
        folder.file("components/b.wasm", porthole::PORTABLE),
        component,
    )
    .unwrap();
    assert_eq!(porthole.get("/version").text(), "1");
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(DONE);
    assert_eq!(porthole.get("/version").text(), "2");
    // The component sees no more of it than before.
    assert_eq!(porthole.client().get("/../1/version", "").status, 404);
}
