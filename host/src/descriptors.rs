//! The process's descriptors: how many there are, and the part that files may use.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::process::{Resource, getrlimit};

use crate::limits;

/// Whether a file may keep this descriptor. The system gives out the lowest free number,
/// so a high number means that few descriptors are left. Those are reserved for
/// connections.
pub(crate) fn is_for_files(descriptor: impl AsFd) -> bool {
    let Some(all) = most() else {
        return true;
    };
    let kept = all.div_ceil(limits::FD_RESERVE_DIVISOR);
    let number = u64::try_from(descriptor.as_fd().as_raw_fd());
    number.is_ok_and(|number| number < all.saturating_sub(kept))
}

/// Returns the most descriptors that the process may have open.
pub(crate) fn most() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

#[cfg(target_os = "linux")]
pub(crate) use linux::count;
#[cfg(target_os = "linux")]
pub use linux::watch;

/// Does nothing: this system does not tell how many descriptors there are.
#[cfg(not(target_os = "linux"))]
pub fn watch() {}

/// The system does not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn count() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::{Mutex, OnceLock, PoisonError};

    use rustix::fs::{CWD, Dir, Mode, OFlags, openat};

    /// The list of descriptors, opened while the process may still open it. `None` without
    /// `/proc`.
    static LIST: OnceLock<Option<Mutex<Dir>>> = OnceLock::new();

    /// Opens what is needed to count the descriptors of this process for
    /// [`Server::admin`](crate::Server::admin). A process that is confined could not: call it
    /// before, or they are not counted.
    pub fn watch() {
        LIST.get_or_init(|| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let opened = openat(CWD, "/proc/self/fd", flags, Mode::empty());
            Some(Mutex::new(Dir::new(opened.ok()?).ok()?))
        });
    }

    /// Returns the number of open descriptors, or `None` if the list cannot be read.
    pub(crate) fn count() -> Option<u64> {
        watch();
        let list = LIST.get()?.as_ref()?;
        let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
        list.rewind();
        let mut count = 0_u64;
        while let Some(entry) = list.read() {
            let is_number = !entry.ok()?.file_name().to_bytes().starts_with(b".");
            count = count.saturating_add(u64::from(is_number));
        }
        Some(count)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// Other tests open and close files meanwhile.
        #[test]
        fn open_descriptors_are_counted() {
            let before = count().unwrap();
            let many: Vec<_> = std::iter::repeat_with(|| std::fs::File::open("/dev/null"))
                .take(500)
                .collect::<Result<_, _>>()
                .unwrap();
            assert!(count().unwrap() >= before.saturating_add(300));
            drop(many);
        }
    }
}
