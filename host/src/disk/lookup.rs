//! Path lookup beneath the root.
//!
//! The kernel keeps every path inside (openat2(2) with `RESOLVE_BENEATH`). If it refuses
//! a path because of a link, [`super::links`] walks that path name by name. Each opened
//! file is checked again, so that a file that was exchanged in between is noticed.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, openat2, readlinkat};
use rustix::io::Errno;

use super::file_systems::Device;
use super::granted::{Granted, NOT_OPENED, OUTSIDE, Place, last};
use super::links::{self, path_of};
use super::stat::{Freshness, Stat};
use crate::limits::PATH_BYTES;

/// The file systems that a lookup may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// This one, and none that is mounted below it; else [`OUTSIDE`].
    On(Device),
    /// This one, if the kernel has the path in memory; else [`Errno::AGAIN`].
    Cached(Device),
    /// None, and only about a directory: what the kernel knows of it, which may be outdated;
    /// else [`Errno::AGAIN`].
    Known(Device),
    /// All of them, and the lookup may wait.
    Blocking,
}

/// The longest part of a path that the kernel has in memory.
#[derive(Debug)]
pub(crate) struct Nearest {
    pub(crate) at: OwnedFd,
    pub(crate) device: Device,
    /// The rest of the path.
    pub(crate) rest: Vec<u8>,
}

impl Nearest {
    /// Returns the absolute path of the name that is not in memory.
    pub(crate) fn next_path(&self) -> Option<PathBuf> {
        let name = self.rest.split(|&byte| byte == b'/').next()?;
        let mut path = path_of(self.at.as_fd())?;
        path.push(OsStr::from_bytes(name));
        Some(path)
    }
}

impl Granted {
    /// Returns the metadata of the file that the path leads to.
    pub(crate) fn look(&self, place: Place<'_>, how: How) -> Result<Stat, Errno> {
        if let How::On(device) = how
            && is_name(place.path)
        {
            let stat = Stat::of_name(place.from, place.path, Freshness::Cached)?;
            if stat.device != device {
                return Err(OUTSIDE);
            }
            if !(place.follow && stat.kind == FileType::Symlink) {
                return Ok(stat);
            }
        }
        let file = self.find(place, OFlags::PATH, how)?;
        let stat = stat(file.as_fd(), how)?;
        match how {
            How::Known(_) if !stat.is_directory() => Err(Errno::AGAIN),
            How::Known(_) => Ok(stat.as_known()),
            How::On(_) | How::Cached(_) | How::Blocking => Ok(stat),
        }
    }

    /// Opens a file or a directory for reading, without waiting for a writer or for the
    /// end of a lease.
    pub(crate) fn open(
        &self,
        place: Place<'_>,
        directory: bool,
        how: How,
    ) -> Result<(OwnedFd, Stat), Errno> {
        if matches!(how, How::Known(_)) {
            return Err(Errno::AGAIN);
        }
        let check = |stat: &Stat| match stat.kind {
            FileType::Symlink => Err(Errno::LOOP),
            _ if !stat.may_be_opened() => Err(NOT_OPENED),
            FileType::RegularFile if directory => Err(Errno::NOTDIR),
            _ => Ok(()),
        };
        // Opening a device may have side effects, even if it is closed again at once.
        check(&self.look(place, how)?)?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = self.find(place, flags, how)?;
        let stat = stat(file.as_fd(), how)?;
        check(&stat)?;
        Ok((file, stat))
    }

    /// Returns the target of a link.
    pub(crate) fn read_link(&self, place: Place<'_>, how: How) -> Result<Vec<u8>, Errno> {
        if matches!(how, How::Known(_)) {
            return Err(Errno::AGAIN);
        }
        let place = Place {
            follow: false,
            ..place
        };
        let link = self.find(place, OFlags::PATH, how)?;
        stat(link.as_fd(), how)?;
        match readlinkat(link, c"", Vec::new()) {
            Ok(target) => Ok(target.into_bytes()),
            // readlinkat(2) returns ENOENT for an open file that is not a link.
            Err(Errno::NOENT) => Err(Errno::INVAL),
            Err(error) => Err(error),
        }
    }

    fn find(&self, place: Place<'_>, flags: OFlags, how: How) -> Result<OwnedFd, Errno> {
        let resolve = match how {
            How::On(_) => ResolveFlags::NO_XDEV,
            How::Cached(_) | How::Known(_) => ResolveFlags::CACHED,
            How::Blocking => ResolveFlags::empty(),
        };
        let found = match (self.has_openat2, how) {
            (true, _) => beneath(place, flags, resolve),
            (false, How::Blocking) => Err(OUTSIDE),
            (false, _) => Err(Errno::AGAIN),
        };
        match (found, how) {
            (Err(OUTSIDE), How::Blocking) => links::follow(self, place)?.open(self, flags),
            // Kernels before Linux 5.12 do not know the flag.
            (Err(Errno::INVAL), How::Cached(_) | How::Known(_)) => Err(Errno::AGAIN),
            (found, _) => found,
        }
    }

    /// Finds the longest part of a path that the kernel resolves without asking a file
    /// system.
    pub(crate) fn nearest(&self, place: Place<'_>) -> Option<Nearest> {
        let Place { from, path, follow } = place;
        if !self.has_openat2 || path.len() >= PATH_BYTES || path.starts_with(b"/") {
            return None;
        }
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let mut ends: Vec<usize> = slashes.map(|(index, _)| index).collect();
        ends.push(path.len());
        let cached = |end: usize| {
            let start = path.get(..end).filter(|path| !path.is_empty());
            let place = Place {
                from,
                path: start.ok_or(Errno::NOENT)?,
                follow: follow || end < path.len(),
            };
            beneath(place, OFlags::PATH, ResolveFlags::CACHED)
        };
        let none = Place {
            from,
            path: b".",
            follow: true,
        };
        let mut at = beneath(none, OFlags::PATH, ResolveFlags::CACHED).ok()?;
        // A path in memory has all its parents in memory, so the last part that is found
        // is the longest.
        let count = ends.partition_point(|&end| {
            let found = cached(end).map(|found| at = found);
            found.is_ok()
        });
        let end = count.checked_sub(1).and_then(|last| ends.get(last));
        let rest = path.get(end.copied().unwrap_or(0)..)?;
        let device = Stat::of(&at, Freshness::Cached).ok()?.device;
        let rest = rest.iter().skip_while(|&&byte| byte == b'/');
        let rest = rest.copied().collect();
        Some(Nearest { at, device, rest })
    }
}

/// Returns the metadata of an open file. A lookup that may not wait must have found it on
/// the expected file system.
fn stat(file: BorrowedFd<'_>, how: How) -> Result<Stat, Errno> {
    match how {
        How::Blocking => Stat::of(file, Freshness::Queried),
        How::On(device) | How::Cached(device) | How::Known(device) => {
            let stat = Stat::of(file, Freshness::Cached)?;
            match stat.device == device {
                true => Ok(stat),
                false => Err(OUTSIDE),
            }
        }
    }
}

fn beneath(place: Place<'_>, flags: OFlags, how: ResolveFlags) -> Result<OwnedFd, Errno> {
    let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    openat2(
        place.from,
        place.path,
        flags | last(place.follow) | OFlags::CLOEXEC,
        Mode::empty(),
        inside | how,
    )
}

/// Whether a path is one name, which can only lead to an entry of the directory.
fn is_name(path: &[u8]) -> bool {
    !path.contains(&b'/') && !matches!(path, b"" | b"." | b"..")
}
