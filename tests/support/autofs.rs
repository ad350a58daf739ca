//! An automount that never gets its file system: autofs, with this process as its daemon.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::os::fd::{AsRawFd as _, FromRawFd};
use std::path::{Path, PathBuf};

use super::Folder;
use super::fuse::c_string;

/// A mounted autofs. Whoever enters it waits until it is dropped. Processes of this
/// process's group count as the daemon, and enter it at once.
pub struct Autofs {
    path: PathBuf,
    requests: PipeReader,
    _kernel: PipeWriter,
}

impl Autofs {
    /// Whether this process has the right to mount one.
    pub fn may_be_mounted() -> bool {
        let folder = Folder::new();
        Self::try_mount(folder.path()).is_ok()
    }

    pub fn mount(path: &Path) -> Self {
        Self::try_mount(path).expect("autofs can be mounted")
    }

    fn try_mount(path: &Path) -> io::Result<Self> {
        let (requests, kernel) = packets()?;
        // SAFETY: the call takes and changes nothing.
        let group = unsafe { libc::getpgrp() };
        let options = format!(
            "fd={},pgrp={group},minproto=5,maxproto=5,direct",
            kernel.as_raw_fd()
        );
        let (place, options) = (c_string(path), c_string(options.as_ref()));
        // SAFETY: all are strings that end with NUL, as autofs expects its options.
        let result = unsafe {
            libc::mount(
                c"porthole".as_ptr(),
                place.as_ptr(),
                c"autofs".as_ptr(),
                0,
                options.as_ptr().cast(),
            )
        };
        match result {
            0 => Ok(Self {
                path: path.to_owned(),
                requests,
                _kernel: kernel,
            }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Waits until someone enters it.
    pub fn wait_for_request(&mut self) {
        // struct autofs_v5_packet has 300 bytes and some padding.
        let count = self.requests.read(&mut [0; 512]).unwrap();
        assert!(count > 0, "the kernel has closed the pipe");
    }
}

impl Drop for Autofs {
    fn drop(&mut self) {
        /// `AUTOFS_IOC_CATATONIC` of linux/auto_fs.h: whoever waits gets ENOENT.
        const GIVE_UP: libc::Ioctl = 0x9362;
        if let Ok(directory) = File::open(&self.path) {
            // SAFETY: the request takes nothing.
            unsafe { libc::ioctl(directory.as_raw_fd(), GIVE_UP, 0) };
        }
        let path = c_string(&self.path);
        // SAFETY: the path is a string that ends with NUL.
        unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
    }
}

/// Creates a pipe that keeps packets apart, as autofs expects it.
fn packets() -> io::Result<(PipeReader, PipeWriter)> {
    let mut ends = [0; 2];
    // SAFETY: the call fills two numbers.
    let result = unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_DIRECT) };
    match result {
        // SAFETY: these are two new descriptors that no one else has.
        0 => Ok(unsafe {
            (
                FromRawFd::from_raw_fd(ends[0]),
                FromRawFd::from_raw_fd(ends[1]),
            )
        }),
        _ => Err(io::Error::last_os_error()),
    }
}
