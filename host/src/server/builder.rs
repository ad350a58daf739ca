//! A server that is not started yet.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::control;
use super::grants::{Component, Grants, Listener, Root};
use super::operation::Operation;
use super::running::Running;
use crate::component::Program;
use crate::error::Error;
use crate::limits::Limits;
use crate::net::listeners::Listeners;
use crate::report::event::Event;
use crate::report::log::Log;
use crate::root::{self, Kind};
use crate::wasi::counters::Observed;

/// A component to run, and all that it is granted.
///
/// The component can reach nothing else: no other directory, no other address, no
/// environment, no process.
///
/// ```
/// # fn main() -> Result<(), porthole::Error> {
/// # let media = ".";
/// let running = porthole::Server::builder()
///     .directory(media)
///     .listen(([127, 0, 0, 1], 0).into())
///     .start_blocking()?;
/// println!("listening on {}", running.addresses()[0]);
/// # Ok(())
/// # }
/// ```
#[must_use = "it runs only once it is started"]
pub struct Server(Grants);

impl Server {
    /// Returns a server that is granted nothing yet: it needs a directory or a file, and a
    /// listener. It would run the component that was built with this library.
    pub fn builder() -> Self {
        Self(Grants {
            program: Component::BuiltIn,
            root: None,
            listeners: Vec::new(),
            arguments: Vec::new(),
            tells_addresses: true,
            limits: Limits::default(),
            stdout: Log::off(),
            stderr: Log::off(),
            reporter: None,
        })
    }

    /// Returns a server that shows the counters of another as text: `/metrics` for Prometheus,
    /// `/health` and `/ready`. It is granted those counters and no file, and needs a listener
    /// of its own. It runs a component that was built with this library, and its limits are
    /// small. Whatever becomes of it, the other goes on, and it does not hold that one up.
    pub fn admin(of: &Running) -> Self {
        let mut admin = Self::builder();
        admin.0.program = Component::Admin(Arc::clone(&of.state) as Arc<dyn Observed>);
        admin.limits(Limits::of_admin())
    }

    /// Runs this component. Default: [`Program::built_in`].
    pub fn component(mut self, program: Program) -> Self {
        self.0.program = Component::Given(program);
        self
    }

    /// Grants reading everything below a directory, which is opened when the server starts.
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.root = Some(Root::Path(path.into(), Kind::Directory));
        self
    }

    /// Grants reading one regular file, which is opened when the server starts.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.root = Some(Root::Path(path.into(), Kind::File));
        self
    }

    /// Grants reading a directory or a file that is already open.
    pub fn root(mut self, root: root::Root) -> Self {
        self.0.root = Some(Root::Open(root));
        self
    }

    /// Grants accepting connections on an address, which is bound when the server starts.
    /// Each call adds one. Port 0 lets the system pick a free port, which
    /// [`Running::addresses`] has.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.0.listeners.push(Listener::Address(address));
        self
    }

    /// Grants accepting connections on listeners that are already bound: [`Listeners`],
    /// listeners of the standard library, or a
    /// [`StreamListener`](crate::StreamListener). Each call adds some.
    pub fn listeners(mut self, listeners: impl Into<Listeners>) -> Self {
        self.0.listeners.push(Listener::Bound(listeners.into()));
        self
    }

    /// Adds arguments for the component. Before them, the host puts a program name and
    /// `--listen=ADDRESS` for each address.
    pub fn arguments<A: Into<String>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.0
            .arguments
            .extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Leaves out the `--listen=ADDRESS` before the component's arguments, for a component
    /// that is told its addresses in another way.
    pub fn without_listen_arguments(mut self) -> Self {
        self.0.tells_addresses = false;
        self
    }

    /// Bounds connections, memory, threads and time. Default: [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.0.limits = limits;
        self
    }

    /// Writes the component's standard output to a log. By default it is lost.
    pub fn stdout(mut self, log: Log) -> Self {
        self.0.stdout = log;
        self
    }

    /// Writes the component's standard error to a log. By default it is lost.
    pub fn stderr(mut self, log: Log) -> Self {
        self.0.stderr = log;
        self
    }

    /// Calls `reporter` for each event from the start on. Any of the server's threads may
    /// call it, and waits until it returns. See also [`Running::events`].
    pub fn on_event(mut self, reporter: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.0.reporter = Some(Arc::new(reporter));
        self
    }

    /// Starts a thread that opens, binds and loads what is not there yet, starts the workers,
    /// and accepts connections once all of them listen. Nothing of that holds up the caller.
    /// If the operation is dropped before it is done, the start is given up.
    ///
    /// # Errors
    /// - [`Error::Incomplete`] when there is no directory or file, or no listener.
    /// - [`Error::Root`], [`Error::Bind`] and [`Error::Component`] when one of them cannot be
    ///   used, and [`Error::SameAddress`] when two listeners have one address.
    /// - [`Error::InvalidArguments`] when the component returns an error before it listens.
    /// - [`Error::NotListening`] when it fails in another way, or does not listen within
    ///   [`Limits::start`].
    /// - [`Error::System`] when threads or descriptors are lacking.
    pub fn start(self) -> Operation<Running> {
        control::start(self.0)
    }

    /// Does the same as [`Server::start`], and waits for it.
    ///
    /// # Errors
    /// As for [`Server::start`].
    pub fn start_blocking(self) -> Result<Running, Error> {
        self.start().wait()
    }
}
