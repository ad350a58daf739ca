//! Durations from counts and rates.

use core::time::Duration;

use crate::limits::DURATION_SECONDS;

const NANOSECONDS: u128 = 1_000_000_000;

/// Returns the time that a count of ticks takes, unless nobody would believe it. None at
/// all is not a duration but a missing one.
pub(crate) fn ticks(count: u64, per_second: u64) -> Option<Duration> {
    let nanoseconds = u128::from(count)
        .checked_mul(NANOSECONDS)?
        .checked_div(u128::from(per_second))?;
    let duration = Duration::from_nanos(u64::try_from(nanoseconds).ok()?);
    let is_likely = !duration.is_zero() && duration <= Duration::from_secs(DURATION_SECONDS);
    is_likely.then_some(duration)
}

/// Returns the longer one of two durations that may be unknown.
pub(crate) fn longest(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.max(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_counts_by_rates() {
        for (count, rate, expected) in [
            (1_500, 1_000, Some(Duration::from_millis(1_500))),
            (1, 3, Some(Duration::from_nanos(333_333_333))),
            (48_000 * 86_400, 48_000, Some(Duration::from_hours(24))),
        ] {
            assert_eq!(ticks(count, rate), expected, "{count} / {rate}");
        }
        assert_eq!(longest(None, ticks(1, 1)), ticks(1, 1));
        assert_eq!(longest(ticks(2, 1), ticks(1, 1)), ticks(2, 1));
    }

    #[test]
    fn unlikely_durations_are_unknown() {
        for (count, rate) in [
            (0, 1),
            (1, 0),
            (1, u64::MAX),
            (u64::MAX, 1),
            (u64::MAX, u64::MAX / DURATION_SECONDS),
            (DURATION_SECONDS + 1, 1),
        ] {
            assert_eq!(ticks(count, rate), None, "{count} / {rate}");
        }
        assert!(ticks(DURATION_SECONDS, 1).is_some());
    }
}
