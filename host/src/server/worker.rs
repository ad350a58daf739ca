//! A worker: a thread that keeps one instance running.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::backoff::Backoff;
use crate::accept::client_limit::ClientLimits;
use crate::accept::dispatch::Task;
use crate::accept::filters::Outside;
use crate::accept::inbox::Inboxes;
use crate::component::Program;
use crate::component::instance::{self, Grants};
use crate::error::{one_line, words};
use crate::limits::Limits;
use crate::net::fast_readers::FastReaders;
use crate::report::counters::Counts;
use crate::report::event::Event;
use crate::report::log::Log;
use crate::report::publisher::Publisher;
use crate::report::suppress::{Repeated, Suppressor};
use crate::report::worker_counts::WorkerCounts;
use crate::root::Root;
use crate::scheduling::{block_sigpipe, work_in_batches};
use crate::wasi::counters::Observer;
use crate::wasi::filesystem::Disk;
use crate::wasi::filesystem::preopens::Preopen;
use crate::wasi::passwords::SharedPasswords;
use crate::wasi::usage::SharedUsage;

/// Data that all workers of a server share, in all versions.
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    pub(crate) stdout: Log,
    pub(crate) stderr: Log,
    pub(crate) events: Publisher,
    pub(crate) counts: Counts,
    pub(crate) clients: ClientLimits,
    pub(crate) usage: SharedUsage,
    pub(crate) passwords: SharedPasswords,
    pub(crate) fast_readers: FastReaders,
    /// The server whose counters are granted.
    pub(crate) observer: Observer,
}

impl Shared {
    /// Returns the surroundings of the filters.
    pub(crate) fn outside(&self) -> Outside {
        Outside {
            clients: self.clients.clone(),
            events: self.events.clone(),
            counts: self.counts.clone(),
        }
    }
}

pub(crate) struct Worker {
    pub(crate) number: usize,
    pub(crate) program: Program,
    pub(crate) root: Arc<Option<Root>>,
    pub(crate) arguments: Arc<[String]>,
    pub(crate) inboxes: Inboxes,
    pub(crate) shared: Arc<Shared>,
    /// Turns true when the instance must end at once, whatever it is doing.
    pub(crate) kill: watch::Receiver<bool>,
}

enum RunOutcome {
    /// The stream of connections ended, and the component finished the open ones.
    Drained,
    Killed,
    /// The component returned an error, and no instance of this worker has ever listened.
    InvalidArguments,
    Failed(String),
}

/// File access of a worker. Threads that wait for a disk outlive an instance.
struct Files {
    preopen: Preopen,
    disk: Arc<Disk>,
}

impl Files {
    fn new(root: &Root) -> io::Result<Self> {
        let preopen = Preopen::new(root)?;
        #[cfg(target_os = "linux")]
        let disk = Disk::new(Arc::clone(preopen.file()), root.paths())?;
        #[cfg(not(target_os = "linux"))]
        let disk = Disk;
        Ok(Self {
            preopen,
            disk: Arc::new(disk),
        })
    }
}

/// Reason for the end of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WorkerExit {
    /// It has reported all that there was to report.
    Done,
    /// The component rejects its arguments, and would do so again.
    InvalidArguments,
    /// Too many instances failed in a row; the reason of the last one.
    Failed(String),
}

