//! Links that the kernel does not follow beneath a directory, and that stay inside all
//! the same: absolute ones that name what is granted, and such as lead out and in again.
//!
//! The path is gone through name by name, each looked up in the directory before it. So
//! it can be said where it leads without a link; there the kernel opens it, beneath what
//! is granted and without following any, so that whoever changes links meanwhile can only
//! make it fail.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, openat, openat2, readlinkat};
use rustix::io::Errno;

use super::granted::{Granted, OUTSIDE, Place, last};
use super::stat::{Freshness, Stat};
use crate::limits::{PATH_BYTES, SYMLINK_STEPS, SYMLINKS};

type Name = Vec<u8>;

/// Where a path leads.
#[derive(Debug)]
pub(crate) struct End {
    /// The directory that it is in, or itself.
    directory: OwnedFd,
    /// What is not a directory has a name in it.
    name: Option<Name>,
    /// Beneath what is granted.
    path: Vec<u8>,
}

impl End {
    pub(crate) fn open(&self, granted: &Granted, flags: OFlags) -> Result<OwnedFd, Errno> {
        // A link at the end is there to be looked at.
        let flags = flags | last(false) | OFlags::CLOEXEC;
        if granted.has_openat2 {
            let inside = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
            let path = self.path.as_slice();
            return openat2(&granted.directory, path, flags, Mode::empty(), inside);
        }
        let name = self.name.as_deref().unwrap_or(b".");
        openat(&self.directory, name, flags, Mode::empty())
    }
}

/// # Errors
/// [`OUTSIDE`] when it leads out; [`Errno::LOOP`] when that would take too long to find
/// out; and whatever the file system says.
pub(crate) fn follow(granted: &Granted, place: Place<'_>) -> Result<End, Errno> {
    // Only links may lead up: a directory is what it was opened as.
    if place.path.starts_with(b"/") || names(place.path).any(|name| name == b"..") {
        return Err(OUTSIDE);
    }
    match place.path {
        b"" => return Err(Errno::NOENT),
        path if path.contains(&0) => return Err(Errno::INVAL),
        path if path.len() >= PATH_BYTES => return Err(Errno::NAMETOOLONG),
        _ => {}
    }
    let mut walk = Walk::begin(granted, place)?;
    while let Some(name) = walk.rest.pop() {
        walk.step(name, place.follow)?;
    }
    walk.end()
}

struct Walk<'a> {
    granted: &'a Granted,
    /// Of what is granted, and where the walk is: without links, from `/`.
    root: Vec<Name>,
    at: Vec<Name>,
    /// The directory there, while it is inside.
    directory: OwnedFd,
    /// What `at` ends with, if that is no directory.
    name: Option<Name>,
    /// Names to go yet, the next one last.
    rest: Vec<Name>,
    links: usize,
    steps: usize,
}

impl<'a> Walk<'a> {
    fn begin(granted: &'a Granted, place: Place<'_>) -> Result<Self, Errno> {
        let root = granted.place()?;
        let at = match path_of(place.from) {
            Some(at) if at.starts_with(&root) => at,
            // It has been moved away, or there is no /proc to say where it is.
            _ => match Stat::of(place.from, Freshness::Queried)? {
                stat if stat.is_same_object(&Stat::of(&granted.directory, Freshness::Queried)?) => {
                    root.clone()
                }
                _ => return Err(OUTSIDE),
            },
        };
        let mut walk = Self {
            granted,
            directory: step(place.from, b".", OFlags::DIRECTORY)?,
            root,
            at,
            name: None,
            rest: Vec::new(),
            links: 0,
            steps: 0,
        };
        walk.push(place.path);
        Ok(walk)
    }

    fn push(&mut self, path: &[u8]) {
        let names: Vec<Name> = names(path).map(<[u8]>::to_vec).collect();
        self.rest.extend(names.into_iter().rev());
    }

    fn is_inside(&self) -> bool {
        self.at.len() >= self.root.len()
    }

