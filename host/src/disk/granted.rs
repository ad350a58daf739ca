//! The root, and places beneath it.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;

/// Error for an object that is neither a file nor a directory, as open(2) has for
/// sockets.
pub(crate) const NOT_OPENED: Errno = Errno::NXIO;
/// Error for a path that leads out of the root, or to another file system if that must
/// not be asked.
pub(crate) const OUTSIDE: Errno = Errno::XDEV;

/// The root, and its paths.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) directory: Arc<File>,
    /// Absolute paths of the root. Links may name it by any of them.
    pub(crate) paths: Vec<PathBuf>,
    /// Whether the kernel keeps paths inside by itself (Linux 5.6).
    pub(crate) has_openat2: bool,
}

impl Granted {
    pub(crate) fn new(directory: Arc<File>, paths: Vec<PathBuf>) -> Self {
        let beneath = ResolveFlags::BENEATH;
        let opened = openat2(&directory, c".", OFlags::PATH, Mode::empty(), beneath);
        // Filters of system calls return EPERM for calls that they do not know. If a file
        // was granted, the error is another: a file is not a directory.
        let has_openat2 = !matches!(opened, Err(Errno::NOSYS | Errno::PERM));
        Self {
            directory,
            paths,
            has_openat2,
        }
    }
}

/// A path, and the directory in which it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) from: BorrowedFd<'a>,
    pub(crate) path: &'a [u8],
    /// Whether a link at its end is followed.
    pub(crate) follow: bool,
}

/// Returns the flag that decides whether a link at the end of a path is followed.
pub(super) fn last(follow: bool) -> OFlags {
    match follow {
        true => OFlags::empty(),
        false => OFlags::NOFOLLOW,
    }
}
