//! Directory entries that are not files. Opening one could block, or reading it never
//! end.

use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use libtest_mimic::Trial;
use rustix::fs::{CWD, FileType, Mode, RenameFlags, makedev, mknodat, renameat_with};

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Folder, noise, privileged, trials};

pub fn trials() -> Vec<Trial> {
    let root = rustix::process::geteuid().is_root();
    let devices = privileged(
        concat!(module_path!(), "::devices"),
        root,
        "make devices",
        devices,
    );
    let mut trials = trials![pipes_and_sockets, a_pipe_takes_the_place_of_a_file];
    trials.push(devices);
    trials
}

fn pipes_and_sockets() {
    let folder = Folder::new();
    folder.fifo("fifo");
    folder.link("to-fifo", "fifo");
    let _socket = UnixListener::bind(folder.join("socket")).unwrap();
    let attack = Attack {
        test: "attacks::odd_files::pipes_and_sockets",
        what: "requests for named pipes and sockets, and for links to them",
        clients: scale::connections(),
        outcome: "404",
    };
    all_missing(folder, &attack, &["fifo", "to-fifo", "socket"]);
}

/// Whatever the host has learned about a name, the name may lead to something else when
/// it is opened.
fn a_pipe_takes_the_place_of_a_file() {
    let content = noise(100_000);
    let folder = Folder::new();
    folder.file("file", &content);
    folder.fifo("other");
    let names = ["file", "other"].map(|name| folder.join(name));
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::odd_files::a_pipe_takes_the_place_of_a_file",
        what: "a file and a named pipe change places all the time while both are asked for",
        clients: 20,
        outcome: "the file or 404, and no worker waits",
    };
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let [file, other] = &names;
                renameat_with(CWD, file, CWD, other, RenameFlags::EXCHANGE).unwrap();
            }
        });
        let end = Raise(&over);
        siege.withstand(&attack, || {
            let mut crowd = siege.clients(attack.clients);
            for _ in 0..50 {
                for (number, client) in crowd.iter_mut().enumerate() {
                    let name = ["file", "other"][number % 2];
                    client.send(format!("GET /{name} HTTP/1.1\r\nHost: a\r\n\r\n"));
                }
                for client in &mut crowd {
                    let response = client.read();
                    match response.status {
                        200 => assert!(response.body == content, "other bytes"),
                        status => assert_eq!(status, 404),
                    }
                }
            }
        });
        drop(end);
    });
}

/// Raises the flag even when the test fails, because the thread would not end otherwise.
struct Raise<'a>(&'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn devices() {
    let folder = Folder::new();
    let character = FileType::CharacterDevice;
    let devices = [
        ("null", character, 1, 3),
        ("zero", character, 1, 5),
        ("tty", character, 5, 0),
        ("loop", FileType::BlockDevice, 7, 200),
    ];
    for (name, kind, major, minor) in devices {
        let (path, device) = (folder.join(name), makedev(major, minor));
        mknodat(CWD, path, kind, Mode::RUSR, device).unwrap();
    }
    folder.link("out", "/dev/zero");
    let attack = Attack {
        test: "attacks::odd_files::devices",
        what: "requests for devices, and for a link to one outside",
        clients: scale::connections(),
        outcome: "404",
    };
    all_missing(folder, &attack, &["null", "zero", "tty", "loop", "out"]);
}

/// Checks that no client gets one of these names, and that none is listed.
fn all_missing(folder: Folder, attack: &Attack, names: &[&str]) {
    let siege = Siege::of(folder);
    siege.withstand(attack, || {
        let mut crowd = siege.clients(attack.clients);
        scale::again_and_again(|| {
            for name in names {
                for client in &mut crowd {
                    client.send(format!("GET /{name} HTTP/1.1\r\nHost: a\r\n\r\n"));
                }
                for client in &mut crowd {
                    assert_eq!(client.read().status, 404, "{name}");
                }
            }
        });
    });
    let listing = siege.porthole.get("/");
    for name in names {
        assert!(!listing.text().contains(&format!("\"{name}\"")), "{name}");
    }
}