    fn step(&mut self, name: Name, follow: bool) -> Result<(), Errno> {
        self.count()?;
        match name.as_slice() {
            b"" | b"." => Ok(()),
            b".." => {
                self.at.pop();
                self.go_back()
            }
            _ if self.is_inside() => self.enter(name, follow),
            // Outside it is not looked around: only the way back in is known.
            _ if self.root.get(self.at.len()) == Some(&name) => {
                self.at.push(name);
                self.go_back()
            }
            _ => Err(OUTSIDE),
        }
    }

    fn enter(&mut self, name: Name, follow: bool) -> Result<(), Errno> {
        let entry = step(self.directory.as_fd(), &name, OFlags::empty())?;
        let stat = Stat::of(&entry, Freshness::Queried)?;
        let is_last = self.rest.is_empty();
        if stat.kind == FileType::Symlink && (follow || !is_last) {
            return self.follow_link(&entry);
        }
        self.at.push(name.clone());
        match stat.is_directory() {
            true => self.directory = entry,
            false if is_last => self.name = Some(name),
            false => return Err(Errno::NOTDIR),
        }
        Ok(())
    }

    fn follow_link(&mut self, link: &OwnedFd) -> Result<(), Errno> {
        self.links = self.links.saturating_add(1);
        if self.links > SYMLINKS {
            return Err(Errno::LOOP);
        }
        let target = readlinkat(link, c"", Vec::new())?.into_bytes();
        if target.is_empty() {
            return Err(Errno::NOENT);
        }
        if !target.starts_with(b"/") {
            self.push(&target);
            return Ok(());
        }
        match self.granted.inner(&target) {
            Some(inner) => {
                self.at = self.root.clone();
                self.push(inner);
            }
            None => {
                self.at.clear();
                self.push(&target);
            }
        }
        self.go_back()
    }

    /// To the directory at `at`, from what is granted on: no step leads up.
    fn go_back(&mut self) -> Result<(), Errno> {
        let Some(below) = self.at.get(self.root.len()..) else {
            return Ok(());
        };
        let below = below.to_vec();
        let mut directory = step(self.granted.directory.as_fd(), b".", OFlags::DIRECTORY)?;
        for name in below {
            self.count()?;
            directory = step(directory.as_fd(), &name, OFlags::DIRECTORY)?;
        }
        self.directory = directory;
        Ok(())
    }

    fn count(&mut self) -> Result<(), Errno> {
        self.steps = self.steps.saturating_add(1);
        match self.steps > SYMLINK_STEPS {
            true => Err(Errno::LOOP),
            false => Ok(()),
        }
    }

    fn end(self) -> Result<End, Errno> {
        let below = self.at.get(self.root.len()..).ok_or(OUTSIDE)?;
        let path = match below {
            [] => b".".to_vec(),
            below => below.join(&b'/'),
        };
        Ok(End {
            directory: self.directory,
            name: self.name,
            path,
        })
    }
}

impl Granted {
    /// Where it is now, or was when it was opened.
    fn place(&self) -> Result<Vec<Name>, Errno> {
        let known = || self.paths.first().map(|path| names_of(path));
        path_of(self.directory.as_fd())
            .or_else(known)
            .ok_or(OUTSIDE)
    }

    /// The rest of an absolute path that begins with one of ours.
    fn inner<'a>(&self, target: &'a [u8]) -> Option<&'a [u8]> {
        let target = Path::new(std::ffi::OsStr::from_bytes(target));
        let mut inner = self
            .paths
            .iter()
            .filter_map(|path| target.strip_prefix(path).ok());
        inner.next().map(|inner| inner.as_os_str().as_bytes())
    }
}

/// One name in a directory; a link is not followed.
fn step(directory: BorrowedFd<'_>, name: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(directory, name, flags, Mode::empty())
}

fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

fn names_of(path: &Path) -> Vec<Name> {
    let names = names(path.as_os_str().as_bytes()).filter(|name| !name.is_empty());
    names.map(<[u8]>::to_vec).collect()
}

/// Where a directory is, by proc(5); none without it.
fn path_of(directory: BorrowedFd<'_>) -> Option<Vec<Name>> {
    use std::os::fd::AsRawFd as _;
    let link = format!("/proc/self/fd/{}", directory.as_raw_fd());
    let path = std::fs::read_link(link).ok()?;
    path.is_absolute().then(|| names_of(&path))
}
