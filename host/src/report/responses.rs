//! Responses as a component reports them: numbers, and names of fixed lists.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the time to the first byte, in microseconds. A file of the cache takes less
/// than the first, and a disk that is asleep more than the last but one.
pub(crate) const FIRST_BYTE_BOUNDS: [u64; 16] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
];

/// Upper bounds of the duration, in microseconds. A player may take a film for as long as it
/// lasts.
pub(crate) const DURATION_BOUNDS: [u64; 16] = [
    250,
    1_000,
    5_000,
    10_000,
    50_000,
    100_000,
    500_000,
    1_000_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    300_000_000,
    900_000_000,
    3_600_000_000,
    14_400_000_000,
];

/// Methods of requests that are counted each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the protocol")]
pub enum Method {
    Get,
    Head,
    Options,
    /// Any other, and what could not be read.
    Other,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Get, Self::Head, Self::Options, Self::Other];
}

/// Classes of statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the protocol")]
pub enum StatusClass {
    Informational,
    Successful,
    Redirection,
    ClientError,
    ServerError,
}

impl StatusClass {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Informational,
        Self::Successful,
        Self::Redirection,
        Self::ClientError,
        Self::ServerError,
    ];
}

/// Outcomes of passwords that were sent and asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordOutcome {
    /// It was that of the user.
    Right,
    /// It was not.
    Wrong,
    /// It was not compared, because its client had been wrong too often or too many others were
    /// being compared.
    Refused,
}

impl PasswordOutcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Right, Self::Wrong, Self::Refused];
}

/// A response, as a component reports it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Response {
    pub(crate) method: Method,
    pub(crate) status: StatusClass,
    /// Whether the content of a file was at hand, if there is some.
    pub(crate) cached: Option<bool>,
    pub(crate) password: Option<PasswordOutcome>,
    pub(crate) bytes: u64,
    /// Nanoseconds to the first byte and to the last one.
    pub(crate) first_byte: u64,
    pub(crate) duration: u64,
}

/// Responses of components since the start of their server, as they report them. No count
/// overflows: it stays at its largest value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Responses {
    counts: [[u64; StatusClass::ALL.len()]; Method::ALL.len()],
    passwords: [u64; PasswordOutcome::ALL.len()],
    /// Bytes of content.
    pub bytes: u64,
    /// Files whose content the component had at hand.
    pub cache_hits: u64,
    /// Files that were opened for their response.
    pub cache_misses: u64,
    /// Times from a request to the first byte of its response.
    pub first_byte: Histogram,
    /// Times from a request to the last byte of its response.
    pub duration: Histogram,
}

impl Responses {
    /// Returns the number of responses to requests with a method, of a class.
    #[must_use]
    pub fn count(&self, method: Method, status: StatusClass) -> u64 {
        let row = self.counts.get(method as usize);
        row.and_then(|row| row.get(status as usize))
            .copied()
            .unwrap_or_default()
    }

    /// Returns the number of all responses.
    #[must_use]
    pub fn total(&self) -> u64 {
        let counts = self.counts.as_flattened().iter();
        counts.fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Returns the number of passwords with an outcome.
    #[must_use]
    pub fn passwords(&self, outcome: PasswordOutcome) -> u64 {
        let count = self.passwords.get(outcome as usize);
        count.copied().unwrap_or_default()
    }

    /// Adds the responses of another worker.
    pub(crate) fn add(&mut self, other: &Self) {
        let own = self.counts.as_flattened_mut().iter_mut();
        add_each(own, other.counts.as_flattened());
        add_each(self.passwords.iter_mut(), &other.passwords);
        for (own, other) in [
            (&mut self.bytes, other.bytes),
            (&mut self.cache_hits, other.cache_hits),
            (&mut self.cache_misses, other.cache_misses),
        ] {
            *own = own.saturating_add(other);
        }
        self.first_byte.add(&other.first_byte);
        self.duration.add(&other.duration);
    }
}

fn add_each<'a>(own: impl Iterator<Item = &'a mut u64>, others: &[u64]) {
    for (own, other) in own.zip(others) {
        *own = own.saturating_add(*other);
    }
}

