//! Every bound that the host sets on a component, in one place.
//!
//! [`Limits`] is what an embedder may choose, with the first constants as defaults; the
//! others are what no one needed to choose yet. `cargo xtask limits` makes a table of the
//! constants: the lists say what it needs to know.

use std::time::Duration;

/// What one server may use. [`Limits::default`] is what the `porthole` binary
/// starts from.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections held at once, over all workers. At the bound no connection is
    /// accepted until one ends; the kernel's backlog holds the rest. Default
    /// 4,096.
    pub connections: usize,
    /// Connections from which on the component makes room for each new one, over all
    /// workers: new ones then go round, so that no worker's old ones are spared.
    /// Default 4,096.
    pub full: usize,
    /// Connections held at once by one client: an IPv4 address, or an IPv6 network of
    /// 64 bits. Beyond, its new ones are closed at once. Default: 1,024.
    pub per_address: usize,
    /// Whether this machine's own connections don't count for that: a proxy on it
    /// speaks for many. Default: yes.
    pub except_loopback: bool,
    /// Whether all connections of one client go to the same worker, for a component
    /// that counts by client. Default: no, to the least loaded.
    pub by_address: bool,
    /// Linear memory of one worker's instance, in bytes, all its memories together.
    /// At the bound the component's allocation fails. Default 256 MiB.
    pub memory: usize,
    /// Workers: threads, each with an instance of its own. Default: one per core.
    pub workers: usize,
    /// How long a component may take until it listens, on all workers. Default 10 s.
    pub start: Duration,
    /// How long open transfers may go on after [`stop`](crate::Running::stop).
    /// Default 10 s.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            full: CONNECTIONS,
            per_address: PER_CLIENT,
            except_loopback: true,
            by_address: false,
            memory: MEMORY,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            start: START,
            grace: GRACE,
        }
    }
}

impl Limits {
    /// How long an orderly end may take once it was asked for twice.
    pub fn hurry() -> Duration {
        HURRY
    }

    /// The same, but for `full` connections that are served, with room for those that are
    /// told to come back later.
    pub fn serving(self, full: usize) -> Self {
        let connections = full.saturating_add(OVERLOAD_CONNECTIONS);
        Self {
            connections,
            full,
            ..self
        }
    }

    /// One worker's share of [`Limits::full`].
    pub fn share(&self) -> usize {
        self.full.div_ceil(self.workers.max(1))
    }
}

/// [`Limits::connections`]: a browser opens six. Each takes a descriptor and, idle, little
/// memory.
///
/// - unit: connections
/// - at it: none is accepted until one ends; the kernel's backlog holds the rest. The
///   component turns people away before
/// - held by: `process::eviction::all_busy_and_a_new_one_is_told_so`,
///   `process::overload::a_low_hard_limit_lowers_the_cap`
const CONNECTIONS: usize = 4_096;

/// Connections beyond those that are served, while the component tells them to come back
/// later, or waits for those that made room to have heard it. Each takes two seconds at
/// most, so that many newcomers a second can be told.
///
/// - unit: connections
/// - at it: none is accepted until one ends
/// - held by: `process::overload::rejected_connections_hold_no_place`
const OVERLOAD_CONNECTIONS: usize = 256;

/// [`Limits::per_address`]: a household or an office behind one address comes to less, and
/// no one address gets all.
///
/// - unit: connections
/// - at it: its new ones are closed at once, and a line says so
/// - held by: `porthole::accept::client_limit::connections_of_one_client_are_capped`,
///   `process::overload::max_per_address_closes_new_connections`
const PER_CLIENT: usize = 1_024;

/// [`Limits::memory`]: 2,048 downloads at once take 160 MiB, large buffers 16, the cache 32.
///
/// - unit: bytes
/// - at it: the component's allocation fails; ours traps, and its worker starts again
/// - held by: `escape::exhaust::memory without end`,
///   `escape::crafted::memory of 4 GiB`
const MEMORY: usize = 256 << 20;

/// [`Limits::start`]: it takes milliseconds, and the operator waits for it.
///
/// - unit: a time
/// - at it: it is ended; a start fails, and a replaced version goes on
/// - held by: `library::failures::a_component_that_does_not_start_is_an_error`
const START: Duration = Duration::from_secs(10);

