//! Every bound of the component that shows the counters of a server. What it has in common with
//! the one that serves files (a head's time and size, buffers, the minimum rate of a slow
//! reader) is in the limits of `guest` and [`h1::limits`].

/// Connections that are served at once. A connection serves one request, so these are the
/// requests at once: those of a few programs that ask every few seconds.
///
/// - unit: connections
/// - at it: no connection is accepted until one ends
/// - held by: `metrics::admin::connections_beyond_the_bound_wait`
pub const CONNECTIONS: usize = 32;

/// Longest text of all metrics: those of 512 workers fit.
///
/// - unit: bytes
/// - at it: the response is 500
/// - held by: `admin::metrics::the_longest_text_fits`
pub const METRICS_BYTES: usize = 128 * 1024;
