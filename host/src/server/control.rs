//! The thread that starts, watches, replaces and ends the workers of one server.
//!
//! Each of these may have to wait, so that none of it is done on a thread of the embedder.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::command::Command;
use super::end::{End, StopRequest};
use super::generation::{Generation, Version};
use super::given_up::GivenUp;
use super::grants::{self, Component, Grants};
use super::operation::Operation;
use super::running::Running;
use super::state::ServerState;
use super::worker::Shared;
use crate::accept::Acceptor;
use crate::accept::client_limit::ClientLimits;
use crate::accept::dispatch::Dispatcher;
use crate::error::Error;
use crate::limits;
use crate::net::endpoint::Endpoint;
use crate::net::fast_readers::FastReaders;
use crate::net::listeners::Listeners;
use crate::place::Place;
use crate::report::counters::Counts;
use crate::report::event::{Event, Stopped};
use crate::report::publisher::Publisher;
use crate::wasi::passwords::SharedPasswords;
use crate::wasi::usage::SharedUsage;

/// Program name that a component finds before its arguments, as programs do.
const PROGRAM_NAME: &str = "porthole";

/// Starts the thread, and returns what it makes of the server.
pub(super) fn start(grants: Grants) -> Operation<Running> {
    let (reply, started) = oneshot::channel();
    let given_up = GivenUp::default();
    let guard = given_up.on_drop();
    let thread = std::thread::Builder::new()
        .name("control".to_owned())
        .spawn(move || match Control::start(grants, &given_up) {
            Ok((control, running)) => {
                control.events.publish(Event::Started {
                    places: control.places.clone(),
                });
                // If nobody wants it any more, it is dropped and thereby ended.
                drop(reply.send(Ok(running)));
                control.run();
            }
            Err(error) => drop(reply.send(Err(error))),
        });
    Operation::new(async move {
        let _guard = guard;
        thread?;
        let gone = Error::ThreadEnded("the thread that controls the server");
        started.await.unwrap_or(Err(gone))
    })
}

/// Starts the thread that accepts until `closing` says so.
fn accept(
    (listeners, endpoints): (Listeners, &[Endpoint]),
    (shared, dispatcher): (&Shared, &Dispatcher),
    closing: watch::Receiver<bool>,
) -> Result<JoinHandle<()>, Error> {
    let acceptor = Acceptor {
        dispatcher: dispatcher.clone(),
        limits: shared.limits.clone(),
        unsent: listeners.unsent,
        events: shared.events.clone(),
        counts: shared.counts.clone(),
        clients: shared.clients.clone(),
        are_proxied: endpoints.iter().map(|end| end.proxies.is_some()).collect(),
    };
    acceptor.start(listeners, closing)
}

struct Control {
    places: Vec<Place>,
    endpoints: Vec<Endpoint>,
    /// The arguments that the host makes.
    first_arguments: Vec<String>,
    /// The arguments of the current version, behind the ones that the host makes.
    arguments: Arc<[String]>,
    shared: Arc<Shared>,
    dispatcher: Dispatcher,
    events: Publisher,
    /// Ends accepting.
    close: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
    /// The version that new connections go to.
    current: Generation,
    /// Replaced versions that still have connections.
    retiring: Vec<Generation>,
    commands: Receiver<Command>,
    stop: Arc<StopRequest>,
    end: watch::Sender<Option<End>>,
}

