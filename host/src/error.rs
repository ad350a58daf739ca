//! What can go wrong, for the embedder ([`Error`]) and for the log ([`Notice`]).

use std::io;
use std::net::{IpAddr, SocketAddr};
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
    /// The component failed or stalled before it listened; why is in the notices.
    #[error("the component does not listen; the reason is above")]
    NotListening,
    /// The component returned an error before it listened: it does not take its
    /// arguments, or what it is granted. What it said is in its log.
    #[error("the component does not start like that; its reason is above")]
    Declined,
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
    /// Instances ended before they were told to; their connections are lost, and new
    /// ones wait for the next instance. The first failure of a kind is said at once,
    /// what repeats it is counted and said once a minute.
    WorkerFailed {
        /// Counted from 0.
        worker: usize,
        /// The trap or panic, on one line.
        reason: String,
        /// How often since it was last said.
        times: u32,
        /// Since it was last said; zero for the first time.
        within: Duration,
    },
    /// A client has as many connections as one may: its new ones were closed. Said at
    /// once, and then once a minute.
    AddressRefused {
        /// The latest one's.
        address: IpAddr,
        /// How often since it was last said, whatever the address.
        times: u32,
    },
    /// Connections were cut that had not finished in time: that of a stop, or that
    /// until a replaced version had too many successors.
    Cut {
        /// How many.
        connections: usize,
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
                within: Duration::ZERO,
                ..
            } => write!(f, "worker {worker} failed: {reason}; it is started again"),
            Self::WorkerFailed {
                worker,
                reason,
                times,
                within,
            } => write!(
                f,
                "worker {worker} failed {times} times more in {} s: {reason}",
                within.as_secs()
            ),
            Self::AddressRefused { address, times } => write!(
                f,
                "closed {times} new connections; the latest is from {address}, which has as many as one address may"
            ),
            Self::Cut { connections } => write!(
                f,
                "cut {connections} connections that had not finished in time"
            ),
            Self::WorkerGaveUp { worker } => {
                write!(f, "worker {worker} failed too often and stays down")
            }
        }
    }
}

/// Takes notices; called from any of the server's threads.
pub type Reporter = Arc<dyn Fn(Notice) + Send + Sync>;
