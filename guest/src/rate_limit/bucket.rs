//! A rate limit that needs one number.

use core::num::NonZeroU64;

/// Units per second, of which those of one second may come at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate(NonZeroU64);

/// Nanoseconds in a second.
const SECOND: u64 = 1_000_000_000;

impl Rate {
    pub fn per_second(units: NonZeroU64) -> Self {
        Self(units)
    }

    /// Returns the units per second.
    pub fn units(self) -> u64 {
        self.0.get()
    }

    /// Returns the nanoseconds after which `units` more are allowed.
    fn cost(self, units: u64) -> u64 {
        units.saturating_mul(SECOND) / self.0
    }
}

/// Use of a rate by one client: the nanosecond on the monotonic clock at which all used
/// units will be allowed again.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenBucket(u64);

impl TokenBucket {
    /// Takes `units`, or none if they are not allowed yet.
    pub fn take(&mut self, now: u64, units: u64, rate: Rate) -> bool {
        let used = self.0.max(now).saturating_add(rate.cost(units));
        let allowed = used.saturating_sub(now) <= SECOND;
        if allowed {
            self.0 = used;
        }
        allowed
    }

    /// Takes `units` in any case. Returns the nanoseconds to pause, so that the rate is
    /// kept.
    pub fn spend(&mut self, now: u64, units: u64, rate: Rate) -> u64 {
        self.0 = self.0.max(now).saturating_add(rate.cost(units));
        self.0.saturating_sub(now).saturating_sub(SECOND)
    }

    /// Gives back units that were taken and not used.
    pub fn give_back(&mut self, units: u64, rate: Rate) {
        self.0 = self.0.saturating_sub(rate.cost(units));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(units: u64) -> Rate {
        Rate::per_second(units.try_into().unwrap())
    }

    #[test]
    fn one_second_of_burst_then_the_rate() {
        for per_second in [1, 7, 1_000] {
            let rate = rate(per_second);
            let mut bucket = TokenBucket::default();
            let mut now = 5 * SECOND;
            let mut taken = 0;
            // Ten seconds of trying, a hundred times more often than is allowed.
            while now < 15 * SECOND {
                taken += u64::from(bucket.take(now, 1, rate));
                now += SECOND / per_second / 100;
            }
            assert!(
                (10 * per_second..=11 * per_second).contains(&taken),
                "{taken} at {per_second} per second"
            );
        }
    }

    #[test]
    fn refused_memory_growth_costs_nothing() {
        let rate = rate(2);
        let mut bucket = TokenBucket::default();
        assert!(bucket.take(SECOND, 2, rate));
        for _ in 0..1_000 {
            assert!(!bucket.take(SECOND, 1, rate));
        }
        assert!(!bucket.take(SECOND + SECOND / 2 - 1, 1, rate));
        assert!(bucket.take(SECOND + SECOND / 2, 1, rate));
    }

    #[test]
    fn spent_bytes_are_paid_for_by_waiting() {
        let rate = rate(1_000);
        let mut bucket = TokenBucket::default();
        let mut now = 0;
        let mut sent = 0;
        while sent < 60_000 {
            sent += 1_500;
            now += bucket.spend(now, 1_500, rate);
        }
        assert_eq!(now, 59 * SECOND, "one second's worth came at once");
        // A client that pauses does not save up units.
        now += 3_600 * SECOND;
        assert_eq!(bucket.spend(now, 2_000, rate), SECOND);
    }

    #[test]
    fn refunded_units_are_available_again() {
        let rate = rate(1_000);
        let mut bucket = TokenBucket::default();
        bucket.spend(SECOND, 61_000, rate);
        assert_eq!(bucket.spend(SECOND, 1_000, rate), 61 * SECOND);
        bucket.give_back(61_000, rate);
        assert_eq!(bucket.spend(SECOND, 500, rate), SECOND / 2);
        bucket.give_back(u64::MAX, rate);
        assert_eq!(bucket.spend(SECOND, 1_000, rate), 0);
    }

    #[test]
    fn nothing_overflows() {
        let mut bucket = TokenBucket::default();
        let rate = rate(1);
        assert!(!bucket.take(0, u64::MAX, rate));
        bucket.spend(u64::MAX, u64::MAX, Rate::per_second(NonZeroU64::MAX));
        assert!(!bucket.take(0, 1, rate));
    }
}
