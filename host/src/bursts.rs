//! When to let connections gather before more are accepted.

use std::time::{Duration, Instant};

use crate::limits::{ACCEPT_CLOSELY, ACCEPT_GATHERED, ACCEPT_REST, ACCEPT_UNRESTED};

/// Batches of connections, as they come.
#[derive(Debug)]
pub(crate) struct Bursts {
    /// When the acceptor was last ready for more.
    ready: Option<Instant>,
    /// Batches to come before a rest is tried: what gathers in it shows whether it pays.
    unrested: u32,
}

impl Default for Bursts {
    fn default() -> Self {
        Self {
            ready: None,
            unrested: ACCEPT_UNRESTED,
        }
    }
}

impl Bursts {
    /// How long to rest, now that a batch of so many has been accepted.
    pub(crate) fn rest(&mut self, now: Instant, batch: usize) -> Duration {
        let since = self.ready.map(|ready| now.saturating_duration_since(ready));
        let closely = since.is_some_and(|since| since < ACCEPT_CLOSELY);
        self.unrested = match self.unrested.checked_sub(1) {
            _ if batch >= ACCEPT_GATHERED => 0,
            Some(fewer) if closely => fewer,
            _ => ACCEPT_UNRESTED,
        };
        let rest = match self.unrested {
            0 if closely => ACCEPT_REST,
            _ => Duration::ZERO,
        };
        self.ready = now.checked_add(rest);
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rests after batches that come so long after the end of the last one.
    fn rests(after: Duration, batches: impl IntoIterator<Item = usize>) -> Vec<Duration> {
        let (mut bursts, mut now) = (Bursts::default(), Instant::now());
        let rest = |batch| {
            now = now.checked_add(after).unwrap();
            let rest = bursts.rest(now, batch);
            now = now.checked_add(rest).unwrap();
            rest
        };
        batches.into_iter().map(rest).collect()
    }

    #[test]
    fn who_comes_alone_is_seldom_rested_for() {
        let soon = Duration::from_micros(100);
        let batches = 10 * (ACCEPT_UNRESTED as usize + 1);
        let rests = rests(soon, std::iter::repeat_n(1, batches));
        let rested = rests.iter().filter(|rest| !rest.is_zero()).count();
        assert!((9..=10).contains(&rested), "{rested}");
    }

    #[test]
    fn while_many_gather_it_rests() {
        let soon = Duration::from_micros(100);
        let many = ACCEPT_GATHERED;
        assert_eq!(
            rests(soon, [many, many, many, 1, 1, many, many]),
            [
                Duration::ZERO,
                ACCEPT_REST,
                ACCEPT_REST,
                Duration::ZERO,
                Duration::ZERO,
                ACCEPT_REST,
                ACCEPT_REST
            ]
        );
    }

    #[test]
    fn what_comes_now_and_then_is_accepted_at_once() {
        for batch in [1, ACCEPT_GATHERED, 1_000] {
            let rests = rests(ACCEPT_CLOSELY, std::iter::repeat_n(batch, 200));
            assert!(rests.iter().all(Duration::is_zero), "{batch}");
        }
    }
}
