//! Files that change or are removed while many clients download them.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Folder, SOON, trials};

pub fn trials() -> Vec<Trial> {
    trials![cut, removed, replaced, written_over, folder_removed]
}

const LENGTH: u64 = 32 << 20;

/// Waits until a change is visible. The bystanders send so many requests that a change
/// may stay unseen for a second.
fn soon(what: &str, seen: impl Fn() -> bool) {
    let changed = Instant::now();
    while !seen() {
        assert!(changed.elapsed() < SOON, "{what} is still as it was");
    }
}

fn film(clients: usize) -> (Siege, usize) {
    let folder = Folder::new();
    folder.sparse("films/film", LENGTH);
    (Siege::of(folder), clients / 5)
}

/// Begins the downloads of all clients and applies `change` to their file. Returns the
/// bytes that each client received, and whether any of them was not 0.
fn downloads(siege: &Siege, clients: usize, change: impl FnOnce(&Path)) -> Vec<(u64, bool)> {
    let mut crowd = siege.clients(clients);
    for client in &mut crowd {
        client.send("GET /films/film HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(client.head().content_length(false), LENGTH);
    }
    change(&siege.folder.join("films/film"));
    let mut piece = vec![0; 1 << 20];
    crowd
        .iter_mut()
        .map(|client| {
            let (mut length, mut other) = (0, false);
            while length < LENGTH {
                let count = client.read_some(&mut piece);
                if count == 0 {
                    break;
                }
                length += count as u64;
                other |= piece[..count].iter().any(|&byte| byte != 0);
            }
            (length, other)
        })
        .collect()
}

/// The content is cut short, so that the client notices. Then the connection is closed.
fn cut() {
    const SHORTER: u64 = 10 << 20;
    let (siege, clients) = film(scale::connections());
    let attack = Attack {
        test: "attacks::changes::cut",
        what: "a file loses its end while it is sent",
        clients,
        outcome: "what is left of it, then close",
    };
    siege.withstand(&attack, || {
        let cut = |path: &Path| {
            let file = File::options().write(true).open(path).unwrap();
            file.set_len(SHORTER).unwrap();
        };
        for (length, _) in downloads(&siege, clients, cut) {
            assert_eq!(length, SHORTER);
        }
    });
    siege
        .porthole
        .log()
        .wait_for("a file ended or failed early");
}

fn removed() {
    let (siege, clients) = film(scale::connections());
    let attack = Attack {
        test: "attacks::changes::removed",
        what: "a file is removed while it is sent",
        clients,
        outcome: "the whole of it to who has begun, 404 to who comes after",
    };
    siege.withstand(&attack, || {
        let remove = |path: &Path| fs::remove_file(path).unwrap();
        let whole = downloads(&siege, clients, remove);
        assert_eq!(whole, vec![(LENGTH, false); clients]);
        soon("/films/film", || {
            siege.porthole.get("/films/film").status == 404
        });
    });
}

fn replaced() {
    let (siege, clients) = film(scale::connections());
    let attack = Attack {
        test: "attacks::changes::replaced",
        what: "a file is replaced by another while it is sent",
        clients,
        outcome: "the old one to who has begun, the new one to who comes after",
    };
    siege.withstand(&attack, || {
        let replace = |path: &Path| {
            let new = siege.folder.file("new", "new");
            fs::rename(new, path).unwrap();
        };
        let old = downloads(&siege, clients, replace);
        assert_eq!(old, vec![(LENGTH, false); clients]);
        soon("/films/film", || {
            siege.porthole.get("/films/film").body == b"new"
        });
    });
}

/// The file is overwritten in place, so no server could send the old content. But the
/// framing stays correct, and the server goes on.
fn written_over() {
    let (siege, clients) = film(scale::connections());
    let attack = Attack {
        test: "attacks::changes::written_over",
        what: "a file is written over in place while it is sent",
        clients,
        outcome: "as many bytes as announced; a new entity tag to who comes after",
    };
    siege.withstand(&attack, || {
        let tag = |siege: &Siege| {
            let response = siege.client().ask("HEAD", "/films/film", "");
            response.field("ETag").unwrap().to_owned()
        };
        let before = tag(&siege);
        let write = |path: &Path| {
            let file = File::options().write(true).open(path).unwrap();
            file.write_all_at(&vec![1; 1 << 20], LENGTH - (1 << 20))
                .unwrap();
        };
        for (length, _) in downloads(&siege, clients, write) {
            assert_eq!(length, LENGTH);
        }
        soon("the tag", || tag(&siege) != before);
    });
}

/// The directory is removed with all its files.
fn folder_removed() {
    let (siege, clients) = film(scale::connections());
    let attack = Attack {
        test: "attacks::changes::folder_removed",
        what: "a folder is removed while its files are sent",
        clients,
        outcome: "whole files to who has begun, 404 to who comes after",
    };
    siege.withstand(&attack, || {
        let remove = |path: &Path| fs::remove_dir_all(path.parent().unwrap()).unwrap();
        let whole = downloads(&siege, clients, remove);
        assert_eq!(whole, vec![(LENGTH, false); clients]);
        for target in ["/films/film", "/films/", "/films"] {
            soon(target, || siege.porthole.get(target).status == 404);
        }
    });
}
