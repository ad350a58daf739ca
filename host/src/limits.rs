//! Every bound that the host sets on a component, in one place.
//!
//! [`Limits`] is what an embedder may choose; the constants are what no one
//! needed to choose yet.

use std::time::Duration;

/// What one server may use. [`Limits::default`] is what the `porthole` binary
/// starts from.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections held at once, over all workers. At the bound no connection is
    /// accepted until one ends; the kernel's backlog holds the rest. Default
    /// 4,096.
    pub connections: usize,
    /// Connections held at once by one client: an IPv4 address, or an IPv6 network of
    /// 64 bits. Beyond, its new ones are closed at once. Default: 1,024.
    pub per_address: usize,
    /// Whether this machine's own connections don't count for that: a proxy on it
    /// speaks for many. Default: yes.
    pub except_loopback: bool,
    /// Whether all connections of one client go to the same worker, for a component
    /// that counts by client. Default: no, to the least loaded.
    pub by_address: bool,
    /// Linear memory of one worker's instance, in bytes. At the bound the
    /// component's allocation fails. Default 256 MiB.
    pub memory: usize,
    /// Workers: threads, each with an instance of its own. Default: one per core.
    pub workers: usize,
    /// How long open transfers may go on after [`stop`](crate::Running::stop).
    /// Default 10 s.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            per_address: 1_024,
            except_loopback: true,
            by_address: false,
            memory: 256 << 20,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            grace: Duration::from_secs(10),
        }
    }
}

/// Connections that wait in the kernel for the acceptor, per listener. Linux
/// cuts it to `net.core.somaxconn`.
pub(crate) const BACKLOG: i32 = 4_096;

/// Bytes that a client may leave unread in the kernel's memory on our side, beyond those
/// that are on their way to it. Linux would hold 4 MB for it, and let the component see
/// room again only when a third of that has gone out, which takes a phone in a train
/// minutes; with this it is half of this. Throughput is the same (measured at 128 KiB
/// too).
pub(crate) const UNSENT_BYTES: u32 = 256 << 10;

/// Accepted connections that wait for one worker, per listener. At the bound the
/// acceptor turns to another worker, and when all are full leaves connections to
/// the kernel.
pub(crate) const INBOX: usize = 1_024;

/// How long the acceptor rests after the operating system refused a connection
/// for want of descriptors or memory.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How often the acceptor looks again for room when every worker is full.
pub(crate) const ROOM_PAUSE: Duration = Duration::from_millis(5);

/// Handles that an instance holds for one connection: socket, two streams, two
/// futures, and for the file that it sends a descriptor, a stream, a future.
pub(crate) const HANDLES_PER_CONNECTION: usize = 8;

/// Handles beyond those of connections: listeners, clocks, log, cached files. An
/// instance that asks for more traps.
pub(crate) const SPARE_HANDLES: usize = 4_096;

/// Bytes that one host call may copy from the component for lists and strings.
/// More traps. Paths and addresses are all that we take.
pub(crate) const HOSTCALL_BYTES: usize = 1 << 20;

/// Elements of a component's tables of functions. More traps.
pub(crate) const TABLE_ELEMENTS: usize = 20_000;

/// Reads from disk that one worker has under way; further ones wait. What is in the
/// page cache needs none.
pub(crate) const DISK_THREADS: usize = 8;

/// How often a running component is looked at.
pub(crate) const WATCHDOG_TICK: Duration = Duration::from_millis(500);

/// Ticks without a return to the host after which a component counts as spinning
/// and is ended: 5 s.
pub(crate) const WATCHDOG_TICKS: u64 = 10;

/// First and longest pause before an instance that had listened is started again; it
/// doubles in between. A start costs less than a millisecond, and clients wait for it.
pub(crate) const RESTART_PAUSE: (Duration, Duration) =
    (Duration::from_millis(10), Duration::from_millis(50));

/// The same for one that failed before it listened.
pub(crate) const START_PAUSE: (Duration, Duration) =
    (Duration::from_millis(10), Duration::from_secs(5));

/// An instance that lived this long was healthy: the pause starts over.
pub(crate) const HEALTHY: Duration = Duration::from_secs(10);

/// Failed starts in a row after which a worker that never listened gives up.
pub(crate) const FAILED_STARTS: u32 = 2;

/// The same for a worker that has listened before: about a minute and a half.
pub(crate) const FAILED_RESTARTS: u32 = 25;

/// How long a repeated failure is only counted before it is said again.
pub(crate) const REPEAT_PAUSE: Duration = Duration::from_secs(60);

/// Kinds of failures that are told apart. Beyond, the oldest is said and forgotten.
pub(crate) const REPEATS: usize = 16;

/// Replaced versions that may still have connections. Beyond, what the oldest has open
/// is cut.
pub(crate) const RETIRING: usize = 8;

/// How long a component may take until it listens.
pub(crate) const START_PATIENCE: Duration = Duration::from_secs(10);

/// Chunks of log that wait to be written. More are dropped and counted, so that
/// a terminal that was stopped never stops the server.
pub(crate) const LOG_CHUNKS: usize = 256;

/// Longest chunk of log, in bytes.
pub(crate) const LOG_CHUNK_BYTES: usize = 64 << 10;

/// How often a server that starts or stops looks whether it is done.
pub(crate) const POLL: Duration = Duration::from_millis(5);

/// How long a stopping server waits for workers that were told to end at once.
pub(crate) const KILL_PATIENCE: Duration = Duration::from_millis(500);
