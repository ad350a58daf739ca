//! Reasons why a server could not start, be replaced, or go on.

mod component;
mod text;
#[cfg(feature = "tls")]
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::printable::printable;

pub use component::ComponentError;
pub(crate) use text::{bounded, one_line, words};
#[cfg(feature = "tls")]
pub use tls::TlsError;

/// Reason why a server could not start, be replaced, or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory or file to grant cannot be opened.
    #[error("cannot read {}", printable(path.display()))]
    Root {
        /// Path as it was given.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// An address to grant cannot be bound.
    #[error("cannot listen on {address}")]
    Bind {
        /// Address as it was given.
        address: SocketAddr,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A Unix socket to grant cannot be made.
    #[error("cannot listen on unix:{}", printable(path.display()))]
    BindUnix {
        /// Path as it was given.
        path: PathBuf,
        /// Error of the operating system, or what is in the way.
        source: io::Error,
    },
    /// A descriptor that was handed down is not a listener.
    #[error("cannot accept connections from descriptor {descriptor}")]
    Inherit {
        /// Number of the descriptor.
        descriptor: i32,
        /// Error of the operating system, or what the descriptor is instead.
        source: io::Error,
    },
    /// Two listeners have the same address, so that the component could not tell them apart.
    #[error("{0} is granted twice")]
    SameAddress(SocketAddr),
    /// Something that every server needs was not granted; the text names it.
    #[error("no {0} was granted")]
    Incomplete(&'static str),
    /// The component cannot be used.
    #[error("cannot use the component: {0}")]
    Component(ComponentError),
    /// The component failed or stalled before it listened.
    #[error("the component does not listen: {reason}")]
    NotListening {
        /// The last failure, or how long it was waited for. One line of bounded length.
        reason: String,
    },
    /// The component returned an error before it listened: it rejects its arguments, or
    /// what it is granted. Its own message is in its log.
    #[error("the component rejected its arguments; its log has the reason")]
    InvalidArguments,
    /// The operation was given up before it was done.
    #[error("it was not wanted any more before it listened")]
    Cancelled,
    /// No worker is left. The events have the reasons.
    #[error("every worker has failed; the reasons are above")]
    WorkersFailed,
    /// A thread that the server needs has ended; the text names it.
    #[error("{0} has ended, and nothing can be served without it")]
    ThreadEnded(&'static str),
    /// The server has ended before it could do this.
    #[error("the server has ended")]
    Ended,
    /// The kernel supports confining the process, but an attempt to do so failed.
    #[error("cannot confine the process: {0}")]
    Confinement(String),
    /// The system lacks a thread, an event queue or a descriptor.
    #[error("the system lacks resources")]
    System(#[from] io::Error),
}

/// Not by `#[from]`, which would make it the source, too: its text is part of the error's own.
impl From<ComponentError> for Error {
    fn from(error: ComponentError) -> Self {
        Self::Component(error)
    }
}
