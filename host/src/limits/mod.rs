//! All bounds that the host sets on a component.
//!
//! [`Limits`] are the bounds that an embedder may choose; the first constants are their
//! defaults. The other constants are bounds that no one has needed to choose yet.
//! `cargo xtask limits` makes a table of the constants from the lists in their comments.

mod accept;
mod admin;
#[cfg(target_os = "linux")]
mod disk;
mod report;
mod sandbox;
mod supervision;

pub(crate) use accept::*;
pub(crate) use admin::*;
#[cfg(target_os = "linux")]
pub(crate) use disk::*;
pub(crate) use report::*;
pub(crate) use sandbox::*;
pub(crate) use supervision::*;

use std::time::Duration;

/// Bounds of one server. The `porthole` binary starts from [`Limits::default`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most connections at once, over all workers. At the limit, no connection is
    /// accepted until one ends, and new ones wait in the kernel's backlog. Default:
    /// 4,096.
    pub connections: usize,
    /// Connections, over all workers, from which on the component closes an idle one for
    /// each new one. From then on new connections go to the workers in turn, so that idle
    /// connections are closed on all of them. Default: 4,096.
    pub full: usize,
    /// Most connections at once of one client: an IPv4 address, or an IPv6 network of 64
    /// bits. Further connections of that client are closed at once. Default: 1,024.
    pub per_address: usize,
    /// Whether connections from this machine do not count for [`Limits::per_address`]: a
    /// local reverse proxy forwards many clients. Default: true.
    pub except_loopback: bool,
    /// Most linear memory of one worker's instance, in bytes, over all its memories. At
    /// the limit the component's allocation fails. Default: 256 MiB.
    pub memory: usize,
    /// Number of workers: threads with an instance of their own. Default: one per core.
    pub workers: usize,
    /// Longest time until a component listens on all workers. Default: 10 s.
    pub start: Duration,
    /// Longest time that open transfers may go on after [`stop`](crate::Running::stop).
    /// Default: 10 s.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            full: CONNECTIONS,
            per_address: PER_CLIENT,
            except_loopback: true,
            memory: MEMORY,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            start: START,
            grace: GRACE,
        }
    }
}

impl Limits {
    /// Returns the longest time that an orderly end may take after it was requested
    /// twice.
    pub fn hurry() -> Duration {
        HURRY
    }

    /// Returns the same limits, but for `full` connections that are served, plus capacity
    /// for connections whose clients are told to come back later.
    pub fn serving(self, full: usize) -> Self {
        let connections = full.saturating_add(OVERLOAD_CONNECTIONS);
        Self {
            connections,
            full,
            ..self
        }
    }

    /// Returns the limits of a server that shows the counters of another.
    pub(crate) fn of_admin() -> Self {
        Self {
            connections: ADMIN_CONNECTIONS,
            full: ADMIN_CONNECTIONS,
            memory: ADMIN_MEMORY,
            workers: 1,
            grace: Duration::ZERO,
            ..Self::default()
        }
    }

    /// Returns one worker's share of [`Limits::full`], rounded up.
    pub fn share(&self) -> usize {
        self.full.div_ceil(self.workers.max(1))
    }
}

/// Default of [`Limits::connections`]. A browser opens six. Each takes a descriptor and,
/// while it is idle, little memory.
///
/// - unit: connections
/// - at it: no connection is accepted until one ends, and new ones wait in the kernel's
///   backlog. Before that, the component turns clients away
/// - held by: `process::eviction::all_busy_and_a_new_one_is_told_so`,
///   `process::overload::a_low_hard_limit_lowers_the_cap`
const CONNECTIONS: usize = 4_096;

/// Connections beyond those that are served. The component tells their clients to come
/// back later, or it has closed them for newer ones and waits until their clients have
/// noticed. Each takes two seconds at most, so that many new clients a second can be
/// told.
///
/// - unit: connections
/// - at it: no connection is accepted until one ends
/// - held by: `process::overload::rejected_connections_hold_no_place`
const OVERLOAD_CONNECTIONS: usize = 256;

/// Default of [`Limits::per_address`]. The clients of a household or an office behind one
/// address need fewer, and no single address gets all connections.
///
/// - unit: connections
/// - at it: new connections of that client are closed at once, and a notice is logged
/// - held by: `porthole::accept::client_limit::connections_of_one_client_are_capped`,
///   `process::overload::max_per_address_closes_new_connections`
const PER_CLIENT: usize = 1_024;

/// Default of [`Limits::memory`]. 2,048 downloads at once take 160 MiB, large buffers 16,
/// the cache 32.
///
/// - unit: bytes
/// - at it: the component's allocation fails. Ours traps, and its worker starts a new
///   instance
/// - held by: `escape::exhaust::memory without end`,
///   `escape::crafted::memory of 4 GiB`
const MEMORY: usize = 256 << 20;

/// Default of [`Limits::start`]. A start takes milliseconds, and the operator waits for
/// it.
///
/// - unit: a time
/// - at it: the new instances are ended. A start fails, and a replacement leaves the old
///   version serving
/// - held by: `library::failures::a_component_that_does_not_start_is_an_error`
const START: Duration = Duration::from_secs(10);

/// Default of [`Limits::grace`]. Container engines wait as long before they kill.
///
/// - unit: a time
/// - at it: open connections are cut and counted in the log
/// - held by: `process::shutdown::the_grace_time_ends`,
///   `process::drain::downloads_beyond_the_grace_time_are_cut_and_counted`
const GRACE: Duration = Duration::from_secs(10);

/// Value of [`Limits::hurry`]. A user who asks twice waits for nothing that might hang.
///
/// - unit: a time
/// - at it: the process ends, whatever its threads are doing
/// - held by: `process::blocked_output::a_second_signal_ends_it_within_a_second`
const HURRY: Duration = Duration::from_millis(700);