impl Worker {
    /// Starts the worker's thread, which also runs `tasks`, whatever becomes of instances.
    ///
    /// # Errors
    /// When the system has no thread or no event queue left.
    pub(crate) fn start(self, tasks: Vec<Task>) -> io::Result<JoinHandle<WorkerExit>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        for task in tasks {
            runtime.spawn(task);
        }
        let files = (*self.root).as_ref().map(Files::new).transpose()?;
        std::thread::Builder::new()
            .name(format!("worker-{}", self.number))
            .spawn(move || {
                work_in_batches();
                block_sigpipe();
                let ended = self.run(&runtime, files.as_ref());
                runtime.shutdown_background();
                ended
            })
    }

    /// Supervises instances until the end. Treats a panic of its own as giving up, so
    /// that it does not go unnoticed.
    fn run(mut self, runtime: &Runtime, files: Option<&Files>) -> WorkerExit {
        let ended = catch_unwind(AssertUnwindSafe(|| self.supervise(runtime, files)));
        self.inboxes.load.set_up(false);
        ended.unwrap_or_else(|panic| self.give_up(words(&*panic)))
    }

    fn give_up(&self, reason: String) -> WorkerExit {
        self.inboxes.close();
        self.shared.events.publish(Event::WorkerGaveUp {
            worker: self.number,
        });
        WorkerExit::Failed(reason)
    }

    /// Starts a new instance whenever one fails, after a pause.
    fn supervise(&mut self, runtime: &Runtime, files: Option<&Files>) -> WorkerExit {
        let membership = self.shared.counts.enter(self.number);
        let mut failures = Suppressor::default();
        let mut backoff = Backoff::default();
        loop {
            let started = Instant::now();
            let reason = match self.run_once(runtime, (files, membership.counts()), &mut failures) {
                RunOutcome::Failed(reason) => reason,
                RunOutcome::Drained | RunOutcome::Killed => break,
                RunOutcome::InvalidArguments => return WorkerExit::InvalidArguments,
            };
            let listened = self.inboxes.load.is_up();
            self.inboxes.load.set_up(false);
            self.shared.counts.failed();
            self.report(failures.record(Instant::now(), reason.clone()));
            let Some(pause) = backoff.after(started.elapsed(), listened) else {
                self.report(failures.finish(Instant::now()));
                return self.give_up(reason);
            };
            if self.killed_during(runtime, pause) {
                break;
            }
            self.shared.counts.restarted();
        }
        self.report(failures.finish(Instant::now()));
        WorkerExit::Done
    }

    fn report(&self, failures: Vec<Repeated<String>>) {
        for failure in failures {
            self.shared.events.publish(Event::WorkerFailed {
                worker: self.number,
                reason: failure.event,
                times: failure.times,
                within: failure.within,
            });
        }
    }

    fn run_once(
        &self,
        runtime: &Runtime,
        (files, counts): (Option<&Files>, WorkerCounts),
        failures: &mut Suppressor<String>,
    ) -> RunOutcome {
        let run = async {
            let grants = self.grants(files, counts);
            instance::run(&self.program, grants, &self.shared.limits).await
        };
        let mut kill = self.kill.clone();
        let ended = contained(runtime, async {
            tokio::select! {
                ended = run => Some(ended),
                _ = kill.wait_for(|&kill| kill) => None,
                () = self.say_in_time(failures) => None,
            }
        });
        match ended {
            Ok(None) => RunOutcome::Killed,
            Ok(Some(Ok(Ok(())))) if self.inboxes.are_closed() => RunOutcome::Drained,
            Ok(Some(Ok(Ok(())))) => {
                RunOutcome::Failed("the component returned while it was to serve".into())
            }
            Ok(Some(Ok(Err(())))) if !self.inboxes.have_listened() => RunOutcome::InvalidArguments,
            Ok(Some(Ok(Err(())))) => RunOutcome::Failed("the component ended with an error".into()),
            Ok(Some(Err(error))) => RunOutcome::Failed(one_line(&error)),
            Err(panic) => RunOutcome::Failed(panic),
        }
    }

    /// Reports repeated failures when they are due. Never ends.
    async fn say_in_time(&self, failures: &mut Suppressor<String>) {
        while let Some(due) = failures.due() {
            tokio::time::sleep_until(due.into()).await;
            self.report(failures.overdue(Instant::now()));
        }
        std::future::pending().await
    }

    fn grants(&self, files: Option<&Files>, counts: WorkerCounts) -> Grants {
        Grants {
            arguments: Arc::clone(&self.arguments),
            inboxes: self.inboxes.clone(),
            files: files.map(|files| (files.preopen.clone(), Arc::clone(&files.disk))),
            stdout: self.shared.stdout.clone(),
            stderr: self.shared.stderr.clone(),
            usage: self.shared.usage.clone(),
            passwords: self.shared.passwords.clone(),
            fast_readers: self.shared.fast_readers.clone(),
            counts,
            observer: self.shared.observer.clone(),
        }
    }

    fn killed_during(&mut self, runtime: &Runtime, pause: Duration) -> bool {
        runtime.block_on(async {
            tokio::time::timeout(pause, self.kill.wait_for(|&kill| kill))
                .await
                .is_ok()
        })
    }
}

/// Runs a future until it is done, and returns the message if it panics. A fault of the
/// host must not cost more than a fault of the component.
fn contained<T>(runtime: &Runtime, run: impl Future<Output = T>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(run)))
        .map_err(|panic| format!("the host panicked: {}", words(&*panic)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_with_its_words() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let pause = || tokio::time::sleep(Duration::from_millis(1));
        let result: Result<(), _> = contained(&runtime, async {
            pause().await;
            panic!("no such\nentry");
        });
        assert_eq!(result.unwrap_err(), "the host panicked: no such entry");
        let result: Result<(), _> = contained(&runtime, async {
            pause().await;
            std::panic::panic_any(7);
        });
        assert_eq!(result.unwrap_err(), "the host panicked: no message");
        // The runtime can run the next instance.
        assert_eq!(contained(&runtime, async { pause().await }), Ok(()));
    }
}
