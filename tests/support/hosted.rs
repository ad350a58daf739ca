//! A component run by the host's library within this process.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use porthole::{Error, Limits, Log, Program, Root, Running, Server, Stopped};

use super::{Client, Lines};

/// A running server, ended when the test is over.
pub struct Hosted {
    running: Running,
    grace: Duration,
    log: Lines,
    notices: Lines,
}

impl Hosted {
    /// Starts a component whose arguments depend on the granted address.
    pub fn start(
        component: &[u8],
        root: impl AsRef<Path>,
        arguments: impl Fn(SocketAddr) -> Vec<String>,
        limits: Limits,
    ) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::on(listener, component, root, arguments, limits)
    }

    /// Does the same on a listener that the test has made.
    pub fn on(
        listener: TcpListener,
        component: &[u8],
        root: impl AsRef<Path>,
        arguments: impl Fn(SocketAddr) -> Vec<String>,
        limits: Limits,
    ) -> Result<Self, Error> {
        let arguments = arguments(listener.local_addr().unwrap());
        let (log, lines) = pipe();
        let (notices, notice_lines) = pipe();
        let (stdout, _) = Log::to(log)?;
        let notices = Mutex::new(notices);
        let grace = limits.grace;
        let running = Server::builder()
            .component(Program::compile(component)?)
            .root(Root::open(root)?)
            .listeners(vec![listener])
            .without_listen_arguments()
            .arguments(arguments)
            .limits(limits)
            .stdout(stdout.clone())
            .stderr(stdout)
            .on_event(move |event| {
                if event.is_warning() {
                    writeln!(notices.lock().unwrap(), "{event}").unwrap();
                }
            })
            .start_blocking()?;
        Ok(Self {
            running,
            grace,
            log: lines,
            notices: notice_lines,
        })
    }

    pub fn client(&self) -> Client {
        Client::connect(self.running.addresses()[0])
    }

    /// Returns the output of the component.
    pub fn log(&self) -> &Lines {
        &self.log
    }

    /// Returns the warnings of the host.
    pub fn notices(&self) -> &Lines {
        &self.notices
    }

    /// Replaces the component for the connections to come.
    pub fn replace(&self, component: &[u8], root: impl AsRef<Path>) -> Result<(), Error> {
        let (program, root) = (Program::compile(component)?, Root::open(root)?);
        self.running.replace(program, root).wait()
    }

    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Lets open transfers finish within the grace time of its limits.
    pub fn drain(&self) -> Stopped {
        self.running.drain(self.grace).wait().unwrap()
    }
}

fn pipe() -> (std::io::PipeWriter, Lines) {
    let (reader, writer) = std::io::pipe().unwrap();
    (writer, Lines::of(reader))
}