/// [`Limits::grace`]: as long as container engines wait before they kill.
///
/// - unit: a time
/// - at it: what is open is cut and counted in the log
/// - held by: `process::shutdown::the_grace_time_ends`,
///   `process::drain::downloads_beyond_the_grace_time_are_cut_and_counted`
const GRACE: Duration = Duration::from_secs(10);

/// Connections that wait in the kernel for the acceptor, per listener. Linux cuts it to
/// `net.core.somaxconn`.
///
/// - unit: connections
/// - at it: the kernel drops attempts, and clients try again
/// - held by: `library::supervision::no_attempt_is_refused_during_a_hundred_traps`
pub(crate) const BACKLOG: i32 = 4_096;

/// What a client may leave unread in the kernel's memory on our side, beyond those
/// bytes that are on their way to it. Linux would hold 4 MB for it, and let the component
/// see room again only when a third of that has gone out, which takes a phone in a train
/// minutes; with this it is half of this. Throughput is the same (measured at 128 KiB
/// too).
///
/// - unit: bytes
/// - at it: a write waits
/// - held by: `http::slow_clients::unread_bytes_in_the_kernel_are_bounded`
pub(crate) const UNSENT_BYTES: u32 = 256 << 10;

/// The same when so many connections are open that each gets less: a response goes on in
/// small pieces.
///
/// - unit: bytes
/// - at it: a write waits
/// - held by: `porthole::net::unsent::few_connections_get_all_and_many_share`
pub(crate) const UNSENT_MIN_BYTES: u32 = 16 << 10;

/// Part of the memory that the kernel gives to TCP before it is sparing, which unsent bytes
/// of all connections share: each of many gets less than `UNSENT_BYTES`. Together they
/// come to a few times this part, as the first ones have theirs already. When the kernel is
/// sparing, other connections wait for seconds.
///
/// - unit: (one in so many)
/// - at it: new connections get fewer unsent bytes
/// - held by: `porthole::net::unsent::all_connections_together_leave_the_kernel_memory`,
///   `attacks::memory::as_many_slow_readers_as_may_be`
pub(crate) const UNSENT_DIVISOR: u64 = 8;

/// Accepted connections that wait for one worker, per listener.
///
/// - unit: connections
/// - at it: the acceptor turns to another worker, and when all are full leaves
///   connections to the kernel
/// - held by: `library::supervision::no_attempt_is_refused_during_a_hundred_traps`
pub(crate) const INBOX: usize = 1_024;

/// How long the acceptor lets connections gather when they come thick and fast: to be woken
/// for each, and to wake a worker for each, costs a quarter of what a connection of one
/// request takes.
///
/// - unit: a time
/// - at it: it accepts what has gathered
/// - held by: `porthole::accept::coalesce::bursts_are_accepted_in_batches`
pub(crate) const ACCEPT_COALESCE_DELAY: Duration = Duration::from_micros(500);

/// Connections that must come together for that to pay: fewer clients than these wait for
/// each other.
///
/// - unit: connections
/// - at it: the acceptor rests after them
/// - held by: `porthole::accept::coalesce::bursts_are_accepted_in_batches`
pub(crate) const ACCEPT_MIN_BATCH: usize = 6;

/// Batches of connections that are no also_readable apart come thick and fast.
///
/// - unit: a time
/// - at it: the next one is accepted as soon as it comes
/// - held by: `porthole::accept::coalesce::sparse_connections_are_accepted_at_once`
pub(crate) const ACCEPT_MAX_GAP: Duration = Duration::from_millis(2);

/// Smaller batches in a row, closely one after the other, after which a rest is tried.
///
/// - unit: batches
/// - at it: it rests once
/// - held by: `porthole::accept::coalesce::sparse_connections_are_rarely_delayed`
pub(crate) const ACCEPT_PROBE_EVERY: u32 = 32;

