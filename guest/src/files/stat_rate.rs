//! Rate of calls that ask the file system about paths.

use core::cell::Cell;

use crate::limits::STAT_CALLS_PER_SECOND;

/// Calls of the current second.
#[derive(Default)]
pub struct StatRate {
    /// Unix time in seconds, and the number of calls in that second.
    asked: Cell<(i64, u32)>,
}

impl StatRate {
    /// Counts one call at `now`.
    pub fn count(&self, now: i64) {
        let (second, asked) = self.asked.get();
        let asked = if second == now { asked } else { 0 };
        self.asked.set((now, asked.saturating_add(1)));
    }

    /// Whether the calls of this second have reached the bound, so that earlier results of
    /// the second must be used.
    pub fn is_high(&self, now: i64) -> bool {
        let (second, asked) = self.asked.get();
        second == now && asked >= STAT_CALLS_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_own() {
        let stat_rate = StatRate::default();
        for second in [10, 11, 9] {
            for _ in 0..STAT_CALLS_PER_SECOND {
                assert!(!stat_rate.is_high(second));
                stat_rate.count(second);
            }
            assert!(stat_rate.is_high(second));
            assert!(!stat_rate.is_high(second + 1));
        }
    }
}
