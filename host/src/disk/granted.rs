//! What is granted, and paths beneath it.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;

/// The error for what is neither a file nor a directory: open(2) has it for sockets.
pub(crate) const NOT_OPENED: Errno = Errno::NXIO;
/// The error for what leads out, and for what leads to another file system where that is
/// not to be asked.
pub(crate) const OUTSIDE: Errno = Errno::XDEV;

/// What is granted, and where it is.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) directory: Arc<File>,
    /// Its absolute paths: links may name it by any.
    pub(crate) paths: Vec<PathBuf>,
    /// Whether the kernel keeps paths inside by itself (Linux 5.6).
    pub(crate) has_openat2: bool,
}

impl Granted {
    pub(crate) fn new(directory: Arc<File>, paths: Vec<PathBuf>) -> Self {
        let beneath = ResolveFlags::BENEATH;
        let opened = openat2(&directory, c".", OFlags::PATH, Mode::empty(), beneath);
        // Filters of system calls say EPERM for what they do not know. A granted file is
        // no directory.
        let has_openat2 = !matches!(opened, Err(Errno::NOSYS | Errno::PERM));
        Self {
            directory,
            paths,
            has_openat2,
        }
    }
}

/// A path, and the directory that it begins at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) from: BorrowedFd<'a>,
    pub(crate) path: &'a [u8],
    /// Whether a link at its end is followed.
    pub(crate) follow: bool,
}

/// Whether a link at the end of a path is followed.
pub(super) fn last(follow: bool) -> OFlags {
    match follow {
        true => OFlags::empty(),
        false => OFlags::NOFOLLOW,
    }
}
