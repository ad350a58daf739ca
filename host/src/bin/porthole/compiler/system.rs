//! Calls of the operating system that starting and confining a process needs.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, setrlimit};

/// Starts a process that is a copy of this one. Returns `None` in the new process.
///
/// # Errors
/// When the system has no process left.
///
/// # Safety
/// No other thread of this process may hold anything that the new process needs: only the
/// calling thread exists there.
pub(super) unsafe fn fork() -> io::Result<Option<Pid>> {
    // SAFETY: the caller promises what the call needs.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        pid => Ok(Pid::from_raw(pid)),
    }
}

/// Has this process end when `parent` does, which has forked it. The end of the stream to
/// it ends it as well: Landlock keeps the signal of a confined parent from arriving.
///
/// # Errors
/// When the parent has ended already.
pub(super) fn end_with(parent: Pid) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    match rustix::process::getppid() == Some(parent) {
        true => Ok(()),
        false => Err(io::Error::other("its parent has ended")),
    }
}

/// Ends this process at once. Nothing is flushed, and nothing is dropped: what a copy of a
/// process has in its memory belongs to the first one.
pub(super) fn end() -> ! {
    // SAFETY: the function takes a number, and does not return.
    unsafe { libc::_exit(0) }
}

/// Puts a descriptor in the place of one of the three standard ones. The other descriptor
/// stays open.
pub(super) fn duplicate_to(descriptor: impl AsFd, number: RawFd) -> io::Result<OwnedFd> {
    let from = descriptor.as_fd().as_raw_fd();
    // SAFETY: the call takes numbers. No object owns a standard descriptor.
    match unsafe { libc::dup2(from, number) } {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: the call has opened it.
        number => Ok(unsafe { OwnedFd::from_raw_fd(number) }),
    }
}

/// Closes all descriptors but the three standard ones.
///
/// # Safety
/// Nothing that owns another descriptor may be used or dropped afterwards.
pub(super) unsafe fn close_others() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes numbers, and the caller promises that no one uses them.
    if unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, 0) } == 0 {
        return;
    }
    // Linux before 5.9, and other systems. A process that has just started has few.
    for number in FIRST..256 {
        // SAFETY: the same.
        unsafe { libc::close(number) };
    }
}

/// First descriptor after standard error.
const FIRST: RawFd = 3;

/// Sets what this process does at a signal. A process inherits that some are ignored.
pub(super) fn set_signal(signal: Signal, ignored: bool) {
    let action = match ignored {
        true => libc::SIG_IGN,
        false => libc::SIG_DFL,
    };
    // SAFETY: both actions run no code of ours.
    unsafe { libc::signal(signal.as_raw(), action) };
}

/// Names this process in `ps` and `top`. Whoever signals all processes of the program's
/// name means the server.
pub(super) fn set_name() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call reads a string that ends with a zero.
    unsafe {
        libc::prctl(libc::PR_SET_NAME, c"compiler".as_ptr())
    };
}

/// Lowers a limit of this process for good, unless it is lower already. `most` is the limit
/// that the process could raise the current one to.
pub(super) fn lower(resource: Resource, current: u64, most: u64) -> io::Result<()> {
    let before = getrlimit(resource);
    let lower = |limit: u64, before: Option<u64>| Some(before.map_or(limit, |b| b.min(limit)));
    let limit = Rlimit {
        current: lower(current, before.current),
        maximum: lower(most, before.maximum),
    };
    Ok(setrlimit(resource, limit)?)
}
