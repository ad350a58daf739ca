//! Coalescing: waiting so that several connections are accepted together.

use std::time::{Duration, Instant};

use crate::limits::{ACCEPT_COALESCE_DELAY, ACCEPT_MAX_GAP, ACCEPT_MIN_BATCH, ACCEPT_PROBE_EVERY};

/// Learns from the sizes of the batches whether waiting pays off.
#[derive(Debug)]
pub(crate) struct Coalescer {
    /// Time at which the acceptor was last ready for more.
    ready: Option<Instant>,
    /// Batches until a delay is tried. The connections that arrive during it show whether
    /// it pays off.
    until_probe: u32,
}

impl Default for Coalescer {
    fn default() -> Self {
        Self {
            ready: None,
            until_probe: ACCEPT_PROBE_EVERY,
        }
    }
}

impl Coalescer {
    /// Returns the time to wait after `batch` connections have been accepted.
    pub(crate) fn delay(&mut self, now: Instant, batch: usize) -> Duration {
        let since = self.ready.map(|ready| now.saturating_duration_since(ready));
        let closely = since.is_some_and(|since| since < ACCEPT_MAX_GAP);
        self.until_probe = match self.until_probe.checked_sub(1) {
            _ if batch >= ACCEPT_MIN_BATCH => 0,
            Some(fewer) if closely => fewer,
            _ => ACCEPT_PROBE_EVERY,
        };
        let delay = match self.until_probe {
            0 if closely => ACCEPT_COALESCE_DELAY,
            _ => Duration::ZERO,
        };
        self.ready = now.checked_add(delay);
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the delays for batches that begin `after` the end of the previous one.
    fn delays(after: Duration, batches: impl IntoIterator<Item = usize>) -> Vec<Duration> {
        let (mut coalescer, mut now) = (Coalescer::default(), Instant::now());
        let rest = |batch| {
            now = now.checked_add(after).unwrap();
            let rest = coalescer.delay(now, batch);
            now = now.checked_add(rest).unwrap();
            rest
        };
        batches.into_iter().map(rest).collect()
    }

    #[test]
    fn sparse_connections_are_rarely_delayed() {
        let soon = Duration::from_micros(100);
        let batches = 10 * (ACCEPT_PROBE_EVERY as usize + 1);
        let rests = delays(soon, std::iter::repeat_n(1, batches));
        let rested = rests.iter().filter(|rest| !rest.is_zero()).count();
        assert!((9..=10).contains(&rested), "{rested}");
    }

    #[test]
    fn bursts_are_accepted_in_batches() {
        let soon = Duration::from_micros(100);
        let many = ACCEPT_MIN_BATCH;
        assert_eq!(
            delays(soon, [many, many, many, 1, 1, many, many]),
            [
                Duration::ZERO,
                ACCEPT_COALESCE_DELAY,
                ACCEPT_COALESCE_DELAY,
                Duration::ZERO,
                Duration::ZERO,
                ACCEPT_COALESCE_DELAY,
                ACCEPT_COALESCE_DELAY
            ]
        );
    }

    #[test]
    fn sparse_connections_are_accepted_at_once() {
        for batch in [1, ACCEPT_MIN_BATCH, 1_000] {
            let rests = delays(ACCEPT_MAX_GAP, std::iter::repeat_n(batch, 200));
            assert!(rests.iter().all(Duration::is_zero), "{batch}");
        }
    }
}
