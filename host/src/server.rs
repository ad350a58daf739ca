//! A server: workers behind an acceptor, started and stopped together.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::acceptor::{Acceptor, Lane, Lanes};
use crate::engine::Program;
use crate::listeners::Listeners;
use crate::log::Log;
use crate::root::Root;
use crate::worker::{Shared, Worker};
use crate::{Error, Limits, Reporter, limits};

/// All that a server is granted, and what it runs.
///
/// Nothing else can be reached from inside: no other directory, no other
/// address, no environment, no process.
pub struct Server {
    /// What runs.
    pub program: Program,
    /// What it may read.
    pub root: Root,
    /// Where it may accept.
    pub listeners: Listeners,
    /// What it is told. Addresses are the component's to be told about: give them
    /// as the component expects them, from [`Listeners::addresses`].
    pub arguments: Vec<String>,
    /// How much it may use.
    pub limits: Limits,
    /// Its standard output.
    pub stdout: Log,
    /// Its standard error.
    pub stderr: Log,
    /// Who hears of restarts and refusals.
    pub report: Reporter,
}

/// A server that serves. Dropping it without [`Running::stop`] ends it at once.
pub struct Running {
    addresses: Vec<SocketAddr>,
    grace: Duration,
    stop: watch::Sender<bool>,
    kill: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
    workers: Vec<JoinHandle<()>>,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every open transfer was finished.
    Drained,
    /// The grace time ran out, or a second stop came: what was open was cut.
    Cut,
}

impl Server {
    /// Starts the workers and begins to accept.
    ///
    /// # Errors
    /// [`Error::System`] when threads or descriptors are lacking.
    pub fn start(self) -> Result<Running, Error> {
        let addresses = self.listeners.addresses()?;
        let (stop, stopping) = watch::channel(false);
        let (kill, killed) = watch::channel(false);
        let grace = self.limits.grace;
        let connections = self.limits.connections;
        let report = Arc::clone(&self.report);

        start_epochs(self.program.engine.weak())?;
        let shared = Arc::new(Shared {
            root: self.root,
            arguments: self.arguments,
            limits: self.limits,
            stdout: self.stdout,
            stderr: self.stderr,
            report: self.report,
        });
        let mut lanes = Vec::new();
        let mut workers = Vec::new();
        for number in 0..shared.limits.workers.max(1) {
            let (lane, inboxes) = Lane::new(&addresses);
            lanes.push(lane);
            let worker = Worker {
                number,
                program: self.program.clone(),
                inboxes,
                shared: Arc::clone(&shared),
                kill: killed.clone(),
            };
            workers.push(worker.start()?);
        }
        let shelf = Lanes::default();
        shelf.replace(lanes);
        let acceptor = Acceptor {
            listeners: self.listeners.0,
            lanes: shelf,
            connections,
            report,
        };
        let acceptor = start_acceptor(acceptor, stopping)?;
        Ok(Running {
            addresses,
            grace,
            stop,
            kill,
            acceptor,
            workers,
        })
    }
}

impl Running {
    /// Where it listens; ports that were 0 are the real ones.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether every worker has given up.
    pub fn is_dead(&self) -> bool {
        self.workers.iter().all(JoinHandle::is_finished)
    }

    /// Stops accepting, lets open transfers finish within the grace time, then
    /// cuts them. `hurry` is asked now and then whether to cut at once.
    pub fn stop(self, hurry: impl Fn() -> bool) -> Stopped {
        self.stop.send_replace(true);
        let deadline = Instant::now().checked_add(self.grace);
        let late = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        while !self.is_dead() && !late() && !hurry() {
            std::thread::sleep(limits::STOP_POLL);
        }
        let stopped = if self.is_dead() {
            Stopped::Drained
        } else {
            Stopped::Cut
        };
        self.kill.send_replace(true);
        let _ = self.acceptor.join();
        // An instance that spins can't be ended before the watchdog sees it; the
        // caller need not wait for that.
        let patience = Instant::now().checked_add(limits::KILL_PATIENCE);
        while !self.workers.iter().all(JoinHandle::is_finished)
            && patience.is_some_and(|patience| Instant::now() < patience)
        {
            std::thread::sleep(limits::STOP_POLL);
        }
        stopped
    }
}

fn start_acceptor(
    acceptor: Acceptor,
    stop: watch::Receiver<bool>,
) -> Result<JoinHandle<()>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = Arc::clone(&acceptor.report);
    let thread = std::thread::Builder::new()
        .name("accept".to_owned())
        .spawn(move || {
            if let Err(error) = runtime.block_on(acceptor.run(stop)) {
                report(crate::Notice::AcceptFailed(error));
            }
        })?;
    Ok(thread)
}

/// Makes the engine's clock tick, for the watchdog, for as long as it exists.
fn start_epochs(engine: wasmtime::EngineWeak) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name("epochs".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(limits::WATCHDOG_TICK);
            }
        })
}
