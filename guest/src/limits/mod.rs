//! Every bound of the component, in one place. The bounds of a message are in
//! [`h1::limits`].
//!
//! `cargo xtask limits` makes `docs/limits.md` from these comments and their lists.

mod files;
mod log;
mod memory;
mod passwords;
mod work;

pub use files::*;
pub use log::*;
pub use memory::*;
pub use passwords::*;
pub use work::*;

/// Longest time from the first byte of a head to the last byte of the request. Bytes that
/// arrive in between do not extend it.
///
/// - unit: seconds
/// - at it: the response is 408, then the connection is closed
/// - held by: `http::refusal::too_slow_a_head_is_408`,
///   `http::slow_clients::the_time_for_a_head_starts_after_a_long_response`
pub const HEAD_SECONDS: u64 = 10;

/// Longest time that a connection may be idle between requests. Browsers reconnect
/// transparently.
///
/// - unit: seconds
/// - at it: the connection is closed without a response (RFC 9112 §9.5)
/// - held by: `guest::runtime::deadlines::a_wait_ends_with_its_future_or_its_deadline`
pub const IDLE_SECONDS: u64 = 60;

/// Longest wait for the first request of a connection when no more connections are
/// accepted.
///
/// - unit: seconds
/// - at it: the connection is closed
/// - held by: `process::shutdown::idle_connections_do_not_hold_it_up`
pub const DRAIN_SECONDS: u64 = 1;

/// Longest wait for the peer to take any byte. A phone in a tunnel may be offline that
/// long, and a player that is paused for longer requests the rest from where it stopped.
///
/// - unit: seconds
/// - at it: the connection is closed
/// - held by: `guest::net::send_rate::clients_below_the_minimum_rate_are_cut`,
///   `guest::net::send_rate::a_connection_that_stalls_in_a_tunnel_is_kept`
pub const STALLED_WRITE_SECONDS: u64 = 60;

/// Window over which the send rate of a peer is measured; only time spent waiting for the
/// peer counts. A slow peer may be seen to take one buffer every [`STALLED_WRITE_SECONDS`],
/// so the window is long enough to include one.
///
/// - unit: seconds
/// - at it: the connection is closed if the peer took less than `SEND_RATE_BYTES`
/// - held by: `guest::net::send_rate::slow_steady_clients_are_kept`
pub const SEND_RATE_SECONDS: u64 = 120;

/// Fewest bytes that a peer must take in [`SEND_RATE_SECONDS`]. 1 KiB/s is a tenth of what
/// a phone gets where only the oldest networks reach, and enough that holding a connection
/// open costs an attacker something.
///
/// - unit: bytes
/// - at it: the connection of a peer that takes less is closed
/// - held by: `guest::net::send_rate::slow_steady_clients_are_kept`,
///   `guest::net::send_rate::clients_below_the_minimum_rate_are_cut`
pub const SEND_RATE_BYTES: u64 = 120 * 1024;

/// Longest time that the peer may go on sending after a response that closes the
/// connection. A close with unread bytes would reset the connection, and the client could
/// lose the response (RFC 9112 §9.6).
///
/// - unit: seconds
/// - at it: the connection is closed
/// - held by: `http::lingering_close::lingering_close_is_bounded_in_time`
pub const LINGER_SECONDS: u64 = 2;

/// Most bytes that are read and discarded in that time. Some clients look for a response
/// only after they have sent everything; they send less than this at once.
///
/// - unit: bytes
/// - at it: nothing more is read, and the connection is closed after `LINGER_SECONDS`
/// - held by: `http::lingering_close::lingering_close_is_bounded_in_bytes`,
///   `http::lingering_close::an_endless_upload_can_read_the_response`
pub const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// Connections that one instance serves at once, unless `--max-connections` sets another
/// number.
///
/// - unit: connections
/// - at it: the connection that has been idle longest is closed for the new one; when none
///   is idle, the response to the new one is 503
/// - held by: `process::eviction::the_oldest_idle_connection_makes_room`,
///   `process::eviction::all_busy_and_a_new_one_is_told_so`,
///   `process::overload::rejected_connections_hold_no_place`
pub const CONNECTIONS: usize = 2_048;

/// Connections beyond those that are served. Each gets a 503, or takes the place of an idle
/// connection that is still being closed.
///
/// - unit: connections
/// - at it: no connection is accepted until one ends
/// - held by: `process::overload::rejected_connections_hold_no_place`
pub const OVERLOAD_CONNECTIONS: usize = 256;

/// Longest time that a response may wait under `--throttle`. A client that requests more
/// than that on its many connections is not waited for.
///
/// - unit: seconds
/// - at it: the connection is closed
/// - held by: `guest::rate_limit::throttled_waits_are_bounded`
pub const THROTTLED_SECONDS: u64 = 60;

/// Time between two checks that the client of a response that waits under `--throttle` is
/// still connected. A client that has gone must not keep its place.
///
/// - unit: nanoseconds
/// - at it: the connection is checked
/// - held by: `http::rate_limit::disconnected_clients_give_back_their_share`
pub const THROTTLE_POLL_NANOSECONDS: u64 = 250_000_000;
