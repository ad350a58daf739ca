//! Limits of restarts, reloads and the end.

use std::time::Duration;

/// First and longest pause before an instance that had listened is started again. It
/// doubles in between. A start costs less than a millisecond, and clients wait for it.
///
/// - unit: a time
/// - at it: the pause stays at the longest
/// - held by: `porthole::server::backoff::instances_that_listened_restart_quickly`,
///   `library::supervision::no_attempt_is_refused_during_a_hundred_traps`
pub(crate) const RESTART_PAUSE: (Duration, Duration) =
    (Duration::from_millis(10), Duration::from_millis(50));

/// First and longest pause before an instance that failed before it listened is started
/// again. It doubles in between.
///
/// - unit: a time
/// - at it: the pause stays at the longest
/// - held by: `porthole::server::backoff::workers_that_listened_before_get_time_to_recover`
pub(crate) const START_PAUSE: (Duration, Duration) =
    (Duration::from_millis(10), Duration::from_secs(5));

/// Age at which an instance counts as healthy.
///
/// - unit: a time
/// - at it: the pause starts over
/// - held by: `porthole::server::backoff::instances_that_listened_restart_quickly`
pub(crate) const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// Failed starts in a row of a worker that never listened. A component that returns an
/// error is not started again.
///
/// - unit: starts
/// - at it: the worker stays down. When all do, the program ends with 1
/// - held by: `porthole::server::backoff::instances_that_never_listened_are_abandoned`,
///   `library::failures::a_component_that_does_not_start_is_an_error`
pub(crate) const FAILED_STARTS: u32 = 2;

/// Failed starts in a row of a worker that has listened before. They take about a minute
/// and a half.
///
/// - unit: starts
/// - at it: the worker stays down. When all do, the program ends with 1
/// - held by: `porthole::server::backoff::workers_that_listened_before_get_time_to_recover`
pub(crate) const FAILED_RESTARTS: u32 = 25;

/// Replaced versions that may still have connections. Each keeps the memory of its
/// workers.
///
/// - unit: versions
/// - at it: open connections of the oldest version are cut and counted in the log
/// - held by: `library::supervision::versions_without_end_are_bounded`
pub(crate) const RETIRING_VERSIONS: usize = 8;

/// Interval at which a starting or stopping server checks whether it is done.
///
/// - unit: a time
/// - at it: it checks again
/// - held by: `process::shutdown::a_signal_ends_it_with_0`
pub(crate) const STATE_POLL_INTERVAL: Duration = Duration::from_millis(1);

/// Time that a stopping server waits for threads that were told to end at once.
///
/// - unit: a time
/// - at it: it ends without them
/// - held by: `library::failures::a_component_that_spins_does_not_hold_up_the_end`
pub(crate) const KILL_TIMEOUT: Duration = Duration::from_millis(500);

/// Interval at which a running server checks that its threads still run.
///
/// - unit: a time
/// - at it: it checks again. A server without workers ends
/// - held by: `porthole::server::control::workers_that_have_ended_are_noticed`
pub(crate) const CHECK_INTERVAL: Duration = Duration::from_millis(500);
