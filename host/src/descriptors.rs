//! The part of the process's descriptors that files may use.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::process::{Resource, getrlimit};

use crate::limits;

/// Whether a file may keep this descriptor. The system gives out the lowest free number,
/// so a high number means that few descriptors are left. Those are reserved for
/// connections.
pub(crate) fn is_for_files(descriptor: impl AsFd) -> bool {
    let Some(all) = getrlimit(Resource::Nofile).current else {
        return true;
    };
    let kept = all.div_ceil(limits::FD_RESERVE_DIVISOR);
    let number = u64::try_from(descriptor.as_fd().as_raw_fd());
    number.is_ok_and(|number| number < all.saturating_sub(kept))
}
