//! Limits of what one instance may hold and do.

use std::time::Duration;

/// Bytes of a component from elsewhere. Ours has half a megabyte, one with a large runtime
/// of its own ten.
///
/// - unit: bytes
/// - at it: a start fails, and after SIGHUP the old version goes on
/// - held by: `process::reload::a_component_that_cannot_be_read_leaves_the_old_version_serving`
pub(crate) const COMPONENT_BYTES: usize = 64 << 20;

/// Handles that an instance holds for one connection: a socket, two streams and two
/// futures. For the file that it sends, it holds a descriptor, a stream and a future.
///
/// - unit: handles
/// - at it: an instance that needs more uses up `SPARE_HANDLES`, and then traps
/// - held by: `http::large::two_hundred_downloads_at_once`
pub(crate) const HANDLES_PER_CONNECTION: usize = 8;

/// Handles beyond those of connections: for listeners, clocks, the log and cached files.
///
/// - unit: handles
/// - at it: an instance that asks for more traps, and its worker starts a new one
/// - held by: `escape::exhaust::sockets without end`,
///   `escape::exhaust::streams without end`
pub(crate) const SPARE_HANDLES: usize = 4_096;

/// Bytes that one host call may copy from the component for lists and strings. The host
/// takes only paths and addresses.
///
/// - unit: bytes
/// - at it: the instance traps, and its worker starts a new one
/// - held by: `escape::exhaust::path of 2 MiB`
pub(crate) const HOSTCALL_BYTES: usize = 1 << 20;

/// Elements of all function tables of a component together.
///
/// - unit: elements
/// - at it: a component that needs more does not start, or fails to grow its tables
/// - held by: `escape::crafted::table of ten million`,
///   `escape::crafted::many tables`
pub(crate) const TABLE_ELEMENTS: usize = 20_000;

/// Most modules, most memories and most tables that a component may consist of. A memory
/// takes 4 GiB of address space, however small it is.
///
/// - unit: parts
/// - at it: a component with more does not start
/// - held by: `escape::crafted::many memories`,
///   `escape::crafted::modules without number`
pub(crate) const MAX_CORE_MODULES: usize = 100;

#[cfg(unix)]
/// Part of the process's descriptors that is never given to files, one in this many.
/// Connections can be accepted however many files the components hold open.
///
/// - unit: (one in so many)
/// - at it: opening one more file fails
/// - held by: `escape::exhaust::open files without end`
pub(crate) const FD_RESERVE_DIVISOR: u64 = 8;

/// Interval at which the watchdog checks a running component.
///
/// - unit: a time
/// - at it: the component continues, unless it has used up `WATCHDOG_TICKS`
/// - held by: `escape::exhaust::endless loop`
pub(crate) const WATCHDOG_TICK: Duration = Duration::from_millis(500);

/// Ticks that a worker's thread may run without a return to its runtime, after which the
/// component counts as spinning. They are 5 s of processor time, which take longer if
/// others use the processor. Waiting for a disk, or for a processor, is not spinning.
///
/// - unit: ticks
/// - at it: the instance is ended, and the next one is started
/// - held by: `escape::exhaust::endless loop`,
///   `escape::crafted::loop before it starts`
pub(crate) const WATCHDOG_TICKS: u64 = 10;

/// Bytes that one turn moves of a transfer between two ends of the host. The component
/// has connected these ends and takes no part in the transfer. Each has a buffer of this
/// size, and there may be thousands.
///
/// - unit: bytes
/// - at it: the transfer yields to all other work of its worker
/// - held by: `escape::transfers::file into stdout`,
///   `escape::transfers::socket into send`
pub(crate) const TRANSFER_BYTES: usize = 8 << 10;

/// Transfers of files between two ends of the host, beyond one for each connection. The
/// component holds no handle of a transfer, so handles do not bound them.
///
/// - unit: transfers
/// - at it: an instance that begins more traps, and its worker starts a new one
/// - held by: `escape::exhaust::transfers without end`
pub(crate) const SPARE_TRANSFERS: usize = 64;

/// Passwords that are compared at once, over all workers, where there are four processors.
/// Each takes one, and up to 64 MiB (`ARGON2_MEMORY_KIB`). With fewer it is one password, so
/// that half of the processors serve, and have their caches to themselves.
///
/// - unit: passwords
/// - at it: further ones wait in the queue
/// - held by: `porthole::wasi::passwords::two_are_compared_at_once_and_the_queue_is_bounded`,
///   `porthole::wasi::passwords::half_of_the_processors_serve`
pub(crate) const PASSWORD_THREADS: usize = 2;

/// Passwords that wait to be compared, over all workers. With hashes of 50 ms and
/// one thread the last one waits for three seconds.
///
/// - unit: passwords
/// - at it: the component is told that the host is busy, and its client gets 503
/// - held by: `porthole::wasi::passwords::two_are_compared_at_once_and_the_queue_is_bounded`,
///   `escape::exhaust::passwords without end`
pub(crate) const PASSWORD_QUEUE: usize = 64;

/// Bytes of a file that one call sends to a client. The component is asked in between whether
/// others have their turn.
///
/// - unit: bytes
/// - at it: the call sends so many
/// - held by: `porthole::wasi::sendfile::one_call_sends_a_bounded_part`
pub(crate) const SENT_AT_ONCE_BYTES: u64 = 512 << 10;

/// Memory of each instance for bytes on the way from files to clients, where they cannot go
/// directly. One connection after the other uses it.
///
/// - unit: bytes
/// - at it: they go in pieces
/// - held by: `porthole::wasi::sendfile::what_is_copied_goes_in_pieces`
pub(crate) const COPIED_BYTES: usize = 64 << 10;
