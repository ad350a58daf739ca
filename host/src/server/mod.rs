//! A server: workers behind an acceptor, started and stopped together.

mod backoff;
mod generation;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::accept::Acceptor;
use crate::accept::dispatch::Dispatcher;
use crate::component::Program;
use crate::error::Error;
use crate::limits::{self, Limits};
use crate::net::listeners::Listeners;
use crate::report::log::Log;
use crate::report::totals::Totals;
use crate::report::{Notice, Reporter, deliver};
use crate::root::Root;
use generation::Generation;
use worker::Shared;

/// Program name that a component finds before its arguments, as programs do.
const PROGRAM_NAME: &str = "porthole";

/// A component to run, and all that it is granted.
///
/// The component can reach nothing else: no other directory, no other address, no
/// environment, no process.
pub struct Server {
    /// Component to run.
    pub program: Program,
    /// Directory or file that the component may read.
    pub root: Root,
    /// Bound addresses on which the component may accept connections.
    pub listeners: Listeners,
    /// Arguments for the component. The host puts a program name before them. The host
    /// does not tell the component its addresses: pass them here, from
    /// [`Listeners::addresses`], in the form that the component expects.
    pub arguments: Vec<String>,
    /// Bounds on connections, memory, threads and time.
    pub limits: Limits,
    /// Log for the component's standard output.
    pub stdout: Log,
    /// Log for the component's standard error.
    pub stderr: Log,
    /// Receives notices, for example of restarts and of rejected clients.
    pub report: Reporter,
}

/// A running server. Dropping it without [`Running::stop`] ends it at once.
pub struct Running {
    addresses: Vec<SocketAddr>,
    shared: Arc<Shared>,
    dispatcher: Dispatcher,
    stop: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
    /// The version that new connections go to.
    current: Generation,
    /// Replaced versions that still have connections.
    retiring: Vec<Generation>,
}

/// Outcome of a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every open transfer was finished.
    Drained,
    /// The grace time ran out, or `hurry` returned true: open connections were cut.
    Cut,
}

impl Server {
    /// Starts the workers, waits until they listen, and begins to accept connections.
    ///
    /// # Errors
    /// [`Error::System`] when threads or descriptors are lacking.
    /// [`Error::InvalidArguments`] when the component returns an error before it listens.
    /// [`Error::NotListening`] when it fails in another way, or does not listen within
    /// [`Limits::start`].
    pub fn start(self) -> Result<Running, Error> {
        self.start_unless(&|| false)
    }

    /// Does the same as [`Server::start`], and calls `cancelled` now and then: when it
    /// returns true, the start is given up.
    ///
    /// # Errors
    /// As for [`Server::start`], and [`Error::Cancelled`].
    pub fn start_unless(self, cancelled: &dyn Fn() -> bool) -> Result<Running, Error> {
        let addresses = self.listeners.addresses()?;
        let mut arguments = vec![PROGRAM_NAME.to_owned()];
        arguments.extend(self.arguments);
        let shared = Arc::new(Shared {
            arguments,
            totals: Totals::new(self.limits.workers.max(1)),
            limits: self.limits,
            stdout: self.stdout,
            stderr: self.stderr,
            report: self.report,
        });
        let (current, new) =
            Generation::start(&self.program, self.root, &addresses, &shared, cancelled)?;
        let dispatcher = Dispatcher::default();
        dispatcher.replace(new);
        let (stop, stopping) = watch::channel(false);
        let acceptor = Acceptor {
            dispatcher: dispatcher.clone(),
            limits: shared.limits.clone(),
            unsent: self.listeners.unsent,
            report: Arc::clone(&shared.report),
            totals: shared.totals.clone(),
        };
        let acceptor = acceptor.start(self.listeners, stopping)?;
        Ok(Running {
            addresses,
            shared,
            dispatcher,
            stop,
            acceptor,
            current,
            retiring: Vec::new(),
        })
    }
}

impl Running {
    /// Returns the addresses that it listens on. A port given as 0 is the real port here.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Returns what it has done so far. The handle stays valid after a stop.
    pub fn totals(&self) -> Totals {
        self.shared.totals.clone()
    }

    /// Checks that every thread that serving needs still runs. Call it now and then.
    /// After an error the server cannot recover: drop it, or stop it.
    ///
    /// # Errors
    /// [`Error::WorkersFailed`] when no worker is left, [`Error::ThreadEnded`] when
    /// another thread has ended.
    pub fn check(&self) -> Result<(), Error> {
        if self.acceptor.is_finished() {
            return Err(Error::ThreadEnded("the thread that accepts connections"));
        }
        self.current.check()
    }

