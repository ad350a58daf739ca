//! A worker: a thread that keeps one instance running.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::engine::Program;
use crate::error::one_line;
use crate::instance::{self, Gifts};
use crate::log::Log;
use crate::preopens::Preopen;
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

    /// Starts the instance again whenever it fails, after a pause that grows.
    fn supervise(mut self, runtime: &Runtime) {
        let (shortest, longest) = limits::RESTART_PAUSE;
        let mut pause = shortest;
        let mut failures = 0_u32;
        loop {
            let started = Instant::now();
            let End::Failed(reason) = self.run_once(runtime) else {
                return;
            };
            if started.elapsed() >= limits::HEALTHY {
                (pause, failures) = (shortest, 0);
            }
            failures = failures.saturating_add(1);
            if failures > limits::FAILED_STARTS && !self.inboxes.have_listened() {
                return (self.shared.report)(Notice::WorkerGaveUp {
                    worker: self.number,
                });
            }
            (self.shared.report)(Notice::WorkerFailed {
                worker: self.number,
                reason,
                restart_in: pause,
            });
            if self.killed_during(runtime, pause) {
                return;
            }
            pause = pause.saturating_mul(2).min(longest);
        }
    }

    fn run_once(&mut self, runtime: &Runtime) -> End {
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
