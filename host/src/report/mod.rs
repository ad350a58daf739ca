//! What happened while serving, for the operator: notices, and the log that they share
//! with what the component writes.

pub(crate) mod log;
pub(crate) mod suppress;

use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

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
    /// A [`Log`](crate::report::log::Log) can't be written; said once until it can, and once a minute
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
