//! Limits of accepting, and of connections in the kernel.

use std::time::Duration;

/// Connections that wait in the kernel for the acceptor, per listener. Linux lowers it to
/// `net.core.somaxconn`.
///
/// - unit: connections
/// - at it: the kernel drops connection attempts, and clients try again
/// - held by: `library::supervision::no_attempt_is_refused_during_a_hundred_traps`
pub(crate) const BACKLOG: i32 = 4_096;

/// Ports that are tried for several addresses with port 0, which share one. The system picks
/// a port that is free for the first of them, and hardly ever taken on another.
///
/// - unit: ports
/// - at it: the start fails, and the address is said
/// - held by: `porthole::net::tcp::addresses_without_a_port_share_one`
pub(crate) const SHARED_PORT_ATTEMPTS: u16 = 16;

#[cfg(unix)]
/// Longest wait for the lock by which processes that make Unix sockets in one folder take
/// turns. A turn takes less than a millisecond.
///
/// - unit: a time
/// - at it: the socket is made without the lock, which somebody else holds on to
/// - held by: `sockets::unix::a_lock_that_a_stranger_holds_prevents_no_start`
pub(crate) const FOLDER_LOCK_TIMEOUT: Duration = Duration::from_secs(1);

#[cfg(unix)]
/// Interval at which that lock is tried.
///
/// - unit: a time
/// - at it: it is tried again
/// - held by: `sockets::unix::of_many_starts_at_once_one_gets_the_socket`
pub(crate) const FOLDER_LOCK_INTERVAL: Duration = Duration::from_millis(2);

/// Bytes for a client that the kernel holds on our side, beyond the bytes that are on
/// their way to it. Linux would hold 4 MB for a client, and report free space to the
/// component only after a third of that has been sent, which takes minutes for a phone on
/// a train. With this limit, it reports free space after half of it has been sent.
/// Throughput is the same (measured at 128 KiB too).
///
/// - unit: bytes
/// - at it: a write waits until the client reads
/// - held by: `http::slow_clients::unread_bytes_in_the_kernel_are_bounded`
pub(crate) const UNSENT_BYTES: u32 = 256 << 10;

/// The same when so many connections are open that each gets less: a response goes on in
/// small pieces.
///
/// - unit: bytes
/// - at it: a write waits
/// - held by: `porthole::net::unsent::few_connections_get_all_and_many_share`
pub(crate) const UNSENT_MIN_BYTES: u32 = 16 << 10;

/// The same for a client that reads fast: the worker is woken for each half of a mebibyte
/// instead of each 128 KiB, which takes a sixteenth less CPU time for a gibibyte.
///
/// - unit: bytes
/// - at it: a write waits until the client reads
/// - held by: `porthole::net::stream::tcp::who_reads_fast_has_more_unsent`
pub(crate) const FAST_UNSENT_BYTES: u32 = 1 << 20;

/// Bytes in which it is seen how fast a client reads.
///
/// - unit: bytes
/// - at it: a client that took them within [`FAST_READ_TIME`] reads fast; any other does not
/// - held by: `porthole::net::fast_readers::who_reads_fast_gets_more_until_he_is_slow`
pub(crate) const FAST_READ_BYTES: u64 = 4 << 20;

/// Longest time for [`FAST_READ_BYTES`]: 32 MiB/s. What such a client has unsent is gone within
/// 32 ms.
///
/// - unit: a time
/// - at it: the client does not read fast
/// - held by: `porthole::net::fast_readers::who_reads_fast_gets_more_until_he_is_slow`
pub(crate) const FAST_READ_TIME: Duration = Duration::from_millis(125);

/// Part of the memory that the kernel gives to TCP before it is sparing, which fast readers
/// have beyond the share of each connection, if all of them stop reading at once.
///
/// - unit: (one in so many)
/// - at it: further clients that read fast are treated as all others
/// - held by: `porthole::net::fast_readers::places_are_given_back`,
///   `porthole::net::unsent::all_connections_together_leave_the_kernel_memory`
pub(crate) const FAST_UNSENT_DIVISOR: u64 = 32;

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

/// Longest time from accepting a connection to the end of its TLS handshake, with the header of
/// a proxy before it.
///
/// - unit: a time
/// - at it: the connection is closed
/// - held by: `porthole::accept::filters::handshakes_that_never_end_are_closed`
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Time that a client which has sent nothing has for its first byte once the worker gets no
/// more connections: it may have connected a moment ago.
///
/// - unit: a time
/// - at it: the connection is closed
/// - held by: `porthole::accept::filters::no_handshake_outlives_its_queue_but_those_that_have_begun`
pub(crate) const HANDSHAKE_DRAIN: Duration = Duration::from_secs(1);

