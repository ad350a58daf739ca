//! The served directory.

use super::Kind;
use crate::random::Random;
use crate::world::disk::{Crowd, CrowdKind, Disk, Inode, Node, Time};
use crate::world::faults::{Fault, every};
use crate::world::{EPOCH, MILLISECOND, SECOND};

/// The thing at a path.
#[derive(Clone, Debug)]
pub enum Content {
    File {
        size: u64,
        version: u64,
        modified: Modified,
    },
    Link(String),
    Fifo,
    Folder,
    Crowd(Crowd),
    Gone,
    Faulty(Fault),
    /// An earlier fault is gone.
    Mended,
}

/// Modification time of a file.
#[derive(Clone, Copy, Debug)]
pub enum Modified {
    /// The current time.
    Now,
    /// Seconds after 1970.
    At(i64),
}

/// Paths that may get a file.
const PATHS: [&str; 21] = [
    "film.mp4",
    "notes.txt",
    "notes.txt.gz",
    "index.html",
    "404.html",
    "a b.bin",
    "100%.txt",
    "it's \"here\".txt",
    "\u{fc}ber.txt",
    "a:b.txt",
    "dir/one.txt",
    "dir/two.jpg",
    "dir/deep/three.txt",
    "site/index.html",
    ".hidden.txt",
    "dir/.hidden",
    ".well-known/security.txt",
    "...And Justice.txt",
    "tab\there.txt",
    "back\\slash.txt",
    // A byte that is not UTF-8, as the host passes it on.
    "Bj\u{10fff6}rk.txt",
];

const SIZES: [u64; 14] = [
    0, 1, 9, 300, 5_000, 16_384, 65_535, 65_536, 65_537, 81_920, 100_000, 200_000, 524_288, 700_001,
];

pub fn size(random: &mut Random) -> u64 {
    match random.once_in(5) {
        true => random.within(0..200_000),
        // Large files are rare, because they take the most time.
        false if random.once_in(8) => *random.pick(&SIZES),
        false => *random.pick(&SIZES[..10]),
    }
}

fn modified(random: &mut Random) -> Modified {
    match random.within(0..12) {
        0 => Modified::Now,
        1 => Modified::At(0),
        2 => Modified::At(1),
        3 => Modified::At(-1),
        4 => Modified::At(EPOCH + 1_000),
        _ => Modified::At(EPOCH - random.within(10..1_000_000) as i64),
    }
}

pub fn draw(kind: Kind, random: &mut Random) -> Vec<(String, Content)> {
    let mut files: Vec<(String, Content)> = Vec::new();
    let mut add = |path: &str, content: Content| files.push((path.to_owned(), content));
    for path in PATHS {
        if random.once_in(2) {
            let content = Content::File {
                size: size(random),
                version: 0,
                modified: modified(random),
            };
            add(path, content);
        }
    }
    if random.once_in(6) {
        add("link.txt", Content::Link("notes.txt".to_owned()));
        add("nowhere.txt", Content::Link("gone/gone".to_owned()));
        add("pipe", Content::Fifo);
        add("empty", Content::Folder);
    }
    match kind {
        Kind::Ranges | Kind::Readers => {
            let size = *random.pick(&[2 << 20, 9 << 20, 20 << 20]);
            add("large.mp4", old(size));
        }
        Kind::Names => add("many", Content::Crowd(crowd(CrowdKind::Files, 4_000))),
        Kind::Crowd => {
            let kinds = [CrowdKind::Hidden, CrowdKind::Dangling, CrowdKind::Files];
            let kind = *random.pick(&kinds);
            let count = match kind {
                CrowdKind::Files if random.once_in(3) => random.size(10..8_000),
                CrowdKind::Files => random.size(10..800),
                _ => random.size(10..20_000),
            };
            add("crowd", Content::Crowd(crowd(kind, count)));
        }
        Kind::Usual if random.once_in(5) => {
            let paths: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
            if !paths.is_empty() {
                let path = random.pick(&paths).clone();
                files.push((path, Content::Faulty(fault(random))));
            }
        }
        Kind::Usual if random.once_in(20) => {
            let code = random.pick(&every()).clone();
            let list = Some((random.size(0..4), code));
            let fault = Fault {
                list,
                ..Fault::default()
            };
            add(random.pick::<&str>(&["", "dir"]), Content::Faulty(fault));
        }
        _ => {}
    }
    number(&mut files, 1);
    files
}

fn old(size: u64) -> Content {
    Content::File {
        size,
        version: 0,
        modified: Modified::At(EPOCH - 86_400),
    }
}

fn crowd(kind: CrowdKind, count: usize) -> Crowd {
    Crowd { count, kind }
}

/// Gives every file a version of its own.
pub fn number(files: &mut [(String, Content)], first: u64) {
    for (number, (_, content)) in (first..).zip(files) {
        if let Content::File { version, .. } = content {
            *version = number;
        }
    }
}

pub fn fault(random: &mut Random) -> Fault {
    let mut fault = Fault::default();
    let code = random.pick(&every()).clone();
    match random.within(0..6) {
        0 => fault.stat = Some(code),
        1 | 2 => fault.open = Some(code),
        3 => fault.read = Some((random.within(0..100_000), code)),
        4 => fault.read = Some((0, code)),
        _ => fault.delay = random.within(1..3_000) * MILLISECOND,
    }
    fault
}

impl Content {
    /// Puts it at a path. A file there is replaced, not overwritten.
    pub fn put(&self, disk: &mut Disk, path: &str, now: u64) {
        match self {
            Self::File {
                size,
                version,
                modified,
            } => {
                let number = disk.inodes.len() as u64 + 1;
                let inode = Inode {
                    version: *version,
                    size: *size,
                    modified: time(disk, *modified, now),
                    changed: changed(disk, now),
                };
                disk.inodes.insert(number, inode);
                disk.nodes.insert(path.to_owned(), Node::File(number));
            }
            Self::Link(target) => {
                disk.nodes
                    .insert(path.to_owned(), Node::Link(target.clone()));
            }
            Self::Fifo => {
                disk.nodes.insert(path.to_owned(), Node::Fifo);
            }
            Self::Folder => {
                disk.nodes.insert(path.to_owned(), Node::Folder);
            }
            Self::Crowd(crowd) => {
                disk.nodes.insert(path.to_owned(), Node::Crowd(*crowd));
            }
            Self::Gone => {
                disk.nodes.remove(path);
            }
            Self::Faulty(fault) => {
                disk.faults.insert(path.to_owned(), fault.clone());
                touch(disk, path, now);
            }
            Self::Mended => {
                disk.faults.remove(path);
                touch(disk, path, now);
            }
        }
    }
}

/// Updates the change time of a file, as a change of its permissions does.
fn touch(disk: &mut Disk, path: &str, now: u64) {
    let Some(Node::File(number)) = disk.nodes.get(path) else {
        return;
    };
    let number = *number;
    let changed = changed(disk, now);
    let inode = disk.inode(number);
    disk.inodes.insert(number, Inode { changed, ..inode });
}

/// Returns the change time. Files that exist when the world begins were made long before.
fn changed(disk: &Disk, now: u64) -> Time {
    match now {
        0 => disk.time(0) - 100_000 * i128::from(SECOND),
        now => disk.time(now),
    }
}

pub fn time(disk: &Disk, modified: Modified, now: u64) -> Time {
    match modified {
        Modified::Now => disk.time(now),
        Modified::At(seconds) => i128::from(seconds) * i128::from(SECOND),
    }
}
