//! What can go wrong, for the embedder ([`Error`]) and for the log ([`Notice`]).

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory or file to grant.
    #[error("cannot read {}", path.display())]
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
    /// The component ended or stalled before it listened; what it said is in its
    /// log.
    #[error("the component does not listen; its reason is above")]
    NotListening,
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
        .map(|cause| cause.to_string().replace('\n', " "))
        .collect();
    chain.join(": ")
}

/// Something that happened while serving and that an operator wants to know.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// The operating system refuses connections; said once until it accepts
    /// again.
    AcceptFailed(io::Error),
    /// An instance ended before it was told to; its connections are lost.
    WorkerFailed {
        /// Counted from 0.
        worker: usize,
        /// The trap or panic, on one line.
        reason: String,
        /// After this time a new instance starts; meanwhile connections wait.
        restart_in: Duration,
    },
    /// A worker failed too often at its start and is not started again.
    WorkerGaveUp {
        /// Counted from 0.
        worker: usize,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AcceptFailed(error) => {
                write!(
                    f,
                    "cannot accept connections for now: {error}; raise the limit of open files or wait"
                )
            }
            Self::WorkerFailed {
                worker,
                reason,
                restart_in,
            } => write!(
                f,
                "worker {worker} failed: {reason}; started again in {} ms",
                restart_in.as_millis()
            ),
            Self::WorkerGaveUp { worker } => {
                write!(f, "worker {worker} failed too often and stays down")
            }
        }
    }
}

/// Takes notices; called from any of the server's threads.
pub type Reporter = Arc<dyn Fn(Notice) + Send + Sync>;
