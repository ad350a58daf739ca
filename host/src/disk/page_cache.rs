//! The kernel's page cache: whether bytes of a file can be sent without waiting for a disk.

use std::fs::File;
use std::io::IoSliceMut;
use std::os::fd::AsRawFd as _;

use rustix::io::{Errno, ReadWriteFlags, preadv2};

use crate::limits::READ_AHEAD_BYTES;

/// `struct cachestat_range`.
#[repr(C)]
struct Range {
    offset: u64,
    length: u64,
}

/// `struct cachestat`, in pages.
#[repr(C)]
#[derive(Default)]
struct Statistics {
    cached: u64,
    dirty: u64,
    writeback: u64,
    evicted: u64,
    recently_evicted: u64,
}

/// Number of cachestat(2) on all architectures.
const CACHESTAT: libc::c_long = 451;

/// Whether the page cache has all pages of a range. A range that is empty, or that goes beyond
/// what a file can have, has none. Returns `None` if the kernel does not say: it is older than
/// Linux 6.5, or the file belongs to another user.
pub(crate) fn has_pages(file: &File, offset: u64, length: u64) -> Option<bool> {
    let Some(pages) = pages(offset, length) else {
        return Some(false);
    };
    let range = Range { offset, length };
    let mut statistics = Statistics::default();
    // SAFETY: the kernel reads the one and writes the other; both are as it defines them, and
    // live beyond the call.
    let outcome = unsafe {
        libc::syscall(
            CACHESTAT,
            file.as_raw_fd(),
            &raw const range,
            &raw mut statistics,
            0,
        )
    };
    (outcome == 0).then_some(statistics.cached >= pages)
}

/// Returns the number of pages that a range touches.
fn pages(offset: u64, length: u64) -> Option<u64> {
    let page = rustix::param::page_size() as u64;
    let last = offset.checked_add(length)?.checked_sub(1)?;
    let (first, last) = (offset.checked_div(page)?, last.checked_div(page)?);
    Some(last.saturating_sub(first).saturating_add(1))
}

/// Whether the kernel has read the pages of a range that it has. It makes place for them before
/// it reads, some at a time and each of these whole: their last bytes tell.
///
/// # Errors
/// [`Errno::OPNOTSUPP`] if the file system does not tell.
pub(crate) fn have_been_read(file: &File, offset: u64, length: u64) -> Result<bool, Errno> {
    let mut left = length;
    while left > 0 {
        let at = offset.saturating_add(left).saturating_sub(1);
        let mut byte = [0];
        let mut byte = [IoSliceMut::new(&mut byte)];
        match preadv2(file, &mut byte, at, ReadWriteFlags::NOWAIT) {
            Ok(1) => {}
            Ok(_) | Err(Errno::AGAIN | Errno::INTR) => return Ok(false),
            Err(error) => return Err(error),
        }
        left = left.saturating_sub(READ_AHEAD_BYTES);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;

    const LENGTH: u64 = 1 << 20;
    const PAGE: u64 = 4096;
    /// Number of the page that nobody has written or read.
    const HOLE: u64 = 64;

    /// A file on a disk of which a page is not in memory.
    fn file() -> File {
        let file = tempfile::tempfile_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        const AFTER: u64 = (HOLE + 1) * PAGE;
        for (from, length) in [(0, HOLE * PAGE), (AFTER, LENGTH - AFTER)] {
            let bytes = vec![7; usize::try_from(length).unwrap()];
            file.write_all_at(&bytes, from).unwrap();
        }
        file
    }

    /// Whether both questions are answered by yes, or `None` where the kernel does not say.
    fn is_at_hand(file: &File, offset: u64, length: u64) -> Option<bool> {
        let has_pages = has_pages(file, offset, length)?;
        Some(has_pages && have_been_read(file, offset, length) == Ok(true))
    }

    #[test]
    fn what_nobody_has_read_is_not_at_hand() {
        let file = file();
        let after = (HOLE + 1) * PAGE;
        for (offset, length, expected) in [
            (0, LENGTH, false),
            (0, HOLE * PAGE, true),
            (0, HOLE * PAGE + 1, false),
            (after - 1, 1, false),
            (after - 1, 2, false),
            (after, PAGE, true),
            (after + 5, LENGTH - after - 5, true),
        ] {
            let is_at_hand = is_at_hand(&file, offset, length);
            assert_eq!(
                is_at_hand.unwrap_or(expected),
                expected,
                "{offset} {length}"
            );
        }
    }

    #[test]
    fn what_a_file_does_not_have_is_not_at_hand() {
        let file = file();
        for (offset, length) in [
            (LENGTH, 1),
            (LENGTH - 1, 2),
            (1 << 40, 1),
            (u64::MAX, 1),
            (u64::MAX - 1, u64::MAX),
            (0, 0),
        ] {
            let is_at_hand = is_at_hand(&file, offset, length);
            assert!(!is_at_hand.unwrap_or_default(), "{offset} {length}");
        }
    }

    /// `OVERLAYFS_SUPER_MAGIC`.
    const OVERLAY: rustix::fs::FsWord = 0x794c_7630;

    /// Where it does not, both tests above hold nothing.
    #[test]
    fn this_kernel_tells() {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        let mut numbers = release.split(['.', '-']).map(|part| part.parse::<u32>());
        let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
            return;
        };
        let file = file();
        // An overlay has no pages of its own: nothing of it is ever at hand.
        let is_overlay = rustix::fs::fstatfs(&file).unwrap().f_type == OVERLAY;
        assert!((major, minor) < (6, 5) || has_pages(&file, 0, 1) == Some(!is_overlay));
    }
}
