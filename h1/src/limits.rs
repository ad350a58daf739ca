//! Every bound of the message level, in one place.
//!
//! A bound that a peer can reach has an answer of its own; it stands beside the
//! number.

/// Longest request target, in bytes. Longer: 414. RFC 9112 §3 asks for at least
/// 8,000; browsers stay below 2,000.
pub const TARGET_BYTES: usize = 8 * 1024;

/// Longest request head (request line and all fields), in bytes. Longer: 431.
/// Also the size of a connection's read buffer, and what bounds every list that a
/// field may hold.
pub const HEAD_BYTES: usize = 16 * 1024;

/// Most field lines in one head. More: 431.
pub const FIELD_LINES: usize = 100;

/// Empty lines accepted before a request line (RFC 9112 §2.2 asks for at least
/// one). More: 400.
pub const LEADING_EMPTY_LINES: usize = 4;

/// Most content of a request that is read and thrown away, in bytes, so that the
/// connection can go on. More: 413, then close.
pub const DISCARD_BYTES: u64 = 64 * 1024;

/// Longest chunk-size line with its extensions, in bytes. Longer: 400.
pub const CHUNK_LINE_BYTES: usize = 256;

/// Most bytes of trailer section after the last chunk. More: 431.
pub const TRAILER_BYTES: usize = 4 * 1024;

/// Requests on one connection; the last one's answer announces the close.
/// Bounds what one client can hold on to without ever reconnecting.
pub const REQUESTS_PER_CONNECTION: u32 = 100_000;

/// Ranges in one `Range` field, counted before they are merged. More: the field
/// is ignored (RFC 9110 §14.2 allows it) and the whole file is sent.
pub const RANGES: usize = 100;
