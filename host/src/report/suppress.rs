//! Suppression of repeated notices: the first is reported at once, the rest as a count.

use std::time::{Duration, Instant};

use crate::limits::{REPEAT_INTERVAL, REPEAT_KINDS};

/// Events that are reported at once the first time. Equal events after it are counted,
/// and the count is reported once each [`REPEAT_INTERVAL`].
#[derive(Debug)]
pub(crate) struct Suppressor<E>(Vec<Series<E>>);

#[derive(Debug)]
struct Series<E> {
    event: E,
    reported_at: Instant,
    unreported: u32,
}

/// A report that is due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeated<E> {
    pub(crate) event: E,
    /// Number of events, at least 1.
    pub(crate) times: u32,
    /// Time since the last report; zero for the first one.
    pub(crate) within: Duration,
}

impl<E> Default for Suppressor<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: Clone + PartialEq> Suppressor<E> {
    /// Records an event. Returns the reports that are due now: the event itself if it is
    /// new, counts that have waited long enough, and the count of the oldest kind if it
    /// had to give way because there were [`REPEAT_KINDS`] kinds already.
    pub(crate) fn record(&mut self, now: Instant, event: E) -> Vec<Repeated<E>> {
        if let Some(series) = self.0.iter_mut().find(|series| series.event == event) {
            series.unreported = series.unreported.saturating_add(1);
            return self.overdue(now);
        }
        let mut repeated = self.overdue(now);
        if self.0.len() >= REPEAT_KINDS {
            repeated.extend(self.0.remove(0).repeated(now));
        }
        self.0.push(Series {
            event: event.clone(),
            reported_at: now,
            unreported: 0,
        });
        repeated.push(Repeated {
            event,
            times: 1,
            within: Duration::ZERO,
        });
        repeated
    }

    /// Returns the time of the next report, if no other event occurs.
    pub(crate) fn due(&self) -> Option<Instant> {
        let unreported = self.0.iter().filter(|series| series.unreported > 0);
        unreported.filter_map(Series::due).min()
    }

    /// Returns the counts that have waited long enough to be reported.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<Repeated<E>> {
        let (due, rest) = std::mem::take(&mut self.0)
            .into_iter()
            .partition::<Vec<_>, _>(|series| series.due().is_some_and(|due| due <= now));
        self.0 = rest;
        let mut repeated = Vec::new();
        for mut series in due {
            // A series without a repetition is over. Its next event is a first one again.
            if let Some(one) = series.repeated(now) {
                repeated.push(one);
                (series.reported_at, series.unreported) = (now, 0);
                self.0.push(series);
            }
        }
        repeated
    }

    /// Returns every count that has not been reported yet.
    pub(crate) fn finish(&mut self, now: Instant) -> Vec<Repeated<E>> {
        let all = std::mem::take(&mut self.0);
        all.iter()
            .filter_map(|series| series.repeated(now))
            .collect()
    }
}

impl<E: Clone> Series<E> {
    fn due(&self) -> Option<Instant> {
        self.reported_at.checked_add(REPEAT_INTERVAL)
    }

    fn repeated(&self, now: Instant) -> Option<Repeated<E>> {
        (self.unreported > 0).then(|| Repeated {
            event: self.event.clone(),
            times: self.unreported,
            within: now.saturating_duration_since(self.reported_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(repeated: Vec<Repeated<&'static str>>) -> Vec<(&'static str, u32)> {
        repeated
            .into_iter()
            .map(|one| (one.event, one.times))
            .collect()
    }

    #[test]
    fn the_first_event_is_reported_and_repeats_are_counted() {
        let mut suppressor = Suppressor::default();
        let start = Instant::now();
        assert_eq!(said(suppressor.record(start, "trap")), [("trap", 1)]);
        for _ in 0..36 {
            assert_eq!(said(suppressor.record(start, "trap")), []);
        }
        assert_eq!(suppressor.due(), Some(start + REPEAT_INTERVAL));
        let later = start + REPEAT_INTERVAL;
        assert_eq!(said(suppressor.record(later, "trap")), [("trap", 37)]);
        assert_eq!(suppressor.due(), None);
        assert_eq!(said(suppressor.record(later, "trap")), []);
        assert_eq!(said(suppressor.finish(later)), [("trap", 1)]);
    }

    #[test]
    fn repeats_are_reported_without_a_new_event() {
        let mut suppressor = Suppressor::default();
        let start = Instant::now();
        suppressor.record(start, "trap");
        suppressor.record(start, "trap");
        let due = suppressor.due().unwrap();
        assert_eq!(said(suppressor.overdue(start)), []);
        let repeated = suppressor.overdue(due);
        assert_eq!(repeated[0].within, REPEAT_INTERVAL);
        assert_eq!(said(repeated), [("trap", 1)]);
        // After a minute without an event, the next one is a first one.
        let quiet = due + REPEAT_INTERVAL;
        assert_eq!(said(suppressor.overdue(quiet)), []);
        assert_eq!(said(suppressor.record(quiet, "trap")), [("trap", 1)]);
    }

    #[test]
    fn different_events_are_told_apart() {
        let mut suppressor = Suppressor::default();
        let start = Instant::now();
        for round in 0..10 {
            for event in ["a", "b", "c"] {
                let expected: &[_] = if round == 0 { &[(event, 1)] } else { &[] };
                assert_eq!(said(suppressor.record(start, event)), expected);
            }
        }
        assert_eq!(
            said(suppressor.finish(start)),
            [("a", 9), ("b", 9), ("c", 9)]
        );
    }

    #[test]
    fn kinds_of_events_are_bounded() {
        let mut suppressor = Suppressor::default();
        let start = Instant::now();
        for number in 0..1_000 {
            for _ in 0..2 {
                suppressor.record(start, number);
            }
            assert!(suppressor.0.len() <= REPEAT_KINDS);
        }
        let repeated = suppressor.record(start, 1_000);
        assert_eq!(repeated.len(), 2, "what gave way is not lost: {repeated:?}");
    }
}
