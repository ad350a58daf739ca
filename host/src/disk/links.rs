//! Links that the kernel refuses to follow beneath a directory although they stay inside:
//! absolute links that name the root, and links that lead out of it and in again.
//!
//! The path is walked name by name, and each name is looked up in the directory before
//! it. The result is a path without links. The kernel then opens that path, beneath the
//! root and without following links, so a process that changes links meanwhile can only
//! make it fail.
//!
//! A thread that may wait walks any path. The serving thread walks what the kernel has in
//! memory, so that it knows which file system a link leads to before anyone waits for it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, openat, openat2, readlinkat};
use rustix::io::Errno;

use super::file_systems::{Device, FileSystems, Route};
use super::granted::{Granted, OUTSIDE, Place, last};
use super::stat::{Freshness, Stat};
use crate::limits::{PATH_BYTES, SYMLINK_STEPS, SYMLINKS};

type Name = Vec<u8>;

/// The file or directory that a path leads to.
#[derive(Debug)]
pub(crate) struct End {
    /// The directory that contains it, or that it is.
    directory: OwnedFd,
    /// Name in that directory, unless it is a directory itself.
    name: Option<Name>,
    /// Path relative to the root.
    pub(crate) path: Vec<u8>,
}

impl End {
    pub(crate) fn open(&self, granted: &Granted, flags: OFlags) -> Result<OwnedFd, Errno> {
        // A link at the end is not followed: the caller wants to look at the link itself.
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

/// The steps that a walk may take.
#[derive(Clone, Copy, Debug)]
enum Steps<'a> {
    /// All of them, and it may wait.
    Any,
    /// Steps for which the kernel asks no file system, except one that answers at once.
    InMemory(&'a FileSystems),
}

/// Reason why a walk in memory has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// This file system must be asked for the next step.
    At(Device),
    Error(Errno),
}

/// Walks a path to its end.
///
/// # Errors
/// [`OUTSIDE`] when the path leads out. [`Errno::LOOP`] when it has too many links or
/// names. Any error of the file system.
pub(crate) fn follow(granted: &Granted, place: Place<'_>) -> Result<End, Errno> {
    walk(granted, place, Steps::Any).map_err(|stop| match stop {
        Stop::Error(error) => error,
        // No such walk stops.
        Stop::At(_) => Errno::AGAIN,
    })
}

/// Walks a path as far as the kernel has it in memory, and returns the path without links
/// relative to the root.
pub(crate) fn follow_in_memory(
    granted: &Granted,
    place: Place<'_>,
    file_systems: &FileSystems,
) -> Result<Vec<u8>, Stop> {
    walk(granted, place, Steps::InMemory(file_systems)).map(|end| end.path)
}

fn walk(granted: &Granted, place: Place<'_>, steps: Steps<'_>) -> Result<End, Stop> {
    check(place).map_err(Stop::Error)?;
    let mut walk = Walk::begin(granted, place, steps)?;
    while let Some(name) = walk.rest.pop() {
        walk.step(name, place.follow)?;
    }
    walk.end()
}

fn check(place: Place<'_>) -> Result<(), Errno> {
    // Only links may lead up: an opened directory must not lead to its parent.
    if place.path.starts_with(b"/") || names(place.path).any(|name| name == b"..") {
        return Err(OUTSIDE);
    }
    match place.path {
        b"" => Err(Errno::NOENT),
        path if path.contains(&0) => Err(Errno::INVAL),
        path if path.len() >= PATH_BYTES => Err(Errno::NAMETOOLONG),
        _ => Ok(()),
    }
}

struct Walk<'a> {
    granted: &'a Granted,
    /// Names of the root's path from `/`; `at` has those of the current position. Both
    /// are free of links.
    root: Vec<Name>,
    at: Vec<Name>,
    /// The directory at that position, while it is inside.
    directory: OwnedFd,
    /// Last name of `at`, unless that is a directory.
    name: Option<Name>,
    /// Names that are left to walk, the next one last.
    rest: Vec<Name>,
    may: Steps<'a>,
    links: usize,
    steps: usize,
}

