//! The work of a server since its start, in numbers: those that need no look at the bytes, and
//! those that its component reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::handshakes::{HandshakeCounts, Handshakes};
use super::responses::Responses;
use super::worker_counts::{AllWorkers, Membership, WorkerCounters};

/// Counts of a server since its start, over all its workers and versions, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Connections that workers were given.
    pub accepted: u64,
    /// Connections that were closed because their client had as many as one may have.
    pub refused: u64,
    /// Connections that were closed because they did not begin with the header of a trusted
    /// proxy.
    pub headerless: u64,
    /// Connections that are open now.
    pub open: usize,
    /// Most connections that were open at once.
    pub most_open: usize,
    /// Bytes that components have received.
    pub received: u64,
    /// Bytes that the transport has taken for clients.
    pub sent: u64,
    /// Instances that failed: by a trap, by an end before its time, or because they did not
    /// listen.
    pub failures: u64,
    /// Starts of an instance in the place of one that failed.
    pub restarts: u64,
    /// Versions of the component that connections have gone to: 1, and 1 for each
    /// replacement.
    pub versions: u64,
    /// TLS handshakes.
    pub handshakes: Handshakes,
    /// Responses, as the component reports them. A component that does not report has none.
    pub responses: Responses,
    /// The workers that run now, those of replaced versions too.
    pub workers: Vec<WorkerCounters>,
    /// Time since the start.
    pub uptime: Duration,
}

/// The counts that the threads of a server keep. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Counts(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    started: (Instant, SystemTime),
    accepted: AtomicU64,
    refused: AtomicU64,
    headerless: AtomicU64,
    most_open: AtomicUsize,
    failures: AtomicU64,
    restarts: AtomicU64,
    versions: AtomicU64,
    handshakes: HandshakeCounts,
    workers: AllWorkers,
    /// For each worker, in all versions.
    traffic: Vec<Traffic>,
}

/// Bytes that one worker has received and sent. They have a cache line of their own, because
/// workers count with each call that reads or writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traffic(Arc<Padded>);

#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded {
    received: AtomicU64,
    sent: AtomicU64,
}

impl Traffic {
    pub(crate) fn add_received(&self, bytes: usize) {
        self.0.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn add_sent(&self, bytes: usize) {
        self.0.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Counts {
    pub(crate) fn new(workers: usize) -> Self {
        Self(Arc::new(Shared {
            started: (Instant::now(), SystemTime::now()),
            accepted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            headerless: AtomicU64::new(0),
            most_open: AtomicUsize::new(0),
            failures: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
            versions: AtomicU64::new(0),
            handshakes: HandshakeCounts::default(),
            workers: AllWorkers::default(),
            traffic: (0..workers).map(|_| Traffic::default()).collect(),
        }))
    }

    /// Returns the time of the start.
    pub(crate) fn started(&self) -> SystemTime {
        self.0.started.1
    }

    /// Returns the counts of a worker.
    pub(crate) fn traffic_of(&self, worker: usize) -> Traffic {
        self.0.traffic.get(worker).cloned().unwrap_or_default()
    }

    /// Counts a new connection, with which `open` are open.
    pub(crate) fn accepted(&self, open: usize) {
        self.0.accepted.fetch_add(1, Ordering::Relaxed);
        self.0.most_open.fetch_max(open, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn headerless(&self) {
        self.0.headerless.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the counts of TLS handshakes.
    pub(crate) fn handshakes(&self) -> &HandshakeCounts {
        &self.0.handshakes
    }

    /// Adds the counts of a worker's thread, until the result is dropped.
    pub(crate) fn enter(&self, worker: usize) -> Membership {
        self.0.workers.enter(worker)
    }

    pub(crate) fn failed(&self) {
        self.0.failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn restarted(&self) {
        self.0.restarts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn new_version(&self) {
        self.0.versions.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the counts at this moment, at which `open` connections are open.
    pub(crate) fn snapshot(&self, open: usize) -> Counters {
        let sum = |bytes: fn(&Padded) -> &AtomicU64| {
            let workers = self.0.traffic.iter();
            let bytes = workers.map(|worker| bytes(&worker.0).load(Ordering::Relaxed));
            bytes.fold(0, u64::saturating_add)
        };
        let (responses, workers) = self.0.workers.read();
        Counters {
            accepted: self.0.accepted.load(Ordering::Relaxed),
            refused: self.0.refused.load(Ordering::Relaxed),
            headerless: self.0.headerless.load(Ordering::Relaxed),
            open,
            most_open: self.0.most_open.load(Ordering::Relaxed),
            received: sum(|worker| &worker.received),
            sent: sum(|worker| &worker.sent),
            failures: self.0.failures.load(Ordering::Relaxed),
            restarts: self.0.restarts.load(Ordering::Relaxed),
            versions: self.0.versions.load(Ordering::Relaxed),
            handshakes: self.0.handshakes.read(),
            responses,
            workers,
            uptime: self.0.started.0.elapsed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_was_counted_is_in_it() {
        let counts = Counts::new(2);
        for open in [1, 2, 1] {
            counts.accepted(open);
        }
        counts.refused();
        counts.headerless();
        counts.failed();
        counts.restarted();
        drop(counts.handshakes().begin());
        let worker = counts.enter(1);
        worker.counts().set_memory(9);
        counts.new_version();
        for (worker, bytes) in [(0, 5), (1, 7), (1, 1)] {
            counts.traffic_of(worker).add_sent(bytes);
            counts.traffic_of(worker).add_received(1);
        }
        let counters = counts.snapshot(1);
        let expected = Counters {
            accepted: 3,
            refused: 1,
            headerless: 1,
            open: 1,
            most_open: 2,
            received: 3,
            sent: 13,
            failures: 1,
            restarts: 1,
            versions: 1,
            handshakes: Handshakes {
                given_up: 1,
                ..Handshakes::default()
            },
            responses: counters.responses.clone(),
            workers: counters.workers.clone(),
            uptime: counters.uptime,
        };
        assert_eq!(counters, expected);
        let workers = counters.workers.iter();
        let workers: Vec<_> = workers.map(|one| (one.number, one.memory)).collect();
        assert_eq!(workers, [(1, 9)]);
    }
}
