//! Limits of a server that shows the counters of another.

/// Connections at once. Each serves one request, for programs that ask every few seconds. The
/// component has the same bound.
///
/// - unit: connections
/// - at it: no connection is accepted until one ends, and new ones wait in the kernel's backlog
/// - held by: `metrics::admin::connections_beyond_the_bound_wait`
pub(crate) const ADMIN_CONNECTIONS: usize = 32;

/// Memory of its sandbox: buffers for all connections, and the text of all metrics for each.
///
/// - unit: bytes
/// - at it: its component traps and is started anew, and the server goes on
/// - held by: `metrics::admin::its_failure_does_not_touch_the_served_port`
pub(crate) const ADMIN_MEMORY: usize = 16 << 20;