/// Part of a worker's share of all connections that may be in a handshake. The component
/// closes idle connections, but it does not know these.
///
/// - unit: (one in so many)
/// - at it: the oldest handshake is given up for a new one
/// - held by: `porthole::accept::filters::the_oldest_handshake_makes_way`
pub(crate) const HANDSHAKES_DIVISOR: usize = 2;

/// Bytes of a PROXY header of version 2 after its first 16. The addresses take up to 216, and
/// proxies add a few fields.
///
/// - unit: bytes
/// - at it: the connection is closed
/// - held by: `porthole::accept::filters::proxy_protocol::bytes_other_than_a_header_are_refused`
pub(crate) const PROXY_HEADER_BYTES: usize = 2 << 10;

/// Accepted connections that wait for one worker, per listener.
///
/// - unit: connections
/// - at it: the acceptor chooses another worker. When all inboxes are full, connections
///   wait in the kernel
/// - held by: `library::supervision::no_attempt_is_refused_during_a_hundred_traps`
pub(crate) const INBOX: usize = 1_024;

/// Time that the acceptor lets connections gather when they arrive in quick succession.
/// To wake it for each of them, and to wake a worker for each, costs a quarter of what a
/// connection with one request takes.
///
/// - unit: a time
/// - at it: it accepts the connections that have gathered
/// - held by: `porthole::accept::coalesce::bursts_are_accepted_in_batches`
pub(crate) const ACCEPT_COALESCE_DELAY: Duration = Duration::from_micros(500);

/// Fewest connections in a batch for which that delay pays off. Fewer clients would only
/// wait for each other.
///
/// - unit: connections
/// - at it: the acceptor waits for `ACCEPT_COALESCE_DELAY` after the batch
/// - held by: `porthole::accept::coalesce::bursts_are_accepted_in_batches`
pub(crate) const ACCEPT_MIN_BATCH: usize = 6;

/// Longest time between two batches of connections in quick succession.
///
/// - unit: a time
/// - at it: the next connection is accepted as soon as it arrives
/// - held by: `porthole::accept::coalesce::sparse_connections_are_accepted_at_once`
pub(crate) const ACCEPT_MAX_GAP: Duration = Duration::from_millis(2);

/// Smaller batches in a row, in quick succession, after which a delay is tried.
///
/// - unit: batches
/// - at it: the acceptor waits for `ACCEPT_COALESCE_DELAY` once
/// - held by: `porthole::accept::coalesce::sparse_connections_are_rarely_delayed`
pub(crate) const ACCEPT_PROBE_EVERY: u32 = 32;

/// Pause of the acceptor after the operating system refused a connection for lack of
/// descriptors or memory.
///
/// - unit: a time
/// - at it: it tries again
/// - held by: `process::overload::accepting_recovers_from_lack_of_descriptors`
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Interval at which the acceptor checks for capacity while every worker is full.
///
/// - unit: a time
/// - at it: it checks again
/// - held by: `library::supervision::at_the_hosts_cap_new_connections_wait`
pub(crate) const CAP_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Connections that an embedder has handed over, and that the acceptor has not taken yet.
///
/// - unit: connections
/// - at it: the embedder's task waits
/// - held by: `library::transports::a_full_server_makes_the_sender_wait`
pub(crate) const HANDOVER_QUEUE: usize = 64;

/// Bytes in each direction of a connection in memory that its reader has not taken yet. As
/// large as a socket's buffer at its start.
///
/// - unit: bytes
/// - at it: the writer waits
/// - held by: `library::transports::any_stream_is_served`
pub(crate) const DUPLEX_BYTES: usize = 64 << 10;

/// Bytes that are read from a stream of the embedder to find out whether there are any. Most
/// requests fit, and idle connections cost nothing.
///
/// - unit: bytes
/// - at it: the rest stays in the stream
/// - held by: `porthole::net::stream::bytes::waiting_for_bytes_loses_none`
pub(crate) const PEEKED_BYTES: usize = 1 << 10;

/// Longest time in which a stream of the embedder sends its end after the component has
/// closed the connection.
///
/// - unit: a time
/// - at it: the stream is dropped
/// - held by: `porthole::net::stream::bytes::the_end_is_sent_even_if_it_takes_time`
pub(crate) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);