/// Numbers of times by their length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Histogram {
    /// For each bound, the number of times that are not longer, and longer than the bound
    /// before.
    pub buckets: Vec<(Duration, u64)>,
    /// Times that are longer than the last bound.
    pub longer: u64,
    /// Sum of all times, in whole microseconds each.
    pub sum: Duration,
}

impl Histogram {
    /// Returns the number of all times.
    #[must_use]
    pub fn count(&self) -> u64 {
        let counts = self.buckets.iter().map(|(_, count)| *count);
        counts.fold(self.longer, u64::saturating_add)
    }

    fn add(&mut self, other: &Self) {
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
        } else {
            for ((_, own), (_, other)) in self.buckets.iter_mut().zip(&other.buckets) {
                *own = own.saturating_add(*other);
            }
        }
        self.longer = self.longer.saturating_add(other.longer);
        self.sum = self.sum.saturating_add(other.sum);
    }
}

/// The counts of one worker's thread. No other thread writes to them, so that counting takes no
/// locked instruction.
#[derive(Debug)]
pub(super) struct ResponseCells {
    counts: [[AtomicU64; StatusClass::ALL.len()]; Method::ALL.len()],
    passwords: [AtomicU64; PasswordOutcome::ALL.len()],
    bytes: AtomicU64,
    cache_hits: AtomicU64,
    cache_misses: AtomicU64,
    first_byte: HistogramCells<{ FIRST_BYTE_BOUNDS.len() }>,
    duration: HistogramCells<{ DURATION_BOUNDS.len() }>,
}

impl Default for ResponseCells {
    fn default() -> Self {
        Self {
            counts: Default::default(),
            passwords: Default::default(),
            bytes: AtomicU64::default(),
            cache_hits: AtomicU64::default(),
            cache_misses: AtomicU64::default(),
            first_byte: HistogramCells::of(&FIRST_BYTE_BOUNDS),
            duration: HistogramCells::of(&DURATION_BOUNDS),
        }
    }
}

impl ResponseCells {
    /// Counts a response. Only one thread may call it.
    pub(super) fn record(&self, response: &Response) {
        let row = self.counts.get(response.method as usize);
        if let Some(count) = row.and_then(|row| row.get(response.status as usize)) {
            add(count, 1);
        }
        let password = response.password.map(|outcome| outcome as usize);
        if let Some(count) = password.and_then(|outcome| self.passwords.get(outcome)) {
            add(count, 1);
        }
        match response.cached {
            Some(true) => add(&self.cache_hits, 1),
            Some(false) => add(&self.cache_misses, 1),
            None => {}
        }
        add(&self.bytes, response.bytes);
        self.first_byte.record(response.first_byte);
        self.duration.record(response.duration);
    }

    /// Returns the counts at this moment.
    pub(super) fn read(&self) -> Responses {
        Responses {
            counts: std::array::from_fn(|method| match self.counts.get(method) {
                Some(row) => std::array::from_fn(|status| row.get(status).map_or(0, load)),
                None => Default::default(),
            }),
            passwords: std::array::from_fn(|outcome| self.passwords.get(outcome).map_or(0, load)),
            bytes: load(&self.bytes),
            cache_hits: load(&self.cache_hits),
            cache_misses: load(&self.cache_misses),
            first_byte: self.first_byte.read(),
            duration: self.duration.read(),
        }
    }
}

/// A histogram with bounds in microseconds.
#[derive(Debug)]
struct HistogramCells<const BUCKETS: usize> {
    bounds: &'static [u64; BUCKETS],
    buckets: [AtomicU64; BUCKETS],
    longer: AtomicU64,
    /// Microseconds.
    sum: AtomicU64,
}

impl<const BUCKETS: usize> HistogramCells<BUCKETS> {
    fn of(bounds: &'static [u64; BUCKETS]) -> Self {
        Self {
            bounds,
            buckets: std::array::from_fn(|_| AtomicU64::default()),
            longer: AtomicU64::default(),
            sum: AtomicU64::default(),
        }
    }

