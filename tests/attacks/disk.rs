//! Disks that fail, and disks that are removed.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Folder, Porthole, noise, privileged, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![the_served_folder_is_removed];
    let mounts = Mount::may_be_made();
    let needing: [(&str, fn()); 3] = [
        ("read_errors_of_the_disk", read_errors_of_the_disk),
        ("a_disk_that_is_unmounted", a_disk_that_is_unmounted),
        ("the_served_disk_is_unmounted", the_served_disk_is_unmounted),
    ];
    trials.extend(needing.map(|(name, test)| {
        let path = format!("{}::{name}", module_path!());
        privileged(&path, mounts, "mount disks", test)
    }));
    trials
}

/// A file system on a directory of its own, unmounted when the test is over.
pub struct Mount(PathBuf);

impl Mount {
    pub fn new(arguments: &[&str], path: &Path) -> Self {
        assert!(run("mount", arguments, path), "mount {arguments:?}");
        Self(path.to_owned())
    }

    /// Whether this process has the rights and the programs to mount.
    pub fn may_be_made() -> bool {
        let folder = Folder::new();
        rustix::process::geteuid().is_root()
            && run("mount", &["-t", "tmpfs", "porthole"], folder.path())
            && run("umount", &[], folder.path())
            && run("mkfs.ext2", &["-V"], Path::new(""))
    }

    /// Hides the file system at once. It ends when no one has a file of it open.
    fn take_away(&self) {
        assert!(run("umount", &["--lazy"], &self.0));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        run("umount", &["--lazy"], &self.0);
    }
}

pub fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let mut command = Command::new(program);
    command.args(arguments);
    if !path.as_os_str().is_empty() {
        command.arg(path);
    }
    command.output().is_ok_and(|output| output.status.success())
}

/// The second half of a disk is missing, so reading there is an I/O error. The disk is an
/// image that is cut while it is mounted.
fn read_errors_of_the_disk() {
    const DISK: u64 = 32 << 20;
    const FILM: usize = 20 << 20;
    let images = Folder::new();
    let image = images.sparse("image", DISK);
    assert!(run("mkfs.ext2", &["-q", "-F"], &image));
    let folder = Folder::new();
    let path = folder.folder("disk");
    let image = image.to_str().unwrap();
    let content = noise(FILM);
    let disk = Mount::new(&["-o", "loop", image], &path);
    fs::write(path.join("film"), &content).unwrap();
    // Empties the page cache of the disk.
    drop(disk);
    let disk = Mount::new(&["-o", "loop,ro", image], &path);
    File::options()
        .write(true)
        .open(image)
        .unwrap()
        .set_len(DISK / 3)
        .unwrap();

    let siege = Siege::of(folder);
    let clients = 10;
    let attack = Attack {
        test: "attacks::disk::read_errors_of_the_disk",
        what: "a file whose second half is on a broken part of the disk (EIO)",
        clients,
        outcome: "what can be read, then close; a line in the log",
    };
    // Offset of the first byte that can't be read.
    let broken = Cell::new(0);
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for client in &mut crowd {
            client.send("GET /disk/film HTTP/1.1\r\nHost: a\r\n\r\n");
            assert_eq!(client.head().content_length(false), FILM as u64);
        }
        for client in &mut crowd {
            let body = client.read_to_end();
            broken.set(body.len());
            assert!(
                !body.is_empty() && body.len() < FILM,
                "{} bytes",
                body.len()
            );
            assert!(content.starts_with(&body), "other bytes");
        }
    });
    siege
        .porthole
        .log()
        .wait_for("a file ended or failed early");
    // No byte of the response has been sent yet, so the status can still be an error.
    let mut client = siege.client();
    let first = broken.get();
    for range in [
        format!("{first}-"),
        format!("{first}-{first},{}-", FILM - 1),
    ] {
        let range = format!("Range: bytes={range}\r\n");
        let response = client.get("/disk/film", &range);
        assert_eq!(response.line, "HTTP/1.1 500 Internal Server Error");
        assert_eq!(response.words(), "500 Internal Server Error");
    }
    let words = "500 because reading failed: GET /disk/film HTTP/1.1";
    siege.porthole.log().wait_for(words);
    drop(disk);
}

fn a_disk_that_is_unmounted() {
    const FILM: usize = 20 << 20;
    let folder = Folder::new();
    let disk = Mount::new(&["-t", "tmpfs", "porthole"], &folder.folder("disk"));
    let content = noise(FILM);
    folder.file("disk/film", &content);
    let siege = Siege::of(folder);
    let clients = 10;
    let attack = Attack {
        test: "attacks::disk::a_disk_that_is_unmounted",
        what: "a disk below the folder is unmounted while its files are sent",
        clients,
        outcome: "whole files to who has begun, 404 to who comes after",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for client in &mut crowd {
            client.send("GET /disk/film HTTP/1.1\r\nHost: a\r\n\r\n");
            assert_eq!(client.head().content_length(false), FILM as u64);
        }
        disk.take_away();
        assert_eq!(siege.porthole.get("/disk/film").status, 404);
        for client in &mut crowd {
            let mut body = vec![0; FILM];
            let mut at = 0;
            while at < FILM {
                let count = client.read_some(&mut body[at..]);
                assert!(count > 0, "cut");
                at += count;
            }
            assert!(body == content, "other bytes");
        }
    });
}

/// The granted directory is a descriptor, so it stays granted even when its path leads
/// elsewhere.
fn the_served_disk_is_unmounted() {
    let folder = Folder::new();
    let path = folder.folder("disk");
    let disk = Mount::new(&["-t", "tmpfs", "porthole"], &path);
    folder.file("disk/a", "on the disk");
    let porthole = Porthole::with(&path, &reloading(&folder));
    assert_eq!(porthole.get("/a").text(), "on the disk");
    disk.take_away();
    assert_eq!(porthole.get("/a").text(), "on the disk");
    // When the path is opened again, it leads to the directory that the disk had hidden.
    fs::write(path.join("b"), "below").unwrap();
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for("reloaded; ");
    assert_eq!(porthole.get("/a").status, 404);
    assert_eq!(porthole.get("/b").text(), "below");
}

fn the_served_folder_is_removed() {
    const FILM: u64 = 32 << 20;
    let folder = Folder::new();
    let path = folder.folder("served");
    folder.sparse("served/film", FILM);
    let porthole = Porthole::with(&path, &reloading(&folder));
    let mut client = porthole.client();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.head().content_length(false), FILM);
    fs::remove_dir_all(&path).unwrap();
    assert_eq!(client.read_until(FILM), FILM);
    // A mirror would remove its copies if the response were an empty listing or a 404.
    let gone = || {
        for target in ["/", "/film", "/folder/", "/folder"] {
            for method in ["GET", "HEAD"] {
                let response = porthole.client().ask(method, target, "");
                assert_eq!(
                    response.line, "HTTP/1.1 503 Service Unavailable",
                    "{target}"
                );
                assert_eq!(response.field("Retry-After"), Some("1"));
                assert!(response.closes());
            }
        }
    };
    gone();
    porthole
        .log()
        .wait_for("503 because what is served has been removed");
    // A new directory of the same name is another one, and is not served before a reload.
    folder.file("served/film", "another");
    gone();
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for("reloaded; ");
    assert_eq!(porthole.get("/film").text(), "another");
}

/// Flags with which SIGHUP may open a directory that has taken the place of the served
/// one.
fn reloading(parent: &Folder) -> [&str; 2] {
    ["--reload-from", parent.path().to_str().unwrap()]
}