/// How long the acceptor rests after the operating system refused a connection for want
/// of descriptors or memory.
///
/// - unit: a time
/// - at it: it tries again
/// - held by: `process::overload::accepting_recovers_from_lack_of_descriptors`
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How often the acceptor looks again for room when every worker is full.
///
/// - unit: a time
/// - at it: it looks
/// - held by: `library::supervision::at_the_hosts_cap_new_connections_wait`
pub(crate) const CAP_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Handles that an instance holds for one connection: socket, two streams, two futures,
/// and for the file that it sends a descriptor, a stream, a future.
///
/// - unit: handles
/// - at it: see `SPARE_HANDLES`
/// - held by: `http::large::two_hundred_downloads_at_once`
pub(crate) const HANDLES_PER_CONNECTION: usize = 8;

/// Handles beyond those of connections: listeners, clocks, log, cached files.
///
/// - unit: handles
/// - at it: an instance that asks for more traps
/// - held by: `escape::exhaust::sockets without end`,
///   `escape::exhaust::streams without end`
pub(crate) const SPARE_HANDLES: usize = 4_096;

/// What one host call may copy from the component for lists and strings. Paths and
/// addresses are all that we take.
///
/// - unit: bytes
/// - at it: a trap
/// - held by: `escape::exhaust::path of 2 MiB`
pub(crate) const HOSTCALL_BYTES: usize = 1 << 20;

/// Elements of all of a component's tables of functions.
///
/// - unit: elements
/// - at it: a component that needs more does not start, or fails to grow them
/// - held by: `escape::crafted::table of ten million`,
///   `escape::crafted::many tables`
pub(crate) const TABLE_ELEMENTS: usize = 20_000;

/// Modules, memories and tables, each, that a component may be put together from: a
/// memory takes 4 GiB of address space, however small it is.
///
/// - unit: parts
/// - at it: a component of more does not start
/// - held by: `escape::crafted::many memories`,
///   `escape::crafted::modules without number`
pub(crate) const MAX_CORE_MODULES: usize = 100;

/// Threads of one worker that wait for file systems. What is in memory needs none, unless
/// the file system can't tell.
///
/// - unit: threads
/// - at it: what else has to wait for a disk or a server waits for a thread first
/// - held by: `porthole::disk::thread_pool::a_file_system_that_hangs_leaves_threads_to_the_others`
pub(crate) const DISK_THREADS: usize = 32;

/// Those of them that one file system may keep, so that one that hangs leaves some to the
/// others.
///
/// - unit: threads
/// - at it: also_readable questions to it wait, in the order in which they came
/// - held by: `porthole::disk::thread_pool::a_file_system_that_hangs_leaves_threads_to_the_others`
pub(crate) const DISK_THREADS_PER_FILE_SYSTEM: usize = 8;

/// Questions to file systems that wait for a thread: more than connections that one worker
/// may have.
///
/// - unit: questions
/// - at it: the component is told that the file system is busy
/// - held by: `porthole::disk::thread_pool::the_queue_is_bounded_and_cancelled_work_leaves_it`
pub(crate) const DISK_QUEUE: usize = 8_192;

/// How long the component is kept waiting for a file system: a disk that has to start
/// turning takes ten seconds.
///
/// - unit: a time
/// - at it: the component is told that the file system is busy; a transfer ends early
/// - held by: `porthole::disk::thread_pool::nobody_waits_for_longer_than_the_timeout`
pub(crate) const DISK_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a thread that has nothing to do waits for more.
///
/// - unit: a time
/// - at it: it ends
/// - held by: `porthole::disk::thread_pool::idle_threads_end`
pub(crate) const DISK_THREAD_IDLE: Duration = Duration::from_secs(10);

/// How often a thread tries again to open what is in someone's way for a moment: a rename,
/// or a lease that another process holds.
///
/// - unit: a time
/// - at it: it tries again
/// - held by: `porthole::disk::a_lease_is_waited_for`
pub(crate) const DISK_RETRY: Duration = Duration::from_millis(20);

/// How long a question to a disk of this machine may take while all of a worker's
/// connections wait for it.
///
/// - unit: a time
/// - at it: for a while, that file system is asked by threads, except for what the kernel
///   has in memory
/// - held by: `porthole::disk::a_disk_that_was_slow_is_asked_beside`
pub(crate) const SLOW_CALL: Duration = Duration::from_millis(20);

/// How long that while is.
///
/// - unit: a time
/// - at it: the worker asks it again itself
/// - held by: `porthole::disk::a_disk_that_was_slow_is_asked_beside`
pub(crate) const SLOW_DISK_PERIOD: Duration = Duration::from_secs(10);

