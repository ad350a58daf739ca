//! Changes to the directory while it is served.

use super::files::{self, Content, Modified, size};
use super::{Kind, Settings};
use crate::random::Random;
use crate::world::disk::{Disk, Inode, Node, Time};
use crate::world::{MILLISECOND, SECOND};

#[derive(Clone, Debug)]
pub struct Change {
    /// Nanoseconds after the beginning.
    pub at: u64,
    pub path: String,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    /// The name gets another file, is removed, or becomes faulty.
    Put(Content),
    /// The same file is overwritten with another version, size or time.
    Write {
        version: u64,
        size: Option<u64>,
        modified: Option<Modified>,
    },
    /// Another file of the same size and time takes the name.
    Twin { version: u64 },
    /// No descriptor is left, or descriptors are available again.
    Exhausted(bool),
    /// The granted directory is removed.
    Removed,
    /// The wall clock is moved by this number of seconds.
    Clock(i64),
}

pub fn draw(
    kind: Kind,
    settings: &Settings,
    files: &[(String, Content)],
    random: &mut Random,
) -> Vec<Change> {
    let mut changes = Vec::new();
    // A directory with entries can't become a file.
    let is_a_file = |(path, _): &&(String, Content)| !matches!(path.as_str(), "" | "dir");
    let files: Vec<_> = files.iter().filter(is_a_file).collect();
    if kind != Kind::Usual || random.once_in(2) || files.is_empty() {
        return changes;
    }
    // Not before the component has opened the root.
    let mut at = MILLISECOND + 3 * settings.delay;
    for number in 0..random.size(1..6) {
        at += match random.within(0..3) {
            0 => random.within(0..50) * MILLISECOND,
            1 => random.within(0..1_500) * MILLISECOND,
            _ => random.within(0..5) * SECOND,
        };
        let version = (files.len() + number + 1) as u64;
        let path = random.pick(&files).0.clone();
        let (path, what) = match random.within(0..24) {
            0 => (String::new(), What::Exhausted(true)),
            1 => (String::new(), What::Exhausted(false)),
            2 => (String::new(), What::Removed),
            3 => (
                String::new(),
                What::Clock(random.within(0..100) as i64 - 50),
            ),
            _ => (path, on_a_path(random, version)),
        };
        changes.push(Change { at, path, what });
    }
    changes
}

fn on_a_path(random: &mut Random, version: u64) -> What {
    match random.within(0..12) {
        0 => What::Put(Content::Gone),
        1 => What::Put(Content::Faulty(files::fault(random))),
        2 => What::Put(Content::Mended),
        3..6 => What::Put(Content::File {
            size: size(random),
            version,
            modified: Modified::Now,
        }),
        6 | 7 => What::Twin { version },
        8 => What::Write {
            version,
            size: None,
            modified: Some(Modified::Now),
        },
        9 => What::Write {
            version,
            size: Some(size(random)),
            modified: Some(Modified::Now),
        },
        // The time is set back.
        _ => What::Write {
            version,
            size: None,
            modified: None,
        },
    }
}

/// Whether a time identifies a version. Archives set the times of all files to 0 or 1.
fn is_a_date(time: Time) -> bool {
    time > i128::from(SECOND)
}

/// Records that size and time do not show a change, under every name of the file.
fn forge(disk: &mut Disk, path: &str) {
    let links = disk
        .nodes
        .iter()
        .filter(|(_, node)| **node == Node::Link(path.to_owned()));
    let names: Vec<String> = links.map(|(name, _)| name.clone()).collect();
    for name in names.iter().map(String::as_str).chain([path]) {
        disk.history.forge(name);
    }
}

impl Change {
    pub fn apply(&self, disk: &mut Disk, now: u64) {
        match &self.what {
            What::Put(content) => content.put(disk, &self.path, now),
            What::Write {
                version,
                size,
                modified,
            } => {
                let Some(Node::File(number)) = disk.nodes.get(&self.path) else {
                    return;
                };
                let number = *number;
                let time = modified.map(|modified| files::time(disk, modified, now));
                let changed = disk.time(now);
                let before = disk.inode(number);
                let after = Inode {
                    version: *version,
                    size: size.unwrap_or(before.size),
                    modified: time.unwrap_or(before.modified),
                    changed,
                };
                disk.inodes.insert(number, after);
                let alike = before.size == after.size && modified.is_none();
                if alike && is_a_date(after.modified) {
                    forge(disk, &self.path);
                }
            }
            What::Twin { version } => {
                let Some(Node::File(number)) = disk.nodes.get(&self.path) else {
                    return;
                };
                let mut inode = disk.inodes[number];
                inode.version = *version;
                inode.changed = disk.time(now);
                let number = disk.inodes.len() as u64 + 1;
                disk.inodes.insert(number, inode);
                disk.nodes.insert(self.path.clone(), Node::File(number));
                if is_a_date(inode.modified) {
                    forge(disk, &self.path);
                }
            }
            What::Exhausted(exhausted) => disk.exhausted = *exhausted,
            What::Removed => disk.removed = true,
            What::Clock(_) => {}
        }
        disk.remember_all(now);
    }
}
