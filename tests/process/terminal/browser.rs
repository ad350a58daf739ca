//! `--open`. The program that opens browsers is a script of this test.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_browser_gets_the_address,
        a_browser_that_fails_is_said_and_holds_up_nothing,
    ]
}

/// Makes a folder of programs with an `xdg-open` that runs `script`.
fn opener(folder: &Folder, script: &str) -> PathBuf {
    let file = folder.file("programs/xdg-open", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
    file.parent().unwrap().to_owned()
}

fn command(programs: &Path, flags: &[&str]) -> std::process::Command {
    let system = std::env::var("PATH").unwrap();
    let mut command = Porthole::command();
    command
        .env("PATH", format!("{}:{system}", programs.display()))
        .args([".", "--port", "0", "--workers", "1", "--open"])
        .args(flags);
    command
}

fn the_browser_gets_the_address() {
    let folder = Folder::new();
    let asked = folder.join("asked");
    let script = format!("echo \"$1\" > {0}.new && mv {0}.new {0}", asked.display());
    let programs = opener(&folder, &script);
    let rows: [&[&str]; 3] = [&[], &["--quiet"], &["--bind", "127.0.0.2"]];
    each(&rows, |flags| {
        let porthole = Porthole::start(command(&programs, flags));
        let deadline = Instant::now() + TIMEOUT;
        let url = loop {
            if let Ok(url) = std::fs::read_to_string(&asked) {
                break url;
            }
            assert!(
                Instant::now() < deadline,
                "{:?}",
                porthole.errors().so_far()
            );
            std::thread::yield_now();
        };
        std::fs::remove_file(&asked).unwrap();
        assert_eq!(url.trim_end(), porthole.url("/"));
        assert_eq!(porthole.get("/").status, 200);
    });
}

fn a_browser_that_fails_is_said_and_holds_up_nothing() {
    let folder = Folder::new();
    let programs = opener(&folder, "exit 3");
    let porthole = Porthole::start(command(&programs, &[]));
    let expected = format!(
        "porthole: no browser was opened: xdg-open: exit status: 3; open {} yourself",
        porthole.url("/")
    );
    porthole.errors().wait_for(&expected);
    assert_eq!(porthole.get("/").status, 200);

    let mut without = command(&programs, &[]);
    without.env("PATH", folder.folder("nothing"));
    let porthole = Porthole::start(without);
    porthole
        .errors()
        .wait_for("porthole: no browser was opened: xdg-open: No such file or directory");
    assert_eq!(porthole.get("/").status, 200);

    // One that never ends.
    let programs = opener(&folder, "exec sleep 1000");
    let mut porthole = Porthole::start(command(&programs, &[]));
    assert_eq!(porthole.get("/").status, 200);
    porthole.signal(rustix::process::Signal::TERM);
    assert!(porthole.wait().success());
}
