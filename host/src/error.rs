//! Why a server could not start, and errors as text of one line.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::printable::printable;

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory or file to grant.
    #[error("cannot read {}", printable(path.display()))]
    Root {
        /// As it was given.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// An address to grant.
    #[error("cannot listen on {address}")]
    Bind {
        /// As it was given.
        address: SocketAddr,
        /// The operating system's reason.
        source: io::Error,
    },
    /// Bytes that are no component, or one that asks for more than is granted.
    #[error("cannot use the component: {0}")]
    Component(String),
    /// The component failed or stalled before it listened; why is in the notices.
    #[error("the component does not listen; the reason is above")]
    NotListening,
    /// The component returned an error before it listened: it does not take its
    /// arguments, or what it is granted. What it said is in its log.
    #[error("the component rejected its arguments; see the message above")]
    InvalidArguments,
    /// Whoever started or replaced it did not want to wait any longer.
    #[error("it was not wanted any more before it listened")]
    Cancelled,
    /// No worker is left; why is in the notices.
    #[error("every worker has failed; the reasons are above")]
    WorkersFailed,
    /// A thread that serving cannot do without is gone.
    #[error("{0} has ended, and nothing can be served without it")]
    ThreadEnded(&'static str),
    /// The kernel knows how to confine the process, and does not do it.
    #[error("cannot confine the process: {0}")]
    Confinement(String),
    /// A thread, a runtime, a descriptor.
    #[error("the system lacks resources")]
    System(#[from] io::Error),
}

impl From<wasmtime::Error> for Error {
    fn from(error: wasmtime::Error) -> Self {
        Self::Component(one_line(&error))
    }
}

/// The chain of causes on one line.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    let chain: Vec<String> = error
        .chain()
        .map(|cause| printable(cause.to_string().replace('\n', " ")))
        .collect();
    chain.join(": ")
}

/// What was said with a panic, on one line.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    printable(text.unwrap_or("no message").replace('\n', " "))
}
