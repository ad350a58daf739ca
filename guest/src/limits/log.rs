//! Limits of the log.

/// Memory for log lines that wait to be written.
///
/// - unit: bytes
/// - at it: new lines are dropped and counted
/// - held by: `guest::log::lines_that_do_not_fit_are_dropped_and_counted`,
///   `process::log::a_log_that_nobody_reads_stops_nothing`
pub const LOG_BYTES: usize = 256 * 1024;

/// Log lines about responses that are still in the buffer of one connection. Responses to
/// pipelined requests are sent together, and each line has the bytes that were sent of its
/// own.
///
/// - unit: bytes
/// - at it: the buffer is sent, then the lines are written
/// - held by: `guest::log::pending::lines_beyond_the_bound_are_written_at_once`,
///   `process::log::the_log_has_the_bytes_sent`
pub const PENDING_LINES_BYTES: usize = 1_024;

/// Responses that are still in the buffer of one connection and are neither counted nor logged
/// yet. What is remembered of each is smaller than 128 bytes.
///
/// - unit: responses
/// - at it: the buffer is sent, then they are counted and logged
/// - held by: `guest::log::pending::responses_beyond_the_bound_are_counted_at_once`
pub const PENDING_RESPONSES: usize = 16;

/// Longest write at the end of a response during which the time of its first byte is not noted.
/// Looking at the clock is a call to the host, and such a write is over at once, or waits for a
/// client that has not taken earlier responses.
///
/// - unit: bytes
/// - at it: the time at which a longer write begins is noted
/// - held by: `guest::net::first_write::a_short_write_that_ends_a_response_is_not_timed`
pub const UNTIMED_WRITE_BYTES: usize = 16 * 1024;

/// Longest path in a log line for a terminal, where longer ones would hide the lines around
/// them.
///
/// - unit: bytes
/// - at it: the rest is cut off and marked with `...`
/// - held by: `guest::log::terminal::a_line_is_bounded_whatever_the_client_sends`
pub const LOG_PATH_BYTES: usize = 256;

/// Longest method in a log line for a terminal, and longest method and version in one of JSON.
///
/// - unit: bytes
/// - at it: the rest is cut off and marked with `...`
/// - held by: `guest::log::terminal::a_line_is_bounded_whatever_the_client_sends`
pub const LOG_METHOD_BYTES: usize = 16;

/// Longest request line, target, range, name, referrer or user agent in a log line.
///
/// - unit: bytes
/// - at it: the rest is cut off and marked with `...`
/// - held by: `guest::log::client_bytes_cannot_forge_a_log_line`,
///   `guest::log::json::a_line_is_bounded_and_ascii_whatever_the_client_sends`
pub const LOG_FIELD_BYTES: usize = 1_024;
