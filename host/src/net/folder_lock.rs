//! A lock by which processes that make sockets in one folder take turns.

use std::fs::File;
use std::path::Path;
use std::thread;
use std::time::Instant;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::limits::{FOLDER_LOCK_INTERVAL, FOLDER_LOCK_TIMEOUT};

/// A held lock of a folder: flock(2). Dropping it lets the next process have it.
///
/// To replace a socket that was left behind takes several calls: ask whether anybody listens,
/// remove the file, bind, listen. Two processes that did them at once would each take the
/// other's socket for one that was left behind. A lock on the folder needs no file of its own,
/// and ends with the process.
#[derive(Debug)]
pub(super) struct FolderLock(#[allow(dead_code, reason = "it is held")] File);

impl FolderLock {
    /// Waits for the lock of the folder that has `path`. Returns `None` if it cannot be had:
    /// where folders have no locks, or cannot be read, or where a stranger holds on to it.
    /// Anyone who can read a folder can do that, and must not be able to prevent a start.
    pub(super) fn beside(path: &Path) -> Option<Self> {
        let folder = match path.parent()? {
            folder if folder.as_os_str().is_empty() => Path::new("."),
            folder => folder,
        };
        let folder = File::open(folder).ok()?;
        let deadline = Instant::now().checked_add(FOLDER_LOCK_TIMEOUT)?;
        loop {
            match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Some(Self(folder)),
                Err(Errno::WOULDBLOCK | Errno::INTR) if Instant::now() < deadline => {
                    thread::sleep(FOLDER_LOCK_INTERVAL);
                }
                Err(_) => return None,
            }
        }
    }
}
