//! The pause before a failed instance is started again, and the number of attempts.

use std::time::Duration;

use crate::limits::{FAILED_RESTARTS, FAILED_STARTS, HEALTHY_AFTER, RESTART_PAUSE, START_PAUSE};

/// History of the instances of one worker.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    /// Failed starts in a row. An instance that listened resets the count.
    failed_starts: u32,
    /// Early failures in a row. An instance that served for long resets the count.
    failed_soon: u32,
    /// Whether any instance has ever listened.
    worked: bool,
}

impl Backoff {
    /// Returns the pause before the next instance, after one failed that ran for `lived`
    /// and did or did not listen. `None` means to give up.
    ///
    /// An instance that listened was useful and costs little to start, and its clients
    /// wait for the next one. An instance that did not listen will hardly listen the next
    /// time.
    pub(crate) fn after(&mut self, lived: Duration, listened: bool) -> Option<Duration> {
        if listened {
            self.worked = true;
            self.failed_starts = 0;
            self.failed_soon = match lived >= HEALTHY_AFTER {
                true => 0,
                false => self.failed_soon.saturating_add(1),
            };
            return Some(grown(RESTART_PAUSE, self.failed_soon));
        }
        self.failed_starts = self.failed_starts.saturating_add(1);
        let most = if self.worked {
            FAILED_RESTARTS
        } else {
            FAILED_STARTS
        };
        (self.failed_starts <= most).then(|| grown(START_PAUSE, self.failed_starts))
    }
}

/// Returns the shortest pause for the first failure, doubled for each further one.
fn grown((shortest, longest): (Duration, Duration), failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(31);
    shortest.saturating_mul(1 << doublings).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_that_never_listened_are_abandoned() {
        let mut backoff = Backoff::default();
        for _ in 0..FAILED_STARTS {
            assert!(backoff.after(Duration::ZERO, false).is_some());
        }
        assert_eq!(backoff.after(Duration::ZERO, false), None);
    }

    #[test]
    fn workers_that_listened_before_get_time_to_recover() {
        let mut backoff = Backoff::default();
        backoff.after(HEALTHY_AFTER, true);
        let pauses: Vec<_> = std::iter::from_fn(|| backoff.after(Duration::ZERO, false)).collect();
        assert!(
            pauses.is_sorted() && pauses[0] == START_PAUSE.0,
            "{pauses:?}"
        );
        let total: Duration = pauses.iter().sum();
        let minutes = Duration::from_secs(60)..Duration::from_secs(180);
        assert!(minutes.contains(&total), "{total:?}");
        // A worker whose instance listens again has recovered.
        assert!(backoff.after(Duration::ZERO, true).is_some());
        assert!(backoff.after(Duration::ZERO, false).is_some());
    }

    #[test]
    fn instances_that_listened_restart_quickly() {
        let mut backoff = Backoff::default();
        for _ in 0..1_000 {
            let pause = backoff.after(Duration::ZERO, true).unwrap();
            assert!(
                (RESTART_PAUSE.0..=RESTART_PAUSE.1).contains(&pause),
                "{pause:?}"
            );
        }
        assert_eq!(backoff.after(HEALTHY_AFTER, true), Some(RESTART_PAUSE.0));
    }
}
