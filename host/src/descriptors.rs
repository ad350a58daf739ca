//! The process's limit of open files: each connection takes one.

/// Raises the limit as far as the system lets us. Where it does not, the acceptor
/// pauses at the limit and says so.
#[cfg(unix)]
pub(crate) fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Refused where the hard limit is "unlimited" and the kernel has one of its own.
    let _ = setrlimit(Resource::Nofile, raised);
}

#[cfg(not(unix))]
pub(crate) fn raise_limit() {}
