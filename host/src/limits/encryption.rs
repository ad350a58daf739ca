//! Limits of TLS.

use std::time::Duration;

/// Longest time from accepting a connection of a listener with TLS to the end of its
/// handshake.
///
/// - unit: a time
/// - at it: the connection is closed
/// - held by: `porthole::accept::handshakes::handshakes_that_never_end_are_closed`
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Time that a client which has sent nothing has for its first byte once the worker gets no
/// more connections: it may have connected a moment ago.
///
/// - unit: a time
/// - at it: the connection is closed
/// - held by: `porthole::accept::handshakes::no_handshake_outlives_its_queue_but_those_that_have_begun`
pub(crate) const HANDSHAKE_DRAIN: Duration = Duration::from_secs(1);

/// Part of a worker's share of all connections that may be in a handshake. The component
/// closes idle connections, but it does not know these.
///
/// - unit: (one in so many)
/// - at it: the oldest handshake is given up for a new one
/// - held by: `porthole::accept::handshakes::the_oldest_handshake_makes_way`
pub(crate) const HANDSHAKES_DIVISOR: usize = 2;