    /// Starts another version of the component, with a newly opened root, and sends new
    /// connections to it. Open connections finish on the old version. No connection
    /// attempt is refused meanwhile.
    ///
    /// # Errors
    /// As for [`Server::start`]; the old version then continues to serve.
    pub fn replace(&mut self, program: &Program, root: Root) -> Result<(), Error> {
        self.replace_unless(program, root, &|| false)
    }

    /// Does the same as [`Running::replace`], and calls `cancelled` now and then: when it
    /// returns true, the replacement is given up.
    ///
    /// # Errors
    /// As for [`Running::replace`], and [`Error::Cancelled`].
    pub fn replace_unless(
        &mut self,
        program: &Program,
        root: Root,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Error> {
        let (new, queues) =
            Generation::start(program, root, &self.addresses, &self.shared, cancelled)?;
        self.dispatcher.replace(queues);
        self.retiring.retain(|generation| !generation.is_finished());
        self.retiring
            .push(std::mem::replace(&mut self.current, new));
        if self.retiring.len() > limits::RETIRING_VERSIONS {
            let oldest = self.retiring.remove(0);
            cut(&self.shared, &[&oldest]);
        }
        Ok(())
    }

    /// Stops accepting, lets open transfers finish within [`Limits::grace`], then cuts
    /// them. Calls `hurry` now and then: when it returns true, they are cut at once.
    pub fn stop(self, hurry: impl Fn() -> bool) -> Stopped {
        self.stop.send_replace(true);
        wait(limits::KILL_TIMEOUT, || self.acceptor.is_finished());
        // Without queues, every stream of connections ends.
        self.dispatcher.replace(Vec::new());
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
        // An instance that spins cannot be ended before the watchdog notices it. The
        // caller need not wait for that.
        wait(limits::KILL_TIMEOUT, finished);
        stopped
    }
}

/// Ends versions at once, and reports the number of connections that this cut.
fn cut(shared: &Shared, generations: &[&Generation]) {
    let connections = generations
        .iter()
        .map(|generation| generation.connections());
    let connections = connections.sum();
    if connections > 0 {
        deliver(&shared.report, Notice::Cut { connections });
    }
    generations.iter().for_each(|generation| generation.kill());
}

/// Waits until `done` returns true, but not longer than `patience`.
fn wait(patience: Duration, done: impl Fn() -> bool) {
    let deadline = Instant::now().checked_add(patience);
    while !done() && deadline.is_some_and(|deadline| Instant::now() < deadline) {
        std::thread::sleep(limits::STATE_POLL_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running() -> Running {
        let listeners = Listeners::bind(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let addresses = listeners.addresses().unwrap();
        let (log, _) = Log::to(std::io::sink()).unwrap();
        Server {
            program: Program::built_in().unwrap(),
            root: Root::open(".").unwrap(),
            listeners,
            arguments: vec![format!("--listen={}", addresses[0])],
            limits: Limits {
                workers: 1,
                ..Limits::default()
            },
            stdout: log.clone(),
            stderr: log,
            report: Arc::new(|_| {}),
        }
        .start()
        .unwrap()
    }

    fn ended() -> JoinHandle<()> {
        let ended = std::thread::spawn(|| {});
        wait(Duration::from_secs(20), || ended.is_finished());
        ended
    }

    #[test]
    fn an_acceptor_that_has_ended_is_noticed() {
        let mut running = running();
        running.check().unwrap();
        running.acceptor = ended();
        let error = running.check().unwrap_err();
        assert!(error.to_string().contains("accepts connections"), "{error}");
    }

    #[test]
    fn workers_that_have_ended_are_noticed() {
        let running = running();
        running.current.kill();
        wait(Duration::from_secs(20), || running.current.is_finished());
        assert!(matches!(running.check(), Err(Error::WorkersFailed)));
    }

    #[test]
    fn a_start_that_is_not_wanted_any_more_ends_at_once() {
        let listeners = Listeners::bind(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let (log, _) = Log::to(std::io::sink()).unwrap();
        let server = Server {
            program: Program::built_in().unwrap(),
            root: Root::open(".").unwrap(),
            listeners,
            arguments: Vec::new(),
            limits: Limits::default(),
            stdout: log.clone(),
            stderr: log,
            report: Arc::new(|_| {}),
        };
        assert!(matches!(
            server.start_unless(&|| true),
            Err(Error::Cancelled)
        ));
    }
}
