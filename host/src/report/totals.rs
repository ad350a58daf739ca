//! The work of a server since its start, in numbers that need no look at the bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Counts of a server since its start, in all versions. Clones share it, and it can be
/// read after the server has stopped.
#[derive(Clone, Debug)]
pub struct Totals(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    started: Instant,
    connections: AtomicU64,
    most_at_once: AtomicUsize,
    restarts: AtomicU64,
    /// For each worker, in all versions.
    sent: Vec<Sent>,
}

/// Bytes that one worker has sent. It has a cache line of its own, because workers count
/// after each call that writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Arc<Padded>);

#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded(AtomicU64);

impl Sent {
    pub(crate) fn add(&self, bytes: usize) {
        self.0.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Totals {
    pub(crate) fn new(workers: usize) -> Self {
        Self(Arc::new(Counts {
            started: Instant::now(),
            connections: AtomicU64::new(0),
            most_at_once: AtomicUsize::new(0),
            restarts: AtomicU64::new(0),
            sent: (0..workers).map(|_| Sent::default()).collect(),
        }))
    }

    /// Returns the counter of a worker.
    pub(crate) fn sent_by(&self, worker: usize) -> Sent {
        self.0.sent.get(worker).cloned().unwrap_or_default()
    }

    /// Counts a new connection, with which `open` are open.
    pub(crate) fn connected(&self, open: usize) {
        self.0.connections.fetch_add(1, Ordering::Relaxed);
        self.0.most_at_once.fetch_max(open, Ordering::Relaxed);
    }

    pub(crate) fn restarted(&self) {
        self.0.restarts.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of connections that workers were given.
    pub fn connections(&self) -> u64 {
        self.0.connections.load(Ordering::Relaxed)
    }

    /// Returns the most connections that were open at once.
    pub fn most_at_once(&self) -> usize {
        self.0.most_at_once.load(Ordering::Relaxed)
    }

    /// Returns the bytes that the kernel has taken for clients.
    pub fn sent(&self) -> u64 {
        let sent = self.0.sent.iter();
        let sent = sent.map(|sent| sent.0.0.load(Ordering::Relaxed));
        sent.fold(0, u64::saturating_add)
    }

    /// Returns how often a failed instance was started again.
    pub fn restarts(&self) -> u64 {
        self.0.restarts.load(Ordering::Relaxed)
    }

    /// Returns the time since the start.
    pub fn uptime(&self) -> Duration {
        self.0.started.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_was_counted_is_in_it() {
        let totals = Totals::new(2);
        for open in [1, 2, 1] {
            totals.connected(open);
        }
        totals.restarted();
        for (worker, bytes) in [(0, 5), (1, 7), (1, 1)] {
            totals.sent_by(worker).add(bytes);
        }
        let read = (
            totals.connections(),
            totals.most_at_once(),
            totals.sent(),
            totals.restarts(),
        );
        assert_eq!(read, (3, 2, 13, 1));
    }
}
