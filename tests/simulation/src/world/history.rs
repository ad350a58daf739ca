//! The history of every path, against which responses are checked.

use std::collections::BTreeMap;

use super::disk::{Disk, Node};
use super::faults::{Status, statuses};

/// The thing that a path led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Version and size, where it led to a file.
    pub file: Option<(u64, u64)>,
    pub is_folder: bool,
    /// Statuses that are right for a plain GET.
    pub statuses: Vec<Status>,
    /// Whether reading fails somewhere.
    pub breaks: bool,
}

/// Statuses that are right when reading a file fails.
const READ_STATUSES: [Status; 3] = [500, 503, 403];

#[derive(Default)]
pub struct History {
    paths: BTreeMap<String, Vec<(u64, Past)>>,
    /// Paths where size and times were set so that they do not show a change.
    forged: Vec<String>,
}

impl History {
    /// Returns everything that a path has led to between two times.
    pub fn between<'a>(
        &'a self,
        path: &str,
        from: u64,
        to: u64,
    ) -> impl Iterator<Item = &'a Past> + use<'a> {
        let all = self.paths.get(path).map_or(&[][..], Vec::as_slice);
        // The last that began before, and all that began within.
        let first = all.iter().rposition(|(at, _)| *at <= from).unwrap_or(0);
        let within = all.iter().skip(first).take_while(move |(at, _)| *at <= to);
        within.map(|(_, past)| past)
    }

    pub fn forge(&mut self, path: &str) {
        self.forged.push(path.to_owned());
    }

    pub fn is_forged(&self, path: &str) -> bool {
        self.forged.iter().any(|forged| forged == path)
    }

    /// Whether the path ever existed.
    pub fn knows(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }
}

impl Disk {
    /// Records what a path leads to from now on. Must be called after each change.
    pub fn remember(&mut self, path: &str, now: u64) {
        let past = self.present(path);
        let all = self.history.paths.entry(path.to_owned()).or_default();
        if all.last().is_none_or(|(_, last)| *last != past) {
            all.push((now, past));
        }
    }

    /// Does the same for every known path.
    pub fn remember_all(&mut self, now: u64) {
        let known = self.history.paths.keys().chain(self.nodes.keys());
        let mut paths: Vec<String> = known.cloned().collect();
        paths.dedup();
        for path in paths {
            self.remember(&path, now);
        }
    }

    fn present(&self, path: &str) -> Past {
        let mut past = Past {
            file: None,
            is_folder: false,
            statuses: vec![404],
            breaks: false,
        };
        let fault = self.faults.get(path);
        past.breaks = fault.is_some_and(|fault| fault.read.is_some());
        if self.removed {
            past.statuses = vec![503];
            // What is open is still read.
            if past.breaks {
                past.statuses.extend(READ_STATUSES);
            }
            return past;
        }
        match self.stat(path) {
            Err(code) => past.statuses = statuses(&code).into(),
            Ok(_) => match self.find(path) {
                Some((_, Node::File(number))) => {
                    let inode = self.inodes[number];
                    past.file = Some((inode.version, inode.size));
                    past.statuses = vec![200];
                }
                Some((_, Node::Folder | Node::Crowd(_))) => {
                    past.is_folder = true;
                    past.statuses = vec![200];
                }
                _ => {}
            },
        }
        if past.statuses == [200] {
            if let Err(code) = self.may_open(path) {
                past.statuses = statuses(&code).into();
                // A cached file needs no descriptor.
                past.statuses.extend(self.exhausted.then_some(200));
                if self.exhausted && past.breaks {
                    past.statuses.extend(READ_STATUSES);
                }
            } else if let Some(fault) = fault {
                if let Some((after, code)) = &fault.list
                    && self.names(path).len() >= *after
                {
                    // An open directory exists, so a 404 would be wrong.
                    let told = statuses(code).iter().filter(|status| **status != 404);
                    past.statuses = told.copied().chain([500]).collect();
                }
                if past.breaks {
                    past.statuses.extend(READ_STATUSES);
                }
            }
        }
        past
    }
}
