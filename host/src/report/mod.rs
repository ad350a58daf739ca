//! Events while serving, for the operator: notices, and the log that they share with the
//! component's output.

pub(crate) mod log;
pub(crate) mod suppress;
pub(crate) mod totals;

use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// An event while serving that an operator should know of. [`Display`](std::fmt::Display)
/// gives one line for a log.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// The operating system refuses new connections. Reported once until it accepts
    /// again.
    AcceptFailed(io::Error),
    /// Instances ended before they were told to. Their connections are lost, and new ones
    /// wait for the next instance. The first failure of a kind is reported at once;
    /// repetitions are counted and reported once a minute.
    WorkerFailed {
        /// Number of the worker, from 0.
        worker: usize,
        /// Trap or panic, on one line.
        reason: String,
        /// Failures of this kind since the last report.
        times: u32,
        /// Time since the last report of this kind; zero for the first one.
        within: Duration,
    },
    /// A client holds as many connections as one client may, so its new ones were closed.
    /// Reported at once, and then once a minute.
    AddressRefused {
        /// Address of the client that was rejected last.
        address: IpAddr,
        /// Connections closed since the last report, over all clients.
        times: u32,
    },
    /// Connections were cut that had not finished in time: the grace time of a stop was
    /// over, or a replaced version had too many successors.
    Cut {
        /// Number of connections.
        connections: usize,
    },
    /// A [`Log`](crate::report::log::Log) cannot be written. Reported once until it can
    /// be written again, and once a minute at most.
    LogLost(io::Error),
    /// A log can be written again.
    LogRecovered {
        /// Bytes that were lost.
        lost: u64,
    },
    /// A worker failed too often before it listened, and is not started again.
    WorkerGaveUp {
        /// Number of the worker, from 0.
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

/// Receives notices. Any of the server's threads may call it, and waits until it returns.
pub type Reporter = Arc<dyn Fn(Notice) + Send + Sync>;

/// Passes a notice to the embedder's reporter. If the reporter panics, the panic hook has
/// reported that, and it must not end any of the server's threads.
pub(crate) fn deliver(report: &Reporter, notice: Notice) {
    let _ = catch_unwind(AssertUnwindSafe(|| report(notice)));
}
