//! A file system that is a table of paths, with their targets and their faults.

use std::collections::BTreeMap;

use super::faults::Fault;
use super::history::History;
use super::{EPOCH, SECOND};
use crate::host::ErrorCode;
use crate::random::mix;

/// Nanoseconds since 1970.
pub type Time = i128;

/// The thing that a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// The number of an inode.
    File(u64),
    Folder,
    /// A directory of very many entries, which are named by their numbers.
    Crowd(Crowd),
    /// A symbolic link to a path below the root, or to nothing.
    Link(String),
    Fifo,
}

/// Number and kind of very many entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    pub count: usize,
    pub kind: CrowdKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrowdKind {
    Files,
    Hidden,
    Dangling,
}

/// Content and metadata of a file. Each content has a version of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inode {
    pub version: u64,
    pub size: u64,
    pub modified: Time,
    pub changed: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    Link,
    Fifo,
}

#[derive(Clone, Copy, Debug)]
pub struct Stat {
    pub kind: Kind,
    pub number: u64,
    pub size: u64,
    pub links: u64,
    pub modified: Time,
    pub changed: Time,
}

pub struct Disk {
    pub nodes: BTreeMap<String, Node>,
    pub inodes: BTreeMap<u64, Inode>,
    pub faults: BTreeMap<String, Fault>,
    pub history: History,
    /// Granularity of times, in nanoseconds.
    pub granularity: i128,
    /// Nanoseconds that every operation takes.
    pub delay: u64,
    /// Whether no descriptor is left for another file.
    pub exhausted: bool,
    /// Whether the granted directory is removed.
    pub removed: bool,
    /// Number of files and directories that are held open.
    pub open: usize,
}

/// Most links that are followed in a row.
const LINKS: usize = 8;

impl Disk {
    pub fn new(granularity: i128) -> Self {
        Self {
            nodes: BTreeMap::from([(String::new(), Node::Folder)]),
            inodes: BTreeMap::new(),
            faults: BTreeMap::new(),
            history: History::default(),
            granularity,
            delay: 0,
            exhausted: false,
            removed: false,
            open: 0,
        }
    }

    /// Returns the time as this file system stores it.
    pub fn time(&self, now: u64) -> Time {
        let time = i128::from(EPOCH) * i128::from(SECOND) + i128::from(now);
        time - time.rem_euclid(self.granularity)
    }

    /// Follows links, and returns what a path leads to.
    pub fn find(&self, path: &str) -> Option<(&str, &Node)> {
        let mut path = path;
        for _ in 0..LINKS {
            match self.nodes.get_key_value(path)? {
                (_, Node::Link(target)) => path = target,
                (path, node) => return Some((path, node)),
            }
        }
        None
    }

    fn fault(&self, path: &str) -> Option<&Fault> {
        self.faults.get(path)
    }

    pub fn stat(&self, path: &str) -> Result<Stat, ErrorCode> {
        if self.removed && !path.is_empty() {
            return Err(ErrorCode::NoEntry);
        }
        if let Some(code) = self.fault(path).and_then(|fault| fault.stat.clone()) {
            return Err(code);
        }
        if let Some(stat) = self.crowded(path) {
            return stat;
        }
        let (at, node) = self.find(path).ok_or(ErrorCode::NoEntry)?;
        Ok(match node {
            Node::File(number) => self.stat_inode(*number),
            Node::Folder | Node::Crowd(_) => self.plain(Kind::Folder, at),
            Node::Fifo => self.plain(Kind::Fifo, at),
            Node::Link(_) => self.plain(Kind::Link, at),
        })
    }

    /// Returns an open inode. A file of a crowd is empty.
    pub fn inode(&self, number: u64) -> Inode {
        let time = self.began();
        self.inodes.get(&number).copied().unwrap_or(Inode {
            version: 0,
            size: 0,
            modified: time,
            changed: time,
        })
    }

    /// Returns a time long before the world began.
    fn began(&self) -> Time {
        self.time(0) - 1_000_000 * i128::from(SECOND)
    }

    pub fn stat_inode(&self, number: u64) -> Stat {
        let inode = self.inode(number);
        Stat {
            kind: Kind::File,
            number,
            size: inode.size,
            links: 1,
            modified: inode.modified,
            changed: inode.changed,
        }
    }

    fn plain(&self, kind: Kind, path: &str) -> Stat {
        let time = self.began();
        Stat {
            kind,
            number: path
                .bytes()
                .fold(1, |hash, byte| mix(hash ^ u64::from(byte))),
            size: 4_096,
            links: u64::from(!self.removed),
            modified: time,
            changed: time,
        }
    }

    /// Returns the kind of an entry of a crowd.
    fn crowded(&self, path: &str) -> Option<Result<Stat, ErrorCode>> {
        let (folder, name) = path.rsplit_once('/')?;
        let Some(Node::Crowd(crowd)) = self.nodes.get(folder) else {
            return None;
        };
        let number = name.rsplit('e').next()?.parse::<usize>().ok()?;
        if number >= crowd.count || crowd.name(number) != name {
            return None;
        }
        Some(match crowd.kind {
            CrowdKind::Dangling => Err(ErrorCode::NoEntry),
            CrowdKind::Files | CrowdKind::Hidden => Ok(Stat {
                kind: Kind::File,
                size: 0,
                ..self.plain(Kind::File, path)
            }),
        })
    }

    /// Checks that a path may be opened now.
    pub fn may_open(&self, path: &str) -> Result<Stat, ErrorCode> {
        let stat = self.stat(path)?;
        if let Some(code) = self.fault(path).and_then(|fault| fault.open.clone()) {
            return Err(code);
        }
        if self.exhausted {
            return Err(ErrorCode::InsufficientMemory);
        }
        match stat.kind {
            Kind::File | Kind::Folder => Ok(stat),
            Kind::Link | Kind::Fifo => Err(ErrorCode::NotPermitted),
        }
    }

    /// Returns the names in a directory, in its own order.
    pub fn names(&self, path: &str) -> Vec<String> {
        let Some((path, node)) = self.find(path) else {
            return Vec::new();
        };
        if let Node::Crowd(crowd) = node {
            return (0..crowd.count).map(|number| crowd.name(number)).collect();
        }
        if self.removed {
            return Vec::new();
        }
        let prefix = match path {
            "" => String::new(),
            path => format!("{path}/"),
        };
        let below = self.nodes.range(prefix.clone()..);
        let below = below.take_while(|(path, _)| path.starts_with(&prefix));
        let names = below.filter_map(|(path, _)| path.get(prefix.len()..));
        let mut names: Vec<String> = names
            .filter(|name| !name.is_empty() && !name.contains('/'))
            .map(str::to_owned)
            .collect();
        names.sort_by_key(|name| {
            name.bytes()
                .fold(7, |hash, byte| mix(hash ^ u64::from(byte)))
        });
        names
    }
}

impl Crowd {
    pub fn name(&self, number: usize) -> String {
        match self.kind {
            CrowdKind::Hidden => format!(".e{number}"),
            CrowdKind::Files | CrowdKind::Dangling => format!("e{number}"),
        }
    }
}
