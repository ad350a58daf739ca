//! Events of a server.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::place::Place;

/// An event of a server that an operator or an embedder may want to know of.
/// [`Display`](std::fmt::Display) gives one line for a log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// All workers listen, and connections are accepted.
    Started {
        /// Places of the listeners, with the ports that the system has chosen.
        places: Vec<Place>,
    },
    /// The operating system refuses new connections. Published once until it accepts
    /// again.
    AcceptFailed(Arc<io::Error>),
    /// Instances ended before they were told to, and are started again. Their connections
    /// are lost, and new ones wait for the next instance. The first failure of a kind is
    /// published at once; repetitions are counted and published once a minute.
    WorkerFailed {
        /// Number of the worker, from 0.
        worker: usize,
        /// Trap or panic, on one line.
        reason: String,
        /// Failures of this kind since the last event.
        times: u32,
        /// Time since the last event of this kind; zero for the first one.
        within: Duration,
    },
    /// A worker failed too often before it listened, and is not started again.
    WorkerGaveUp {
        /// Number of the worker, from 0.
        worker: usize,
    },
    /// A client holds as many connections as one client may, so its new ones were closed.
    /// Published at once, and then once a minute.
    AddressRefused {
        /// Address of the client that was rejected last.
        address: IpAddr,
        /// Connections closed since the last event, over all clients.
        times: u32,
    },
    /// A connection that must begin with the header of a trusted proxy did not, and was
    /// closed. Published at once, and then once a minute.
    HeaderMissing {
        /// Address of the latest one's peer, if it has one.
        peer: Option<IpAddr>,
        /// Connections closed since the last event.
        times: u32,
    },
    /// New connections go to another version of the component. Open ones finish on the old
    /// version.
    Replaced,
    /// No more connections are accepted, and the open ones may finish.
    Draining {
        /// Time after which they are cut.
        grace: Duration,
    },
    /// Connections were cut that had not finished in time: the grace time of a stop was
    /// over, or a replaced version had too many successors.
    Cut {
        /// Number of connections.
        connections: usize,
    },
    /// The server was told to end, and has ended.
    Stopped(Stopped),
    /// The server has ended because it cannot go on.
    Failed(Arc<Error>),
    /// A [`Log`](crate::Log) cannot be written. Published once until it can be written
    /// again, and once a minute at most.
    LogLost(Arc<io::Error>),
    /// A log can be written again.
    LogRecovered {
        /// Bytes that were lost.
        lost: u64,
    },
    /// A reader of [`Events`](crate::Events) was too slow.
    Missed {
        /// Events that it did not get.
        events: u64,
    },
}

/// Outcome of a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every open transfer was finished.
    Drained,
    /// Open connections were cut: the grace time ran out, or there was none.
    Cut,
}

impl Event {
    /// Whether something went wrong, or someone was turned away. The other events are the
    /// usual course of things.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        !matches!(
            self,
            Self::Started { .. } | Self::Replaced | Self::Draining { .. } | Self::Stopped(_)
        )
    }
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Started { places } => {
                let places: Vec<String> = places.iter().map(Place::to_string).collect();
                write!(f, "listening on {}", places.join(" and "))
            }
            Self::AcceptFailed(error) => write!(
                f,
                "cannot accept connections for now: {error}; raise the limit of open files or wait"
            ),
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
            Self::WorkerGaveUp { worker } => {
                write!(f, "worker {worker} failed too often and stays down")
            }
            Self::HeaderMissing { peer, times } => {
                write!(f, "closed {times} new connections")?;
                if let Some(peer) = peer {
                    write!(f, "; the latest is from {peer}")?;
                }
                f.write_str(": no trusted proxy has begun them with a header of the PROXY protocol")
            }
            Self::AddressRefused { address, times } => write!(
                f,
                "closed {times} new connections; the latest is from {address}, which has as many as one address may"
            ),
            Self::Replaced => write!(f, "replaced; open connections finish on the old version"),
            Self::Draining { grace } => write!(
                f,
                "accepts no more connections, and ends in {} s at most",
                grace.as_secs_f32().ceil()
            ),
            Self::Cut { connections } => write!(
                f,
                "cut {connections} connections that had not finished in time"
            ),
            Self::Stopped(Stopped::Drained) => write!(f, "ended; all transfers were finished"),
            Self::Stopped(Stopped::Cut) => write!(f, "ended; open connections were cut"),
            Self::Failed(error) => write!(f, "ended: {error}"),
            Self::LogLost(error) => {
                write!(f, "the log cannot be written: {error}; its lines are lost")
            }
            Self::LogRecovered { lost } => {
                write!(f, "the log is written again; {lost} bytes of it were lost")
            }
            Self::Missed { events } => {
                write!(f, "{events} events were lost, their reader is too slow")
            }
        }
    }
}