/// File systems of which is known whether they may keep a worker waiting.
///
/// - unit: file systems
/// - at it: all are forgotten, and found out anew
/// - held by: `porthole::disk::file_systems::known_file_systems_are_bounded_and_expire`
pub(crate) const KNOWN_FILE_SYSTEMS: usize = 64;

/// How long that is known: another one may be mounted under the same number.
///
/// - unit: a time
/// - at it: it is found out anew
/// - held by: `porthole::disk::file_systems::known_file_systems_are_bounded_and_expire`
pub(crate) const FILE_SYSTEM_TTL: Duration = Duration::from_secs(60);

/// Most bytes that a thread reads at once for a transfer, into a buffer of its own. There
/// are as many such buffers as threads: 8 MiB a worker.
///
/// - unit: bytes
/// - at it: the next ones are read afterwards
/// - held by: `porthole::disk::buffer_pool::many_buffers_are_small_ones`
pub(crate) const OFFLOADED_READ_BYTES: usize = 256 << 10;

/// The same while as many buffers wait for the worker: one for each of its transfers at
/// most.
///
/// - unit: bytes
/// - at it: the next ones are read afterwards
/// - held by: `porthole::disk::buffer_pool::many_buffers_are_small_ones`
pub(crate) const OFFLOADED_READ_MIN_BYTES: usize = 4 << 10;

/// Entries of a directory that are read at once, as the kernel writes them: some 14 with
/// the longest names.
///
/// - unit: bytes
/// - at it: the next ones are read when the component asks for them
/// - held by: `porthole::disk::every_name_is_listed_and_opened`
pub(crate) const DIRECTORY_BATCH_BYTES: usize = 4 << 10;

/// Links that lead to one file, one after the other; as many as Linux follows.
///
/// - unit: links
/// - at it: nothing is found
/// - held by: `porthole::disk::links_that_go_on_and_on_end`
pub(crate) const SYMLINKS: usize = 40;

/// Names that are looked up to follow links which the kernel does not follow.
///
/// - unit: names
/// - at it: nothing is found
/// - held by: `porthole::disk::links_that_go_on_and_on_end`
pub(crate) const SYMLINK_STEPS: usize = 4_096;

/// Longest path with such links, and its end: as Linux has it (`PATH_MAX`).
///
/// - unit: bytes
/// - at it: the name is too long
/// - held by: `porthole::disk::links_that_go_on_and_on_end`
pub(crate) const PATH_BYTES: usize = 4_096;

/// Of the process's descriptors one in so many is never given to a file, so that
/// connections can be accepted whatever the components hold open.
///
/// - unit: (one in so many)
/// - at it: opening one more fails
/// - held by: `escape::exhaust::open files without end`
pub(crate) const FD_RESERVE_DIVISOR: u64 = 8;

/// How often a running component is looked at.
///
/// - unit: a time
/// - at it: see `WATCHDOG_TICKS`
/// - held by: `escape::exhaust::endless loop`
pub(crate) const WATCHDOG_TICK: Duration = Duration::from_millis(500);

/// Ticks that a worker's thread may run without a return to its runtime, after which the
/// component counts as spinning: 5 s on a processor, which take longer where others have
/// it. To wait for a disk, or for a processor, is not to spin.
///
/// - unit: ticks
/// - at it: its instance is ended, and the next one started
/// - held by: `escape::exhaust::endless loop`,
///   `escape::crafted::loop before it starts`
pub(crate) const WATCHDOG_TICKS: u64 = 10;

/// First and longest pause before an instance that had listened is started again; it
/// doubles in between. A start costs less than a millisecond, and clients wait for it.
///
/// - unit: a time
/// - at it: stays at the longest
/// - held by: `porthole::server::backoff::instances_that_listened_restart_quickly`,
///   `library::supervision::no_attempt_is_refused_during_a_hundred_traps`
pub(crate) const RESTART_PAUSE: (Duration, Duration) =
    (Duration::from_millis(10), Duration::from_millis(50));