impl Control {
    fn start(grants: Grants, given_up: &GivenUp) -> Result<(Self, Running), Error> {
        let root = match (grants.root, &grants.program) {
            (Some(root), _) => Some(root.open()?),
            (None, Component::Admin(_)) => None,
            (None, _) => return Err(Error::Incomplete("directory or file")),
        };
        let listeners = grants::bind(grants.listeners)?;
        let endpoints = listeners.endpoints()?;
        let places = listeners.places()?;
        let (program, observer) = grants.program.load()?;
        let events = Publisher::new(grants.reporter);
        let told = endpoints.iter().filter(|_| grants.tells_addresses);
        let first_arguments: Vec<String> = std::iter::once(PROGRAM_NAME.to_owned())
            .chain(told.flat_map(Endpoint::arguments))
            .collect();
        let arguments = joined(&first_arguments, grants.arguments);
        let shared = Arc::new(Shared {
            counts: Counts::new(grants.limits.workers.max(1)),
            clients: ClientLimits::new(&grants.limits),
            limits: grants.limits,
            stdout: grants.stdout,
            stderr: grants.stderr,
            events: events.clone(),
            usage: SharedUsage::new(),
            passwords: SharedPasswords::new()?,
            fast_readers: FastReaders::within(listeners.unsent),
            observer,
        });
        let version = Version {
            program,
            root,
            arguments: Arc::clone(&arguments),
        };
        let (current, queues) =
            Generation::start(version, &endpoints, &shared, &|| given_up.is_set())?;
        let dispatcher = Dispatcher::default();
        dispatcher.replace(queues);
        shared.counts.new_version();
        let (close, closing) = watch::channel(false);
        let acceptor = accept((listeners, &endpoints), (&shared, &dispatcher), closing)?;
        let (commands, orders) = channel();
        let (end, ended) = watch::channel(None);
        let stop = Arc::<StopRequest>::default();
        let running = Running {
            addresses: places.iter().map(Place::address).collect(),
            state: Arc::new(ServerState {
                counts: shared.counts.clone(),
                dispatcher: dispatcher.clone(),
                stop: Arc::clone(&stop),
            }),
            events: events.clone(),
            commands,
            end: ended,
        };
        let control = Self {
            places,
            endpoints,
            first_arguments,
            arguments,
            shared,
            dispatcher,
            events,
            close,
            acceptor,
            current,
            retiring: Vec::new(),
            commands: orders,
            stop,
            end,
        };
        Ok((control, running))
    }

    /// Carries out orders until one of them, or a failure, ends the server.
    fn run(mut self) {
        let end = loop {
            if let Some(asked) = self.stop.asked() {
                break End::Stopped(self.drain(asked.grace));
            }
            if let Err(end) = self.check() {
                self.fail(end);
                break end;
            }
            // A disconnected channel means that the handle was dropped, which asks for a stop
            // before.
            if let Ok(Command::Replace {
                program,
                root,
                arguments,
                given_up,
                reply,
            }) = self.commands.recv_timeout(limits::CHECK_INTERVAL)
            {
                let version = Version {
                    program,
                    root: Some(root),
                    arguments: match arguments {
                        Some(arguments) => joined(&self.first_arguments, arguments),
                        None => Arc::clone(&self.arguments),
                    },
                };
                let replaced = self.replace(version, &given_up);
                if replaced.is_ok() {
                    self.events.publish(Event::Replaced);
                }
                drop(reply.send(replaced));
            }
        };
        self.events.close();
        self.end.send_replace(Some(end));
    }

    /// Checks that every thread that serving needs still runs.
    fn check(&self) -> Result<(), End> {
        if self.acceptor.is_finished() {
            return Err(End::ThreadEnded("the thread that accepts connections"));
        }
        self.current.check()
    }

    fn replace(&mut self, version: Version, given_up: &GivenUp) -> Result<(), Error> {
        let given_up = || given_up.is_set() || self.stop.asked().is_some();
        let arguments = Arc::clone(&version.arguments);
        let (new, queues) = Generation::start(version, &self.endpoints, &self.shared, &given_up)?;
        self.arguments = arguments;
        self.dispatcher.replace(queues);
        self.shared.counts.new_version();
        self.retiring.retain(|generation| !generation.is_finished());
        self.retiring
            .push(std::mem::replace(&mut self.current, new));
        if self.retiring.len() > limits::RETIRING_VERSIONS {
            let oldest = self.retiring.remove(0);
            self.cut(&[&oldest]);
        }
        Ok(())
    }

    /// Stops accepting, lets open transfers finish until the request is due, and cuts those
    /// that have not.
    fn drain(&self, grace: Duration) -> Stopped {
        if !grace.is_zero() {
            self.events.publish(Event::Draining { grace });
        }
        let stopped = self.finish(|| self.stop.is_due());
        self.events.publish(Event::Stopped(stopped));
        stopped
    }

    /// Ends what is left of a server that cannot go on.
    fn fail(&self, end: End) {
        self.finish(|| true);
        let error = match end {
            End::ThreadEnded(name) => Error::ThreadEnded(name),
            End::WorkersFailed | End::Stopped(_) => Error::WorkersFailed,
        };
        self.events.publish(Event::Failed(Arc::new(error)));
    }

