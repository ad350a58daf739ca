//! One version of the component, running on all workers.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::watch;

use super::end::End;
use super::worker::{Shared, Worker, WorkerExit};
use crate::accept::dispatch::WorkerQueue;
use crate::accept::inbox::Inboxes;
use crate::accept::load::Load;
use crate::component::Program;
use crate::error::Error;
use crate::limits;
use crate::net::endpoint::Endpoint;
use crate::root::Root;

/// The workers of one version. It ends when the queues to its workers are dropped and all
/// open connections have finished, or when it is killed or dropped.
pub(crate) struct Generation {
    /// Kept so that the watchdog's clock ticks as long as there are workers.
    program: Program,
    kill: watch::Sender<bool>,
    workers: Vec<JoinHandle<WorkerExit>>,
    inboxes: Vec<Inboxes>,
}

/// A component, and what it gets besides what all versions share.
pub(super) struct Version {
    pub(super) program: Program,
    /// `None` if no file is granted.
    pub(super) root: Option<Root>,
    pub(super) arguments: Arc<[String]>,
}

impl Generation {
    /// Starts the workers, and waits until the instances of all of them listen.
    ///
    /// # Errors
    /// [`Error::System`] when threads or descriptors are lacking.
    /// [`Error::InvalidArguments`] and [`Error::NotListening`] when an instance ends or
    /// stalls before it listens. [`Error::Cancelled`] when `cancelled` returned true
    /// before. After an error, all workers are ended.
    pub(super) fn start(
        version: Version,
        endpoints: &[Endpoint],
        shared: &Arc<Shared>,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(Self, Vec<WorkerQueue>), Error> {
        let program = version.program;
        program.epochs.start(program.engine.weak())?;
        let root = Arc::new(version.root);
        let (kill, killed) = watch::channel(false);
        let mut queues = Vec::new();
        let mut generation = Self {
            program: program.clone(),
            kill,
            workers: Vec::new(),
            inboxes: Vec::new(),
        };
        let deadline = Instant::now().checked_add(shared.limits.start);
        for number in 0..shared.limits.workers.max(1) {
            let (share, traffic) = (shared.limits.share(), shared.counts.traffic_of(number));
            let (queue, inboxes, tasks) =
                WorkerQueue::new(share, traffic, endpoints, &shared.outside());
            queues.push(queue);
            generation.inboxes.push(inboxes.clone());
            let worker = Worker {
                number,
                program: program.clone(),
                root: Arc::clone(&root),
                arguments: Arc::clone(&version.arguments),
                inboxes,
                shared: Arc::clone(shared),
                kill: killed.clone(),
            };
            generation.workers.push(worker.start(tasks)?);
            // All instances reject the same arguments: only the first one reports it.
            if number == 0 {
                generation.wait_until_listening(deadline, cancelled)?;
            }
        }
        generation.wait_until_listening(deadline, cancelled)?;
        Ok((generation, queues))
    }

    fn wait_until_listening(
        &mut self,
        deadline: Option<Instant>,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Error> {
        while !self.inboxes.iter().all(Inboxes::have_listened) {
            if cancelled() {
                return Err(Error::Cancelled);
            }
            if let Some(ended) = self
                .workers
                .extract_if(.., |worker| worker.is_finished())
                .next()
            {
                return Err(match ended.join() {
                    Ok(WorkerExit::InvalidArguments) => Error::InvalidArguments,
                    Ok(WorkerExit::Failed(reason)) => Error::NotListening { reason },
                    Ok(WorkerExit::Done) => not_listening("it ended"),
                    Err(_) => not_listening("its worker panicked"),
                });
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(not_listening("it takes too long"));
            }
            std::thread::sleep(limits::STATE_POLL_INTERVAL);
        }
        Ok(())
    }

    /// Returns the number of connections that are still open.
    pub(crate) fn connections(&self) -> usize {
        let loads = self.inboxes.iter().map(|inboxes| &inboxes.load);
        loads.map(Load::connections).sum()
    }

    /// Checks that it still serves, and that its limits are still enforced.
    ///
    /// # Errors
    /// [`End::WorkersFailed`] when no worker is left, and [`End::ThreadEnded`] when the
    /// watchdog's clock has stopped.
    pub(super) fn check(&self) -> Result<(), End> {
        if self.is_finished() {
            return Err(End::WorkersFailed);
        }
        match self.program.epochs.tick() {
            true => Ok(()),
            false => Err(End::ThreadEnded("the watchdog's clock")),
        }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.workers.iter().all(JoinHandle::is_finished)
    }

    /// Ends every instance at once, whatever it is doing.
    pub(crate) fn kill(&self) {
        self.kill.send_replace(true);
    }
}

fn not_listening(reason: &str) -> Error {
    let reason = reason.to_owned();
    Error::NotListening { reason }
}
