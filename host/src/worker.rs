//! A worker: a thread that keeps one instance running.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::backoff::Backoff;
use crate::engine::Program;
use crate::error::one_line;
use crate::instance::{self, Gifts};
use crate::log::Log;
use crate::preopens::Preopen;
use crate::repeats::{Repeats, Tally};
use crate::root::Root;
use crate::sockets::Inboxes;
use crate::{Limits, Notice, Reporter, limits};

/// What every worker of a server shares, of whatever version.
pub(crate) struct Shared {
    pub(crate) arguments: Vec<String>,
    pub(crate) limits: Limits,
    pub(crate) stdout: Log,
    pub(crate) stderr: Log,
    pub(crate) report: Reporter,
}

pub(crate) struct Worker {
    pub(crate) number: usize,
    pub(crate) program: Program,
    pub(crate) root: Arc<Root>,
    pub(crate) inboxes: Inboxes,
    pub(crate) shared: Arc<Shared>,
    /// Turns true when the instance must end at once, whatever it is doing.
    pub(crate) kill: watch::Receiver<bool>,
}

enum End {
    /// The stream of connections ended and the component finished what was open.
    Drained,
    Killed,
    Failed(String),
}

impl Worker {
    /// # Errors
    /// When the system has no thread or no event queue left.
    pub(crate) fn start(self) -> io::Result<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(limits::DISK_THREADS)
            .build()?;
        std::thread::Builder::new()
            .name(format!("worker-{}", self.number))
            .spawn(move || self.supervise(&runtime))
    }

    /// Starts the instance again whenever it fails, after a pause.
    fn supervise(mut self, runtime: &Runtime) {
        let mut failures = Repeats::default();
        let mut backoff = Backoff::default();
        loop {
            let started = Instant::now();
            let End::Failed(reason) = self.run_once(runtime, &mut failures) else {
                break;
            };
            let listened = self.inboxes.load.is_up();
            self.inboxes.load.set_up(false);
            self.report(failures.note(Instant::now(), reason));
            let Some(pause) = backoff.after(started.elapsed(), listened) else {
                self.report(failures.finish(Instant::now()));
                self.inboxes.close();
                return (self.shared.report)(Notice::WorkerGaveUp {
                    worker: self.number,
                });
            };
            if self.killed_during(runtime, pause) {
                break;
            }
        }
        self.inboxes.load.set_up(false);
        self.report(failures.finish(Instant::now()));
    }

    fn report(&self, failures: Vec<Tally<String>>) {
        for failure in failures {
            (self.shared.report)(Notice::WorkerFailed {
                worker: self.number,
                reason: failure.event,
                times: failure.times,
                within: failure.within,
            });
        }
    }

    fn run_once(&self, runtime: &Runtime, failures: &mut Repeats<String>) -> End {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                let run = async {
                    let gifts = self.gifts()?;
                    instance::run(&self.program, gifts, &self.shared.limits).await
                };
                let mut kill = self.kill.clone();
                tokio::select! {
                    ended = run => Some(ended),
                    _ = kill.wait_for(|&kill| kill) => None,
                    () = self.say_in_time(failures) => None,
                }
            })
        }));
        match ended {
            Ok(None) => End::Killed,
            Ok(Some(Ok(()))) if self.inboxes.are_closed() => End::Drained,
            Ok(Some(Ok(()))) => End::Failed("the component returned while it was to serve".into()),
            Ok(Some(Err(error))) => End::Failed(one_line(&error)),
            Err(panic) => End::Failed(format!("the host panicked: {}", words(&*panic))),
        }
    }

    /// Reports what has gone wrong again and again, when it is time to. Never ends.
    async fn say_in_time(&self, failures: &mut Repeats<String>) {
        while let Some(due) = failures.due() {
            tokio::time::sleep_until(due.into()).await;
            self.report(failures.overdue(Instant::now()));
        }
        std::future::pending().await
    }

    fn gifts(&self) -> io::Result<Gifts> {
        Ok(Gifts {
            arguments: self.shared.arguments.clone(),
            inboxes: self.inboxes.clone(),
            preopen: Preopen::new(&self.root)?,
            stdout: self.shared.stdout.clone(),
            stderr: self.shared.stderr.clone(),
        })
    }

    fn killed_during(&mut self, runtime: &Runtime, pause: Duration) -> bool {
        runtime.block_on(async {
            tokio::time::timeout(pause, self.kill.wait_for(|&kill| kill))
                .await
                .is_ok()
        })
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
