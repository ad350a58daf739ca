//! A server that runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::command::Command;
use super::end::End;
use super::given_up::GivenUp;
use super::operation::Operation;
use super::state::ServerState;
use crate::component::Program;
use crate::error::Error;
use crate::report::counters::Counters;
use crate::report::event::Stopped;
use crate::report::publisher::{Events, Publisher};
use crate::root::Root;
use crate::wasi::counters::Observed as _;

/// A running server. No call holds up its caller. Dropping it ends the server in order, as
/// [`Running::stop`] does, on the server's own thread.
pub struct Running {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) state: Arc<ServerState>,
    pub(super) events: Publisher,
    pub(super) commands: Sender<Command>,
    pub(super) end: watch::Receiver<Option<End>>,
}

impl Running {
    /// Returns the addresses that it listens on. A port given as 0 is the real port here.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Returns what it has done so far. They can also be read after the end.
    pub fn counters(&self) -> Counters {
        self.state.counters()
    }

    /// Whether the component listens, and no end was asked for.
    pub fn is_ready(&self) -> bool {
        self.state.is_ready()
    }

    /// Returns the events from now on.
    pub fn events(&self) -> Events {
        self.events.subscribe()
    }

    /// Starts another version of the component, with a newly opened root, and sends new
    /// connections to it. Open connections finish on the old version. No connection attempt
    /// is refused meanwhile. If the operation is dropped before it is done, it is given up.
    ///
    /// # Errors
    /// [`Error::InvalidArguments`], [`Error::NotListening`] and [`Error::System`], as for
    /// [`Server::start`](crate::Server::start); the old version then continues to serve.
    /// [`Error::Ended`] when the server has ended meanwhile.
    pub fn replace(&self, program: Program, root: Root) -> Operation<()> {
        self.replace_by(program, root, None)
    }

    /// Does the same as [`Running::replace`] with other arguments for the component: those that
    /// [`Server::arguments`](crate::Server::arguments) would get, all of them.
    ///
    /// # Errors
    /// As for [`Running::replace`].
    pub fn replace_with_arguments<A: Into<String>>(
        &self,
        program: Program,
        root: Root,
        arguments: impl IntoIterator<Item = A>,
    ) -> Operation<()> {
        let arguments = arguments.into_iter().map(Into::into).collect();
        self.replace_by(program, root, Some(arguments))
    }

    fn replace_by(
        &self,
        program: Program,
        root: Root,
        arguments: Option<Vec<String>>,
    ) -> Operation<()> {
        let (reply, replaced) = oneshot::channel();
        let given_up = GivenUp::default();
        let guard = given_up.on_drop();
        let command = Command::Replace {
            program,
            root,
            arguments,
            given_up,
            reply,
        };
        let sent = self.commands.send(command);
        Operation::new(async move {
            sent.map_err(|_| Error::Ended)?;
            let _guard = guard;
            replaced.await.unwrap_or(Err(Error::Ended))
        })
    }

    /// Stops accepting, lets open transfers finish within `grace`, and then cuts them. A
    /// later call can only shorten the time. The server ends even if the operation is
    /// dropped.
    ///
    /// # Errors
    /// As for [`Running::ended`].
    pub fn drain(&self, grace: Duration) -> Operation<Stopped> {
        self.state.stop.ask(grace);
        let _ = self.commands.send(Command::Stop);
        self.ended()
    }

    /// Ends the server at once: cuts open connections.
    ///
    /// # Errors
    /// As for [`Running::ended`].
    pub fn stop(&self) -> Operation<Stopped> {
        self.drain(Duration::ZERO)
    }

    /// Waits until the server has ended, for whatever reason. It does not end it.
    ///
    /// # Errors
    /// [`Error::WorkersFailed`] when no worker was left, [`Error::ThreadEnded`] when another
    /// thread had ended that serving needs.
    pub fn ended(&self) -> Operation<Stopped> {
        let mut end = self.end.clone();
        Operation::new(async move {
            let end = end.wait_for(Option::is_some).await;
            let end = end.ok().and_then(|end| *end);
            match end {
                Some(End::Stopped(stopped)) => Ok(stopped),
                Some(End::WorkersFailed) => Err(Error::WorkersFailed),
                Some(End::ThreadEnded(name)) => Err(Error::ThreadEnded(name)),
                None => Err(Error::ThreadEnded("the thread that controls the server")),
            }
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.state.stop.ask(Duration::ZERO);
        let _ = self.commands.send(Command::Stop);
    }
}
