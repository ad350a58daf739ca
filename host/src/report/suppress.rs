//! Suppression of repeated notices: the first is reported at once, the rest as a count.

use std::time::{Duration, Instant};

use crate::limits::{REPEAT_INTERVAL, REPEAT_KINDS};

/// Like events that are said at once the first time, and then as a number, once each
/// [`REPEAT_INTERVAL`].
#[derive(Debug)]
pub(crate) struct Suppressor<E>(Vec<Series<E>>);

#[derive(Debug)]
struct Series<E> {
    event: E,
    said: Instant,
    unsaid: u32,
}

/// What is to be said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeated<E> {
    pub(crate) event: E,
    /// At least 1.
    pub(crate) times: u32,
    /// Since it was last said; zero for the first time.
    pub(crate) within: Duration,
}

impl<E> Default for Suppressor<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: Clone + PartialEq> Suppressor<E> {
    /// Notes an event. What comes back is to be said now: the event itself, or what
    /// gave way to it when there are [`REPEAT_KINDS`] kinds of events.
    pub(crate) fn record(&mut self, now: Instant, event: E) -> Vec<Repeated<E>> {
        if let Some(series) = self.0.iter_mut().find(|series| series.event == event) {
            series.unsaid = series.unsaid.saturating_add(1);
            return self.overdue(now);
        }
        let mut repeated = self.overdue(now);
        if self.0.len() >= REPEAT_KINDS {
            repeated.extend(self.0.remove(0).repeated(now));
        }
        self.0.push(Series {
            event: event.clone(),
            said: now,
            unsaid: 0,
        });
        repeated.push(Repeated {
            event,
            times: 1,
            within: Duration::ZERO,
        });
        repeated
    }

    /// When there will be something to say without another event.
    pub(crate) fn due(&self) -> Option<Instant> {
        let unsaid = self.0.iter().filter(|series| series.unsaid > 0);
        unsaid.filter_map(Series::due).min()
    }

    /// What has waited long enough to be said.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<Repeated<E>> {
        let (due, rest) = std::mem::take(&mut self.0)
            .into_iter()
            .partition::<Vec<_>, _>(|series| series.due().is_some_and(|due| due <= now));
        self.0 = rest;
        let mut repeated = Vec::new();
        for mut series in due {
            // A series that was not continued is over; its next event is a first one.
            if let Some(one) = series.repeated(now) {
                repeated.push(one);
                (series.said, series.unsaid) = (now, 0);
                self.0.push(series);
            }
        }
        repeated
    }

    /// Everything that is not said yet.
    pub(crate) fn finish(&mut self, now: Instant) -> Vec<Repeated<E>> {
        let all = std::mem::take(&mut self.0);
        all.iter()
            .filter_map(|series| series.repeated(now))
            .collect()
    }
}

impl<E: Clone> Series<E> {
    fn due(&self) -> Option<Instant> {
        self.said.checked_add(REPEAT_INTERVAL)
    }

    fn repeated(&self, now: Instant) -> Option<Repeated<E>> {
        (self.unsaid > 0).then(|| Repeated {
            event: self.event.clone(),
            times: self.unsaid,
            within: now.saturating_duration_since(self.said),
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
        // A minute of quiet, and the next is a first one.
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
