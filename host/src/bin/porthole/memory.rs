//! Freed memory that the allocator keeps.

/// Bytes from which on memory comes from the system for itself, and goes back to it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 1 << 20;

/// Has large memory given back to the system as soon as it is freed. glibc otherwise learns from
/// the first hash of a password that 19 MiB are freed and wanted again, and keeps as much for
/// each thread. Call it before the first thread.
pub(crate) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it sets a number of the allocator, and no other thread allocates yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}