/// The same for one that failed before it listened.
///
/// - unit: a time
/// - at it: stays at the longest
/// - held by: `porthole::server::backoff::workers_that_listened_before_get_time_to_recover`
pub(crate) const START_PAUSE: (Duration, Duration) =
    (Duration::from_millis(10), Duration::from_secs(5));

/// An instance that lived this long was healthy.
///
/// - unit: a time
/// - at it: the pause starts over
/// - held by: `porthole::server::backoff::instances_that_listened_restart_quickly`
pub(crate) const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// Failed starts in a row of a worker that never listened. A component that returns an
/// error is not asked again.
///
/// - unit: starts
/// - at it: it stays down; when all do, the program ends with 1
/// - held by: `porthole::server::backoff::instances_that_never_listened_are_abandoned`,
///   `library::failures::a_component_that_does_not_start_is_an_error`
pub(crate) const FAILED_STARTS: u32 = 2;

/// The same for a worker that has listened before: about a minute and a half.
///
/// - unit: starts
/// - at it: it stays down; when all do, the program ends with 1
/// - held by: `porthole::server::backoff::workers_that_listened_before_get_time_to_recover`
pub(crate) const FAILED_RESTARTS: u32 = 25;

/// How long a repeated failure is only counted.
///
/// - unit: a time
/// - at it: said again, with the count
/// - held by: `porthole::report::suppress::the_first_event_is_reported_and_repeats_are_counted`,
///   `porthole::report::suppress::repeats_are_reported_without_a_new_event`
pub(crate) const REPEAT_INTERVAL: Duration = Duration::from_secs(60);

/// Kinds of failures that are told apart.
///
/// - unit: kinds
/// - at it: the oldest is said and forgotten
/// - held by: `porthole::report::suppress::kinds_of_events_are_bounded`
pub(crate) const REPEAT_KINDS: usize = 16;

/// Replaced versions that may still have connections: each keeps the memory of its
/// workers.
///
/// - unit: versions
/// - at it: what the oldest has open is cut and counted in the log
/// - held by: `library::supervision::versions_without_end_are_bounded`
pub(crate) const RETIRING_VERSIONS: usize = 8;

/// What one turn moves of a transfer between two ends of the host, which a component has
/// put together and takes no part in. As much as a component's own small buffers.
///
/// - unit: bytes
/// - at it: the transfer gives way to all else that its worker has to do
/// - held by: `escape::transfers::file into stdout`,
///   `escape::transfers::socket into send`
pub(crate) const TRANSFER_BYTES: usize = 64 << 10;

/// Chunks of log that wait to be written: a terminal that was stopped must not stop the
/// server.
///
/// - unit: chunks
/// - at it: more are dropped and counted
/// - held by: `porthole::report::log::log_output_beyond_the_queue_is_dropped_and_counted`,
///   `process::log::a_log_that_nobody_reads_stops_nothing`
pub(crate) const LOG_CHUNKS: usize = 256;

/// Longest chunk of log.
///
/// - unit: bytes
/// - at it: it becomes several
/// - held by: `process::log::every_request_has_its_line_under_load`
pub(crate) const LOG_CHUNK_BYTES: usize = 64 << 10;

/// How long a program that ends waits until its log is read.
///
/// - unit: a time
/// - at it: it ends, and what was not read is lost
/// - held by: `porthole::report::log::the_end_does_not_wait_for_who_does_not_read`,
///   `process::blocked_output::a_stop_ends_it`
pub(crate) const LOG_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// [`Limits::hurry`]: who asks twice waits for nothing that might hang.
///
/// - unit: a time
/// - at it: the process ends, whatever its threads are doing
/// - held by: `process::blocked_output::a_second_signal_ends_it_within_a_second`
const HURRY: Duration = Duration::from_millis(700);

/// How often a server that starts or stops looks whether it is done.
///
/// - unit: a time
/// - at it: it looks
/// - held by: `process::shutdown::a_signal_ends_it_with_0`
pub(crate) const STATE_POLL_INTERVAL: Duration = Duration::from_millis(1);

/// How long a stopping server waits for threads that were told to end at once.
///
/// - unit: a time
/// - at it: it ends without them
/// - held by: `library::failures::a_component_that_spins_does_not_hold_up_the_end`
pub(crate) const KILL_TIMEOUT: Duration = Duration::from_millis(500);