    /// Stops accepting, waits until all connections have ended or `due` returns true, and
    /// ends the workers.
    fn finish(&self, due: impl Fn() -> bool) -> Stopped {
        self.close.send_replace(true);
        wait(|| self.acceptor.is_finished());
        // Without queues, every stream of connections ends.
        self.dispatcher.replace(Vec::new());
        let generations: Vec<_> = self.retiring.iter().chain([&self.current]).collect();
        let finished = || {
            generations
                .iter()
                .all(|generation| generation.is_finished())
        };
        while !finished() && !due() {
            std::thread::sleep(limits::STATE_POLL_INTERVAL);
        }
        let stopped = match self.cut(&generations) {
            0 => Stopped::Drained,
            _ => Stopped::Cut,
        };
        // An instance that spins cannot be ended before the watchdog notices it. No one need
        // wait for that.
        wait(finished);
        stopped
    }

    /// Ends versions at once. Publishes and returns the number of connections that this cut.
    fn cut(&self, generations: &[&Generation]) -> usize {
        let open = generations
            .iter()
            .map(|generation| generation.connections());
        let connections = open.sum();
        if connections > 0 {
            self.events.publish(Event::Cut { connections });
        }
        generations.iter().for_each(|generation| generation.kill());
        connections
    }
}

/// Returns the component's arguments.
fn joined(first: &[String], others: Vec<String>) -> Arc<[String]> {
    first.iter().cloned().chain(others).collect()
}

/// Waits until `done` returns true, for [`limits::KILL_TIMEOUT`] at most.
fn wait(done: impl Fn() -> bool) {
    let deadline = Instant::now().checked_add(limits::KILL_TIMEOUT);
    while !done() && deadline.is_some_and(|deadline| Instant::now() < deadline) {
        std::thread::sleep(limits::STATE_POLL_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::report::log::Log;
    use crate::root::Kind;

    fn grants() -> Grants {
        Grants {
            program: Component::BuiltIn,
            root: Some(grants::Root::Path(".".into(), Kind::Directory)),
            listeners: vec![grants::Listener::Address(([127, 0, 0, 1], 0).into())],
            arguments: Vec::new(),
            tells_addresses: true,
            limits: Limits {
                workers: 1,
                ..Limits::default()
            },
            stdout: Log::off(),
            stderr: Log::off(),
            reporter: None,
        }
    }

    fn control() -> (Control, Running) {
        Control::start(grants(), &GivenUp::default()).unwrap()
    }

    #[test]
    fn an_acceptor_that_has_ended_is_noticed() {
        let (mut control, running) = control();
        control.check().unwrap();
        control.acceptor = std::thread::spawn(|| {});
        wait(|| control.acceptor.is_finished());
        let mut events = running.events();
        control.run();
        let error = running.ended().wait().unwrap_err();
        assert!(error.to_string().contains("accepts connections"), "{error}");
        let event = Operation::new(async move { Ok(events.next().await) });
        let event = event.wait().unwrap();
        assert!(matches!(event, Some(Event::Failed(_))), "{event:?}");
    }

    #[test]
    fn workers_that_have_ended_are_noticed() {
        let (control, running) = control();
        control.current.kill();
        wait(|| control.current.is_finished());
        control.run();
        assert!(matches!(running.ended().wait(), Err(Error::WorkersFailed)));
        assert!(matches!(running.stop().wait(), Err(Error::WorkersFailed)));
    }

    #[test]
    fn a_start_that_is_not_wanted_any_more_ends_at_once() {
        let given_up = GivenUp::default();
        drop(given_up.on_drop());
        let started = Control::start(grants(), &given_up);
        assert!(matches!(started, Err(Error::Cancelled)));
    }

    #[test]
    fn an_earlier_end_wins() {
        let stop = StopRequest::default();
        assert!(!stop.is_due());
        stop.ask(Duration::MAX);
        assert!(stop.asked().is_some() && !stop.is_due());
        stop.ask(Duration::ZERO);
        stop.ask(Duration::from_secs(60));
        assert!(stop.is_due());
    }
}
