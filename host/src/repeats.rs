//! What happens again and again, said now and then.

use std::time::{Duration, Instant};

use crate::limits::{REPEAT_PAUSE, REPEATS};

/// Like events that are said at once the first time, and then as a number, once each
/// [`REPEAT_PAUSE`].
#[derive(Debug)]
pub(crate) struct Repeats<E>(Vec<Series<E>>);

#[derive(Debug)]
struct Series<E> {
    event: E,
    said: Instant,
    unsaid: u32,
}

/// What is to be said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tally<E> {
    pub(crate) event: E,
    /// At least 1.
    pub(crate) times: u32,
    /// Since it was last said; zero for the first time.
    pub(crate) within: Duration,
}

impl<E> Default for Repeats<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: Clone + PartialEq> Repeats<E> {
    /// Notes an event. What comes back is to be said now: the event itself, or what
    /// gave way to it when there are [`REPEATS`] kinds of events.
    pub(crate) fn note(&mut self, now: Instant, event: E) -> Vec<Tally<E>> {
        if let Some(series) = self.0.iter_mut().find(|series| series.event == event) {
            series.unsaid = series.unsaid.saturating_add(1);
            return self.overdue(now);
        }
        let mut tallies = self.overdue(now);
        if self.0.len() >= REPEATS {
            tallies.extend(self.0.remove(0).tally(now));
        }
        self.0.push(Series {
            event: event.clone(),
            said: now,
            unsaid: 0,
        });
        tallies.push(Tally {
            event,
            times: 1,
            within: Duration::ZERO,
        });
        tallies
    }

    /// When there will be something to say without another event.
    pub(crate) fn due(&self) -> Option<Instant> {
        let unsaid = self.0.iter().filter(|series| series.unsaid > 0);
        unsaid.filter_map(Series::due).min()
    }

    /// What has waited long enough to be said.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<Tally<E>> {
        let (due, rest) = std::mem::take(&mut self.0)
            .into_iter()
            .partition::<Vec<_>, _>(|series| series.due().is_some_and(|due| due <= now));
        self.0 = rest;
        let mut tallies = Vec::new();
        for mut series in due {
            // A series that was not continued is over; its next event is a first one.
            if let Some(tally) = series.tally(now) {
                tallies.push(tally);
                (series.said, series.unsaid) = (now, 0);
                self.0.push(series);
            }
        }
        tallies
    }

    /// Everything that is not said yet.
    pub(crate) fn finish(&mut self, now: Instant) -> Vec<Tally<E>> {
        let all = std::mem::take(&mut self.0);
        all.iter().filter_map(|series| series.tally(now)).collect()
    }
}

impl<E: Clone> Series<E> {
    fn due(&self) -> Option<Instant> {
        self.said.checked_add(REPEAT_PAUSE)
    }

    fn tally(&self, now: Instant) -> Option<Tally<E>> {
        (self.unsaid > 0).then(|| Tally {
            event: self.event.clone(),
            times: self.unsaid,
            within: now.saturating_duration_since(self.said),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(tallies: Vec<Tally<&'static str>>) -> Vec<(&'static str, u32)> {
        tallies
            .into_iter()
            .map(|tally| (tally.event, tally.times))
            .collect()
    }

    #[test]
    fn the_first_is_said_and_the_rest_is_counted() {
        let mut repeats = Repeats::default();
        let start = Instant::now();
        assert_eq!(said(repeats.note(start, "trap")), [("trap", 1)]);
        for _ in 0..36 {
            assert_eq!(said(repeats.note(start, "trap")), []);
        }
        assert_eq!(repeats.due(), Some(start + REPEAT_PAUSE));
        let later = start + REPEAT_PAUSE;
        assert_eq!(said(repeats.note(later, "trap")), [("trap", 37)]);
        assert_eq!(repeats.due(), None);
        assert_eq!(said(repeats.note(later, "trap")), []);
        assert_eq!(said(repeats.finish(later)), [("trap", 1)]);
    }

    #[test]
    fn the_count_comes_without_another_event() {
        let mut repeats = Repeats::default();
        let start = Instant::now();
        repeats.note(start, "trap");
        repeats.note(start, "trap");
        let due = repeats.due().unwrap();
        assert_eq!(said(repeats.overdue(start)), []);
        let tallies = repeats.overdue(due);
        assert_eq!(tallies[0].within, REPEAT_PAUSE);
        assert_eq!(said(tallies), [("trap", 1)]);
        // A minute of quiet, and the next is a first one.
        let quiet = due + REPEAT_PAUSE;
        assert_eq!(said(repeats.overdue(quiet)), []);
        assert_eq!(said(repeats.note(quiet, "trap")), [("trap", 1)]);
    }

    #[test]
    fn different_events_are_told_apart() {
        let mut repeats = Repeats::default();
        let start = Instant::now();
        for round in 0..10 {
            for event in ["a", "b", "c"] {
                let expected: &[_] = if round == 0 { &[(event, 1)] } else { &[] };
                assert_eq!(said(repeats.note(start, event)), expected);
            }
        }
        assert_eq!(said(repeats.finish(start)), [("a", 9), ("b", 9), ("c", 9)]);
    }

    #[test]
    fn kinds_of_events_are_bounded() {
        let mut repeats = Repeats::default();
        let start = Instant::now();
        for number in 0..1_000 {
            for _ in 0..2 {
                repeats.note(start, number);
            }
            assert!(repeats.0.len() <= REPEATS);
        }
        let tallies = repeats.note(start, 1_000);
        assert_eq!(tallies.len(), 2, "what gave way is not lost: {tallies:?}");
    }
}
