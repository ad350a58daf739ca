//! When to let connections gather before more are accepted.

use std::time::{Duration, Instant};

use crate::limits::{ACCEPT_CLOSELY, ACCEPT_REST};

/// Batches of connections, as they come.
#[derive(Debug, Default)]
pub(crate) struct Bursts {
    /// When the acceptor was last ready for more.
    ready: Option<Instant>,
}

impl Bursts {
    /// How long to rest, now that a batch has been accepted.
    pub(crate) fn rest(&mut self, now: Instant) -> Duration {
        let since = self.ready.map(|ready| now.saturating_duration_since(ready));
        let rest = match since {
            Some(since) if since < ACCEPT_CLOSELY => ACCEPT_REST,
            _ => Duration::ZERO,
        };
        self.ready = now.checked_add(rest);
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_comes_only_between_batches_that_follow_closely() {
        let mut bursts = Bursts::default();
        let mut now = Instant::now();
        // After the end of the last rest; what follows.
        let batches = [
            (Duration::ZERO, Duration::ZERO),
            (Duration::from_millis(1), ACCEPT_REST),
            (Duration::from_micros(1), ACCEPT_REST),
            (Duration::from_micros(1_999), ACCEPT_REST),
            (ACCEPT_CLOSELY, Duration::ZERO),
            (Duration::from_secs(60), Duration::ZERO),
            (Duration::ZERO, ACCEPT_REST),
        ];
        for (after, expected) in batches {
            now += after;
            let rest = bursts.rest(now);
            assert_eq!(rest, expected, "{after:?}");
            now += rest;
        }
    }
}
