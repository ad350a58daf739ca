//! Limits of notices and of the log.

use std::time::Duration;

/// Time for which a repeated failure is only counted.
///
/// - unit: a time
/// - at it: it is logged again, with the count
/// - held by: `porthole::report::suppress::the_first_event_is_reported_and_repeats_are_counted`,
///   `porthole::report::suppress::repeats_are_reported_without_a_new_event`
pub(crate) const REPEAT_INTERVAL: Duration = Duration::from_secs(60);

/// Kinds of failures that are counted separately.
///
/// - unit: kinds
/// - at it: the oldest kind is logged and forgotten
/// - held by: `porthole::report::suppress::kinds_of_events_are_bounded`
pub(crate) const REPEAT_KINDS: usize = 16;

/// Log that waits to be written. A stopped terminal must not stop the server, and no line
/// may be lost only because the thread that writes them is late: these are some 7,000
/// lines, which a worker serves in a quarter of a second.
///
/// - unit: bytes
/// - at it: further log is dropped and counted
/// - held by: `porthole::report::log::log_output_beyond_the_queue_is_dropped_and_counted`,
///   `porthole::report::log::thousands_of_lines_wait_for_a_thread_that_is_late`,
///   `process::log::a_log_that_nobody_reads_stops_nothing`
pub(crate) const LOG_QUEUE_BYTES: usize = 1 << 20;

/// Longest chunk of log.
///
/// - unit: bytes
/// - at it: it is split into several
/// - held by: `process::log::every_request_has_its_line_under_load`
pub(crate) const LOG_CHUNK_BYTES: usize = 64 << 10;

/// Time that an ending program waits until its log is read.
///
/// - unit: a time
/// - at it: the program ends, and the rest of the log is lost
/// - held by: `porthole::report::log::the_end_does_not_wait_for_who_does_not_read`,
///   `process::blocked_output::a_stop_ends_it`
pub(crate) const LOG_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest reason of a failure in a message. It fits a few lines of a terminal. A name in
/// a component, which the runtime's errors repeat, may have 100 KB.
///
/// - unit: bytes
/// - at it: the rest is left out
/// - held by: `porthole::error::text::a_long_error_is_cut_between_letters`,
///   `process::compiler::components_that_cannot_be_compiled_leave_the_old_version_serving`
pub(crate) const ERROR_BYTES: usize = 1 << 10;

/// Events that wait for a reader of [`Events`](crate::Events).
///
/// - unit: events
/// - at it: later events are counted, and the count takes their place
/// - held by: `porthole::report::publisher::a_slow_reader_is_told_how_much_it_has_missed`
pub(crate) const EVENT_QUEUE: usize = 256;
