//! The time zone of this machine. The component knows none.

/// Returns the difference of the local time to UTC now, in seconds. Call it before the
/// process is confined, because the time zone is in a file.
#[cfg(unix)]
pub(crate) fn utc_offset() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_or(0, |time| time.as_secs());
    // `time_t`, whose name is deprecated for musl because its size will change.
    let Ok(now) = now.try_into() else {
        return 0;
    };
    let mut local = std::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers are valid for the call, and nothing changes the environment.
    let done = unsafe { libc::localtime_r(&now, local.as_mut_ptr()) };
    if done.is_null() {
        return 0;
    }
    // SAFETY: zeroes are a valid value, and the call has written another one.
    unsafe { local.assume_init() }.tm_gmtoff
}

#[cfg(not(unix))]
pub(crate) fn utc_offset() -> i64 {
    0
}