impl<'a> Walk<'a> {
    fn begin(granted: &'a Granted, place: Place<'_>, may: Steps<'a>) -> Result<Self, Stop> {
        let root = granted.place()?;
        let object = |file| Stat::of(file, Freshness::Cached);
        let at = match path_of(place.from).map(|path| names_of(&path)) {
            Some(at) if at.starts_with(&root) => at,
            // The directory was moved away, or there is no /proc to tell its path.
            _ => match object(place.from)? {
                stat if stat.is_same_object(&object(granted.directory.as_fd())?) => root.clone(),
                _ => return Err(OUTSIDE.into()),
            },
        };
        let mut walk = Self {
            granted,
            directory: may.open(place.from, b".", OFlags::DIRECTORY)?,
            may,
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

    fn step(&mut self, name: Name, follow: bool) -> Result<(), Stop> {
        self.count()?;
        match name.as_slice() {
            b"" | b"." => Ok(()),
            b".." => {
                self.at.pop();
                self.go_back()
            }
            _ if self.is_inside() => self.enter(name, follow),
            // Outside, nothing is looked up: only the names that lead back to the root
            // are known.
            _ if self.root.get(self.at.len()) == Some(&name) => {
                self.at.push(name);
                self.go_back()
            }
            _ => Err(OUTSIDE.into()),
        }
    }

    fn enter(&mut self, name: Name, follow: bool) -> Result<(), Stop> {
        let entry = self
            .may
            .open(self.directory.as_fd(), &name, OFlags::empty())?;
        let stat = Stat::of(&entry, self.may.freshness())?;
        let is_last = self.rest.is_empty();
        if stat.kind == FileType::Symlink && (follow || !is_last) {
            self.may.read_link_on(stat.device)?;
            return self.follow_link(&entry);
        }
        self.at.push(name.clone());
        match stat.is_directory() {
            true => self.directory = entry,
            false if is_last => self.name = Some(name),
            false => return Err(Errno::NOTDIR.into()),
        }
        Ok(())
    }

    fn follow_link(&mut self, link: &OwnedFd) -> Result<(), Stop> {
        self.links = self.links.saturating_add(1);
        if self.links > SYMLINKS {
            return Err(Errno::LOOP.into());
        }
        let target = readlinkat(link, c"", Vec::new())?.into_bytes();
        if target.is_empty() {
            return Err(Errno::NOENT.into());
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

    /// Opens the directory at `at`, starting from the root, so that no step leads up.
    fn go_back(&mut self) -> Result<(), Stop> {
        let Some(below) = self.at.get(self.root.len()..) else {
            return Ok(());
        };
        let below = below.to_vec();
        let root = self.granted.directory.as_fd();
        let mut directory = self.may.open(root, b".", OFlags::DIRECTORY)?;
        for name in below {
            self.count()?;
            directory = self.may.open(directory.as_fd(), &name, OFlags::DIRECTORY)?;
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

    fn end(self) -> Result<End, Stop> {
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
    /// Returns the path of the root now, or as it was when it was opened.
    fn place(&self) -> Result<Vec<Name>, Errno> {
        let known = || self.paths.first().map(|path| names_of(path));
        path_of(self.directory.as_fd())
            .map(|path| names_of(&path))
            .or_else(known)
            .ok_or(OUTSIDE)
    }

    /// Returns the rest of an absolute path that begins with one of the root's paths.
    fn inner<'a>(&self, target: &'a [u8]) -> Option<&'a [u8]> {
        let target = Path::new(std::ffi::OsStr::from_bytes(target));
        let mut inner = self
            .paths
            .iter()
            .filter_map(|path| target.strip_prefix(path).ok());
        inner.next().map(|inner| inner.as_os_str().as_bytes())
    }
}

impl Steps<'_> {
    /// Opens one name in a directory. A link is not followed.
    fn open(self, directory: BorrowedFd<'_>, name: &[u8], flags: OFlags) -> Result<OwnedFd, Stop> {
        let flags = flags | OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = match self {
            Self::Any => openat(directory, name, flags, Mode::empty()),
            Self::InMemory(_) => {
                openat2(directory, name, flags, Mode::empty(), ResolveFlags::CACHED)
            }
        };
        match (opened, self) {
            // Kernels before Linux 5.12 do not know the flag.
            (Err(Errno::AGAIN | Errno::INVAL), Self::InMemory(_)) => {
                Err(Stop::At(Stat::of(directory, Freshness::Cached)?.device))
            }
            (opened, _) => Ok(opened?),
        }
    }

    fn freshness(self) -> Freshness {
        match self {
            Self::Any => Freshness::Queried,
            Self::InMemory(_) => Freshness::Cached,
        }
    }

    /// The kernel keeps the targets of links for disks of this machine only.
    fn read_link_on(self, device: Device) -> Result<(), Stop> {
        match self {
            Self::InMemory(file_systems) => match file_systems.route(device) {
                Route::Inline | Route::InlineIfCached => Ok(()),
                Route::Offload | Route::Unknown => Err(Stop::At(device)),
            },
            Self::Any => Ok(()),
        }
    }
}

impl From<Errno> for Stop {
    fn from(error: Errno) -> Self {
        Self::Error(error)
    }
}

fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

fn names_of(path: &Path) -> Vec<Name> {
    let names = names(path.as_os_str().as_bytes()).filter(|name| !name.is_empty());
    names.map(<[u8]>::to_vec).collect()
}

/// Returns the path of a directory, from proc(5); `None` without it.
pub(crate) fn path_of(directory: BorrowedFd<'_>) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    let link = format!("/proc/self/fd/{}", directory.as_raw_fd());
    let path = std::fs::read_link(link).ok()?;
    path.is_absolute().then_some(path)
}
