//! Clients that read fast. More bytes wait in the kernel for each of them, so that the worker
//! is woken less often. There is room for some of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::unsent::UnsentBudget;
use crate::limits::{FAST_READ_BYTES, FAST_READ_TIME, FAST_UNSENT_BYTES, UNSENT_BYTES};

/// Places for fast readers that are still free, of all workers together. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct FastReaders(Arc<AtomicUsize>);

/// The place of one client.
#[derive(Debug)]
struct Place(FastReaders);

/// The pace at which a client reads.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Start of the time in which bytes are counted.
    since: Option<Instant>,
    bytes: u64,
    place: Option<Place>,
}

impl FastReaders {
    /// As many as leave the kernel's memory to others.
    pub(crate) fn within(budget: UnsentBudget) -> Self {
        Self::up_to(budget.fast_readers())
    }

    fn up_to(places: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(places)))
    }

    fn admit(&self) -> Option<Place> {
        let less = |places: usize| places.checked_sub(1);
        let admitted = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        admitted.is_ok().then(|| Place(self.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Pace {
    /// Notes that the kernel has taken bytes for the client. Changes by `bound` how many it holds
    /// unsent, when the client turns out to read fast, or not any more. `bound` returns whether
    /// it has done so.
    pub(crate) fn sent(
        &mut self,
        bytes: u64,
        readers: &FastReaders,
        now: impl Fn() -> Instant,
        bound: impl FnOnce(u32) -> bool,
    ) {
        let since = *self.since.get_or_insert_with(&now);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes < FAST_READ_BYTES {
            return;
        }
        let now = now();
        let is_fast = now.saturating_duration_since(since) <= FAST_READ_TIME;
        (self.since, self.bytes) = (Some(now), 0);
        match is_fast {
            true if self.place.is_none() => {
                self.place = readers.admit().filter(|_| bound(FAST_UNSENT_BYTES));
            }
            false if self.place.is_some() => {
                bound(UNSENT_BYTES);
                self.place = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Has a client read [`FAST_READ_BYTES`] in a time, in two parts. Returns the bound that
    /// was set.
    fn read(
        pace: &mut Pace,
        readers: &FastReaders,
        at: &mut Instant,
        time: Duration,
    ) -> Option<u32> {
        let mut set = None;
        let begin = *at;
        pace.sent(0, readers, || begin, |_| unreachable!());
        *at = begin.checked_add(time).unwrap();
        for part in [1, FAST_READ_BYTES - 1] {
            pace.sent(
                part,
                readers,
                || *at,
                |bytes| {
                    set = Some(bytes);
                    true
                },
            );
        }
        set
    }

    #[test]
    fn who_reads_fast_gets_more_until_he_is_slow() {
        let (mut pace, readers) = (Pace::default(), FastReaders::up_to(1));
        let mut at = Instant::now();
        let slow = FAST_READ_TIME + Duration::from_nanos(1);
        for (time, expected) in [
            (slow, None),
            (FAST_READ_TIME, Some(FAST_UNSENT_BYTES)),
            (Duration::ZERO, None),
            (slow, Some(UNSENT_BYTES)),
            (slow, None),
            (FAST_READ_TIME, Some(FAST_UNSENT_BYTES)),
        ] {
            let set = read(&mut pace, &readers, &mut at, time);
            assert_eq!(set, expected, "{time:?}");
        }
    }

    #[test]
    fn places_are_given_back() {
        let readers = FastReaders::up_to(2);
        let mut at = Instant::now();
        let mut reads = |pace: &mut Pace| read(pace, &readers, &mut at, Duration::ZERO).is_some();
        let mut paces: [Pace; 3] = Default::default();
        let admitted = paces.each_mut().map(&mut reads);
        assert_eq!(admitted, [true, true, false]);
        let [first, _second, mut third] = paces;
        drop(first);
        assert!(reads(&mut third));
        assert!(!reads(&mut Pace::default()));
    }

    #[test]
    fn a_place_is_free_if_the_bound_cannot_be_set() {
        let readers = FastReaders::up_to(1);
        let begin = Instant::now();
        let mut pace = Pace::default();
        pace.sent(FAST_READ_BYTES, &readers, || begin, |_| false);
        assert!(readers.admit().is_some());
    }
}
