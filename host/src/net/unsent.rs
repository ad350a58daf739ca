//! Bytes that wait in the kernel for clients that do not read.

use std::net::TcpStream;

use crate::limits::{
    FAST_UNSENT_BYTES, FAST_UNSENT_DIVISOR, UNSENT_BYTES, UNSENT_DIVISOR, UNSENT_MIN_BYTES,
};

/// Memory of the kernel that all connections share. Each gets less the more there are, so
/// that clients which do not read leave the kernel memory for those which do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnsentBudget {
    /// Memory that TCP has before the kernel is sparing with it. `None` where the system does
    /// not tell.
    tcp_memory: Option<u64>,
}

impl UnsentBudget {
    /// The memory that this system gives to TCP before it becomes sparing with it.
    pub(crate) fn of_this_system() -> Self {
        Self::of(tcp_memory())
    }

    fn of(tcp_memory: Option<u64>) -> Self {
        Self { tcp_memory }
    }

    /// Unsent bytes for a connection that is accepted beside `open` others.
    fn share(self, open: usize) -> u32 {
        let open = u64::try_from(open).unwrap_or(u64::MAX).saturating_add(1);
        let all = self.tcp_memory.map(|bytes| bytes / UNSENT_DIVISOR);
        let share = all.and_then(|bytes| bytes.checked_div(open));
        let share = share.and_then(|share| u32::try_from(share).ok());
        let share = share.unwrap_or(u32::MAX);
        share.clamp(UNSENT_MIN_BYTES, UNSENT_BYTES)
    }

    /// Number of connections that may have [`FAST_UNSENT_BYTES`] at once. There is none where
    /// the system does not tell what it has.
    pub(super) fn fast_readers(self) -> usize {
        let all = self.tcp_memory.map(|bytes| bytes / FAST_UNSENT_DIVISOR);
        let readers = all.and_then(|bytes| bytes.checked_div(u64::from(FAST_UNSENT_BYTES)));
        usize::try_from(readers.unwrap_or(0)).unwrap_or(usize::MAX)
    }

    /// Bounds the unsent bytes of a connection that was accepted beside `open` others. It
    /// has [`UNSENT_BYTES`] from its listener.
    pub(crate) fn apply(self, stream: &TcpStream, open: usize) {
        let share = self.share(open);
        if share < UNSENT_BYTES {
            bound(stream, share);
        }
    }
}

/// Bounds the unsent bytes of a connection, or of all that are accepted from a listener.
/// Where the system can't, its own buffers are the bound.
#[cfg(any(target_os = "android", target_os = "linux"))]
pub(super) fn bound(socket: &impl std::os::fd::AsFd, bytes: u32) {
    let _ = socket2::SockRef::from(socket).set_tcp_notsent_lowat(bytes);
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
pub(super) fn bound<S>(_: &S, _: u32) {}

/// Sets another bound for a connection that has the one of a listener: not where there are so many
/// that each has less, and not for a socket that has none. Returns whether it is set.
#[cfg(any(target_os = "android", target_os = "linux"))]
pub(super) fn change(socket: &socket2::SockRef<'_>, bytes: u32) -> bool {
    let has_usual = |bound: u32| bound == UNSENT_BYTES || bound == FAST_UNSENT_BYTES;
    socket.tcp_notsent_lowat().is_ok_and(has_usual) && socket.set_tcp_notsent_lowat(bytes).is_ok()
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
pub(super) fn change(_: &socket2::SockRef<'_>, _: u32) -> bool {
    false
}

/// Bytes that the kernel gives to all TCP sockets without being sparing: the first number
/// of `tcp_mem` (tcp(7)). A container may not see that; then what the kernel computes by
/// default, 3/64 of the memory.
#[cfg(target_os = "linux")]
fn tcp_memory() -> Option<u64> {
    let configured = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_mem").ok();
    let configured = configured.and_then(|text| text.split_whitespace().next()?.parse().ok());
    let pages: u64 = match configured {
        Some(pages) => pages,
        None => system(libc::_SC_PHYS_PAGES)?.saturating_mul(3) / 64,
    };
    Some(pages.saturating_mul(system(libc::_SC_PAGESIZE)?))
}

#[cfg(not(target_os = "linux"))]
fn tcp_memory() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn system(name: libc::c_int) -> Option<u64> {
    // SAFETY: takes a number and returns one; touches no memory of ours.
    let value = unsafe { libc::sysconf(name) };
    u64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn few_connections_get_all_and_many_share() {
        let budget = UnsentBudget::of(Some(u64::from(UNSENT_BYTES) * 100 * UNSENT_DIVISOR));
        for (open, expected) in [
            (0, UNSENT_BYTES),
            (99, UNSENT_BYTES),
            (199, UNSENT_BYTES / 2),
            (usize::MAX, UNSENT_MIN_BYTES),
        ] {
            assert_eq!(budget.share(open), expected, "{open}");
        }
        assert_eq!(UnsentBudget::of(None).share(usize::MAX), UNSENT_BYTES);
    }

    /// As Linux computes `tcp_mem` by default: 3/64 of the memory before it is sparing, twice
    /// as much at most. For a byte it takes 1.75, with what belongs to it (measured).
    #[test]
    fn all_connections_together_leave_the_kernel_memory() {
        let connections = Limits::default().serving(4_096).connections;
        for (gibibytes, share_of_sparing) in [(2, 2), (8, 1), (24, 1), (64, 1)] {
            let sparing = (gibibytes << 30) * 3 / 64;
            let budget = UnsentBudget::of(Some(sparing));
            let shares: u64 = (0..connections)
                .map(|open| u64::from(budget.share(open)))
                .sum();
            let fast = budget.fast_readers() as u64 * u64::from(FAST_UNSENT_BYTES);
            let all = shares + fast;
            assert!(
                all * 7 / 4 <= sparing * share_of_sparing,
                "{gibibytes} GiB: {all} bytes of {sparing}"
            );
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_system_tells() {
        assert!(tcp_memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
