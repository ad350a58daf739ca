//! The process's limit of open files. Each connection takes one, and connections share
//! the open files that they send.

/// Raises the limit as far as the system allows, and returns it. Returns `None` where
/// there is no limit.
#[cfg(unix)]
pub(crate) fn raise_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // The call fails if the hard limit is "unlimited" but the kernel has a limit of its
    // own.
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    }
}

#[cfg(not(unix))]
pub(crate) fn raise_limit() -> Option<u64> {
    None
}

/// Open files of the process itself: log, event queues, certificates, libraries.
const OWN: u64 = 47;

/// Open files of a worker: event queue, the granted root, directories that are listed.
const PER_WORKER: u64 = 16;

/// Open files for `--admin`: its listeners, as many connections as it has at once, and the event
/// queues of its threads.
pub(crate) const ADMIN: u64 = 48;

/// Returns the fewest open files with which the server can start and serve one connection
/// with its file. It counts the files that each worker, each address and the process
/// itself hold, and the eighth that is never given to files.
pub(crate) fn least(workers: u64, addresses: u64) -> u64 {
    let own = LEAST_OWN.saturating_add(addresses);
    own.saturating_add(LEAST_PER_WORKER.saturating_mul(workers))
}

/// Standard input, output and error, the event queues of signals and of the acceptor, the
/// root.
const LEAST_OWN: u64 = 28;

/// An event queue and the granted root.
const LEAST_PER_WORKER: u64 = 6;

/// Returns how many of the wanted connections fit the limit, together with a third as
/// many files. Returns at least one.
pub(crate) fn connections(limit: Option<u64>, workers: u64, addresses: u64, wanted: u32) -> u32 {
    let Some(limit) = limit else {
        return wanted;
    };
    let own = OWN.saturating_add(addresses);
    let own = own.saturating_add(PER_WORKER.saturating_mul(workers));
    let fitting = (limit.saturating_sub(own) / 4).saturating_mul(3);
    u32::try_from(fitting).unwrap_or(u32::MAX).clamp(1, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_the_limit() {
        // Limit, workers, addresses, wanted; connections that fit.
        let cases = [
            (None, 2, 1, 4_096, 4_096),
            (Some(1 << 20), 2, 1, 4_096, 4_096),
            (Some(1_024), 2, 1, 4_096, 708),
            (Some(1_024), 2, 101, 4_096, 633),
            (Some(256), 1, 1, 4_096, 144),
            (Some(256), 1, 1, 10, 10),
            (Some(20), 8, 1, 4_096, 1),
            (Some(u64::MAX), 512, u64::MAX, 1_000_000, 1),
        ];
        for (limit, workers, addresses, wanted, expected) in cases {
            let fitting = connections(limit, workers, addresses, wanted);
            assert_eq!(fitting, expected, "{limit:?} {addresses}");
        }
    }
}