    fn record(&self, nanoseconds: u64) {
        let microseconds = nanoseconds / 1_000;
        // Most times are short.
        let bucket = self.bounds.iter().position(|&bound| microseconds <= bound);
        let bucket = bucket.and_then(|bucket| self.buckets.get(bucket));
        add(bucket.unwrap_or(&self.longer), 1);
        add(&self.sum, microseconds);
    }

    fn read(&self) -> Histogram {
        let bounds = self
            .bounds
            .iter()
            .map(|&bound| Duration::from_micros(bound));
        Histogram {
            buckets: bounds.zip(self.buckets.iter().map(load)).collect(),
            longer: load(&self.longer),
            sum: Duration::from_micros(load(&self.sum)),
        }
    }
}

/// Adds to a count of which only this thread writes. It stays at its largest value.
fn add(count: &AtomicU64, more: u64) {
    let before = count.load(Ordering::Relaxed);
    count.store(before.saturating_add(more), Ordering::Relaxed);
}

fn load(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESPONSE: Response = Response {
        method: Method::Get,
        status: StatusClass::Successful,
        cached: Some(true),
        password: Some(PasswordOutcome::Wrong),
        bytes: 7,
        first_byte: 99_999,
        duration: 250_001_000,
    };

    #[test]
    fn a_response_is_counted_where_it_belongs() {
        let cells = ResponseCells::default();
        cells.record(&RESPONSE);
        cells.record(&Response {
            method: Method::Other,
            status: StatusClass::ServerError,
            cached: Some(false),
            password: None,
            ..RESPONSE
        });
        let mut all = cells.read();
        for method in Method::ALL {
            for status in StatusClass::ALL {
                let expected = matches!(
                    (method, status),
                    (Method::Get, StatusClass::Successful)
                        | (Method::Other, StatusClass::ServerError)
                );
                let count = all.count(method, status);
                assert_eq!(count, u64::from(expected), "{method:?} {status:?}");
            }
        }
        all.add(&cells.read());
        assert_eq!((all.total(), all.bytes), (4, 28));
        assert_eq!((all.cache_hits, all.cache_misses), (2, 2));
        assert_eq!(all.passwords(PasswordOutcome::Wrong), 2);
        assert_eq!(all.first_byte.count(), all.total());
        assert_eq!(all.duration.sum, Duration::from_micros(1_000_004));
    }

    #[test]
    fn a_time_is_counted_in_the_first_bucket_that_has_it() {
        // Nanoseconds, and the bucket.
        let cases = [
            (0, Some(0)),
            (100_000, Some(0)),
            (100_999, Some(0)),
            (101_000, Some(1)),
            (10_000_000_000, Some(15)),
            (10_000_001_000, None),
            (u64::MAX, None),
        ];
        for (nanoseconds, bucket) in cases {
            let cells = HistogramCells::of(&FIRST_BYTE_BOUNDS);
            cells.record(nanoseconds);
            let histogram = cells.read();
            let found = histogram.buckets.iter().position(|(_, count)| *count == 1);
            assert_eq!(found, bucket, "{nanoseconds}");
            assert_eq!(histogram.count(), 1);
        }
        assert!(FIRST_BYTE_BOUNDS.is_sorted() && DURATION_BOUNDS.is_sorted());
    }

    /// Whatever a component reports, no count begins anew.
    #[test]
    fn counts_stay_at_their_largest_value() {
        let cells = ResponseCells::default();
        let largest = Response {
            bytes: u64::MAX,
            first_byte: u64::MAX,
            duration: u64::MAX,
            ..RESPONSE
        };
        for _ in 0..3 {
            cells.record(&largest);
        }
        add(&cells.cache_hits, u64::MAX);
        let mut all = cells.read();
        all.add(&cells.read());
        assert_eq!((all.bytes, all.cache_hits), (u64::MAX, u64::MAX));
        assert_eq!((all.total(), all.duration.longer), (6, 6));
        // As a number of microseconds it would overflow after a thousand of these.
        for _ in 0..2_000 {
            cells.record(&largest);
        }
        let sum = cells.read().duration.sum;
        assert_eq!(sum, Duration::from_micros(u64::MAX));
    }
}
