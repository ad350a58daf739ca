//! A server: workers behind an acceptor, started and stopped together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::acceptor::{Acceptor, Lanes};
use crate::engine::Program;
use crate::generation::Generation;
use crate::listeners::Listeners;
use crate::log::Log;
use crate::root::Root;
use crate::scheduling::work_in_batches;
use crate::worker::Shared;
use crate::{Error, Limits, Notice, Reporter, limits};

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
    shared: Arc<Shared>,
    lanes: Lanes,
    stop: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
    /// The one that new connections go to.
    current: Generation,
    /// Those that were replaced and still have connections.
    retiring: Vec<Generation>,
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
    /// Starts the workers, waits until they listen, and begins to accept.
    ///
    /// # Errors
    /// [`Error::System`] when threads or descriptors are lacking,
    /// [`Error::Declined`] and [`Error::NotListening`] when the component does not come
    /// as far as that.
    pub fn start(self) -> Result<Running, Error> {
        let addresses = self.listeners.addresses()?;
        let shared = Arc::new(Shared {
            arguments: self.arguments,
            limits: self.limits,
            stdout: self.stdout,
            stderr: self.stderr,
            report: self.report,
        });
        let (current, new) = Generation::start(&self.program, self.root, &addresses, &shared)?;
        let lanes = Lanes::default();
        lanes.replace(new);
        let (stop, stopping) = watch::channel(false);
        let acceptor = Acceptor {
            listeners: self.listeners.0,
            lanes: lanes.clone(),
            limits: shared.limits.clone(),
            report: Arc::clone(&shared.report),
        };
        let acceptor = start_acceptor(acceptor, stopping)?;
        Ok(Running {
            addresses,
            shared,
            lanes,
            stop,
            acceptor,
            current,
            retiring: Vec::new(),
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
        self.current.is_finished()
    }

    /// Sends new connections to another version of the component, with a root
    /// opened anew; those that are open finish on the old one. No connection
    /// attempt is refused meanwhile.
    ///
    /// # Errors
    /// As for [`Server::start`]; then the old version goes on serving.
    pub fn replace(&mut self, program: &Program, root: Root) -> Result<(), Error> {
        let (new, lanes) = Generation::start(program, root, &self.addresses, &self.shared)?;
        self.lanes.replace(lanes);
        self.retiring.retain(|generation| !generation.is_finished());
        self.retiring
            .push(std::mem::replace(&mut self.current, new));
        if self.retiring.len() > limits::RETIRING {
            let oldest = self.retiring.remove(0);
            cut(&self.shared, &[&oldest]);
        }
        Ok(())
    }

    /// Stops accepting, lets open transfers finish within the grace time, then
    /// cuts them. `hurry` is asked now and then whether to cut at once.
    pub fn stop(self, hurry: impl Fn() -> bool) -> Stopped {
        self.stop.send_replace(true);
        // The acceptor drops its lanes, and with them every stream of connections.
        let _ = self.acceptor.join();
        let generations: Vec<_> = self.retiring.iter().chain([&self.current]).collect();
        let finished = || {
            generations
                .iter()
                .all(|generation| generation.is_finished())
        };
        wait(self.shared.limits.grace, || finished() || hurry());
        let stopped = if finished() {
            Stopped::Drained
        } else {
            Stopped::Cut
        };
        cut(&self.shared, &generations);
        // An instance that spins can't be ended before the watchdog sees it; the
        // caller need not wait for that.
        wait(limits::KILL_PATIENCE, finished);
        stopped
    }
}

/// Ends versions at once, and says what that cut.
fn cut(shared: &Shared, generations: &[&Generation]) {
    let connections = generations
        .iter()
        .map(|generation| generation.connections());
    let connections = connections.sum();
    if connections > 0 {
        (shared.report)(Notice::Cut { connections });
    }
    generations.iter().for_each(|generation| generation.kill());
}

/// Waits until `done`, but not longer than `patience`.
fn wait(patience: Duration, done: impl Fn() -> bool) {
    let deadline = Instant::now().checked_add(patience);
    while !done() && deadline.is_some_and(|deadline| Instant::now() < deadline) {
        std::thread::sleep(limits::POLL);
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
            work_in_batches();
            if let Err(error) = runtime.block_on(acceptor.run(stop)) {
                report(Notice::AcceptFailed(error));
            }
        })?;
    Ok(thread)
}
