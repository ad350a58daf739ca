//! Which of the process's descriptors files may have.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::process::{Resource, getrlimit};

use crate::limits;

/// The system gives out the lowest number that is free: a high one says that few are
/// left, and those are for connections.
pub(crate) fn is_for_files(descriptor: impl AsFd) -> bool {
    let Some(all) = getrlimit(Resource::Nofile).current else {
        return true;
    };
    let kept = all.div_ceil(limits::FD_RESERVE_DIVISOR);
    let number = u64::try_from(descriptor.as_fd().as_raw_fd());
    number.is_ok_and(|number| number < all.saturating_sub(kept))
}
