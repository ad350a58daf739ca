//! Counts that one worker's thread keeps.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::responses::{Response, ResponseCells, Responses};

/// A worker, as an operator sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerCounters {
    /// Number of the worker. While a replaced version finishes, two have the same.
    pub number: usize,
    /// Bytes of memory of its instance.
    pub memory: usize,
}

/// The counts of a worker's thread, for what that thread does. Clones share them, and stay on
/// the thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorkerCounts(Arc<Cells>);

/// A cache line of its own, because it is written with each response.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Cells {
    number: usize,
    memory: AtomicUsize,
    responses: ResponseCells,
}

impl WorkerCounts {
    /// Counts a response. Only the worker's thread may call it.
    pub(crate) fn record(&self, response: &Response) {
        self.0.responses.record(response);
    }

    /// Notes how much memory the instance has.
    pub(crate) fn set_memory(&self, bytes: usize) {
        self.0.memory.store(bytes, Ordering::Relaxed);
    }
}

/// The counts of all workers of a server, and the sum of those that have ended. Clones share
/// them.
#[derive(Clone, Debug, Default)]
pub(super) struct AllWorkers(Arc<Mutex<Members>>);

#[derive(Debug, Default)]
struct Members {
    running: Vec<WorkerCounts>,
    ended: Responses,
}

impl AllWorkers {
    /// Adds the counts of a worker that starts.
    pub(super) fn enter(&self, number: usize) -> Membership {
        let counts = WorkerCounts(Arc::new(Cells {
            number,
            ..Cells::default()
        }));
        self.members().running.push(counts.clone());
        Membership {
            counts,
            all: self.clone(),
        }
    }

    /// Returns the sum of all, and what runs now.
    pub(super) fn read(&self) -> (Responses, Vec<WorkerCounters>) {
        let members = self.members();
        let mut sum = members.ended.clone();
        let mut workers = Vec::new();
        for WorkerCounts(cells) in &members.running {
            sum.add(&cells.responses.read());
            workers.push(WorkerCounters {
                number: cells.number,
                memory: cells.memory.load(Ordering::Relaxed),
            });
        }
        (sum, workers)
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's place among the others, until it is dropped. Its counts stay in the sum.
#[derive(Debug)]
pub(crate) struct Membership {
    counts: WorkerCounts,
    all: AllWorkers,
}

impl Membership {
    /// Returns the worker's counts.
    pub(crate) fn counts(&self) -> WorkerCounts {
        self.counts.clone()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut members = self.all.members();
        members.ended.add(&self.counts.0.responses.read());
        members
            .running
            .retain(|other| !Arc::ptr_eq(&other.0, &self.counts.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::responses::{Method, StatusClass};

    const RESPONSE: Response = Response {
        method: Method::Get,
        status: StatusClass::Successful,
        cached: None,
        password: None,
        bytes: 5,
        first_byte: 0,
        duration: 0,
    };

    /// Two versions of a worker count at the same time, each on its own thread.
    #[test]
    fn nothing_is_lost_when_a_worker_ends() {
        let all = AllWorkers::default();
        let old = all.enter(3);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let new = all.enter(3);
                    for _ in 0..1_000 {
                        new.counts().record(&RESPONSE);
                    }
                });
            }
        });
        old.counts().record(&RESPONSE);
        old.counts().set_memory(7);
        let (sum, workers) = all.read();
        assert_eq!((sum.total(), sum.bytes), (2_001, 10_005));
        let own = WorkerCounters {
            number: 3,
            memory: 7,
        };
        assert_eq!(workers, [own]);
        drop(old);
        let (sum, workers) = all.read();
        assert_eq!((sum.total(), workers.len()), (2_001, 0));
    }
}
