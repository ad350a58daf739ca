//! A file system whose replies a test can delay: FUSE, with this process as its server.
//!
//! It implements the kernel protocol itself (linux/fuse.h, version 7.31), because the
//! crates for it contain far more than the ten messages that a reader needs.

mod served;

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use super::{Folder, TIMEOUT, noise};
use served::{FILM_BYTES, Served};

/// Operation that the kernel requests from a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    Lookup,
    /// Lookup of a name that begins with `late`.
    LateLookup,
    Attributes,
    Open,
    Read,
    ReadDirectory,
    /// statfs(2).
    Kind,
    /// Of a close.
    Flush,
}

/// A mounted file system, unmounted when the test is over.
pub struct Fuse {
    path: PathBuf,
    gate: Arc<Gate>,
    film: Arc<[u8]>,
}

impl Fuse {
    /// Whether this process has the right to mount one.
    pub fn may_be_mounted() -> bool {
        let folder = Folder::new();
        Self::try_mount(folder.path()).is_ok()
    }

    pub fn mount(path: &Path) -> Self {
        Self::try_mount(path).expect("FUSE can be mounted")
    }

    fn try_mount(path: &Path) -> io::Result<Self> {
        let kernel = File::options().read(true).write(true).open("/dev/fuse")?;
        let options = format!(
            "fd={},rootmode=40755,user_id=0,group_id=0,allow_other",
            kernel.as_raw_fd()
        );
        mount(c"fuse", path, &options)?;
        let film: Arc<[u8]> = noise(FILM_BYTES).into();
        let gate = Arc::default();
        let served = Arc::new(Served {
            kernel,
            gate: Arc::clone(&gate),
            film: Arc::clone(&film),
        });
        std::thread::spawn(move || served.serve());
        let path = path.to_owned();
        Ok(Self { path, gate, film })
    }

    /// Mounts an overlay of this file system, which shows the same files, and an empty folder.
    pub fn overlay(&self, empty: &Path, at: &Path) -> io::Result<Overlay> {
        let layers = format!("lowerdir={}:{}", self.path.display(), empty.display());
        mount(c"overlay", at, &layers)?;
        Ok(Overlay(at.to_owned()))
    }

    /// Returns the content that every film has.
    pub fn film(&self) -> &[u8] {
        &self.film
    }

    /// Delays the replies to this operation from now on, until the guard is dropped.
    pub fn hold_back(&self, operation: Operation) -> HeldBack<'_> {
        self.gate.change(|held| held.closed.insert(operation));
        HeldBack(&self.gate)
    }
}

/// A mounted overlay, unmounted when it is dropped.
pub struct Overlay(PathBuf);

impl Drop for Fuse {
    fn drop(&mut self) {
        unmount(&self.path);
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        unmount(&self.0);
    }
}

fn unmount(path: &Path) {
    let path = c_string(path);
    // SAFETY: the path is a string that ends with NUL.
    unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
}

fn mount(kind: &std::ffi::CStr, path: &Path, options: &str) -> io::Result<()> {
    let (path, options) = (c_string(path), c_string(options.as_ref()));
    let flags = libc::MS_RDONLY | libc::MS_NOSUID | libc::MS_NODEV;
    // SAFETY: all are strings that end with NUL, as these file systems expect their options.
    let result = unsafe {
        libc::mount(
            c"porthole".as_ptr(),
            path.as_ptr(),
            kind.as_ptr(),
            flags,
            options.as_ptr().cast(),
        )
    };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

pub fn c_string(path: &Path) -> std::ffi::CString {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::CString::new(path.as_os_str().as_bytes()).unwrap()
}

/// Guard: operations wait while it lives.
pub struct HeldBack<'a>(&'a Gate);

impl HeldBack<'_> {
    /// Waits until `count` operations wait for a reply.
    pub fn wait_for(&self, count: usize) {
        let deadline = Instant::now() + TIMEOUT;
        let mut held = self.0.held.lock().unwrap();
        while held.waiting < count {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let waiting = held.waiting;
                // A panic that holds the lock would poison it. Then the drop of this guard would
                // panic as well, which ends the process, and with it all tests.
                drop(held);
                panic!("{waiting} operations of {count}");
            }
            (held, _) = self.0.changed.wait_timeout(held, left).unwrap();
        }
    }
}

impl Drop for HeldBack<'_> {
    fn drop(&mut self) {
        self.0.change(|held| held.closed.clear());
    }
}

#[derive(Default)]
struct Gate {
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    closed: HashSet<Operation>,
    waiting: usize,
}

impl Gate {
    fn change<T>(&self, change: impl FnOnce(&mut Held) -> T) {
        change(&mut self.held.lock().unwrap());
        self.changed.notify_all();
    }

    fn is_closed(&self, operation: Option<Operation>) -> bool {
        let held = self.held.lock().unwrap();
        operation.is_some_and(|operation| held.closed.contains(&operation))
    }

    fn wait(&self, operation: Option<Operation>) {
        self.change(|held| held.waiting += 1);
        let held = self.held.lock().unwrap();
        let closed =
            |held: &mut Held| operation.is_some_and(|operation| held.closed.contains(&operation));
        drop(self.changed.wait_while(held, closed).unwrap());
        self.change(|held| held.waiting -= 1);
    }
}
