//! What can go wrong, for the embedder ([`Error`]) and for the log ([`Notice`]).

use std::any::Any;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

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
    #[error("the component does not start like that; its reason is above")]
    Declined,
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
    /// A [`Log`](crate::Log) can't be written; said once until it can, and once a minute
    /// at most.
    LogLost(io::Error),
    /// It can be written again.
    LogRecovered {
        /// Bytes that were not written.
        lost: u64,
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
            Self::LogLost(error) => {
                write!(f, "the log cannot be written: {error}; its lines are lost")
            }
            Self::LogRecovered { lost } => {
                write!(f, "the log is written again; {lost} bytes of it were lost")
            }
            Self::WorkerGaveUp { worker } => {
                write!(f, "worker {worker} failed too often and stays down")
            }
        }
    }
}

/// Takes notices; called from any of the server's threads, which wait until it returns.
pub type Reporter = Arc<dyn Fn(Notice) + Send + Sync>;

/// A reporter is the embedder's: its panic, which the panic hook has told of, must end
/// none of the server's threads.
pub(crate) fn say(report: &Reporter, notice: Notice) {
    let _ = catch_unwind(AssertUnwindSafe(|| report(notice)));
}
