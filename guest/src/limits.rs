//! Every bound of the component, in one place; those of the message level are in
//! [`h1::limits`].

/// Seconds from the first byte of a head to its last, whatever arrives in
/// between. Later: 408 and close.
pub const HEAD_SECONDS: u64 = 10;

/// Seconds that a connection may be idle between requests. Later: closed
/// without a word (RFC 9112 §9.5).
pub const IDLE_SECONDS: u64 = 60;

/// Seconds that a connection without an answer yet may take to ask when no more
/// connections are accepted. Later: closed.
pub const DRAIN_SECONDS: u64 = 1;

/// Seconds of waiting for the peer to take a byte. Later: cut. A tunnel may last that
/// long, and a player that is paused for longer asks again from where it was.
pub const STALLED_WRITE_SECONDS: u64 = 60;

/// Seconds of waiting for the peer over which its pace is judged: a peer that is seen
/// to take a buffer's worth every [`STALLED_WRITE_SECONDS`] must have come to one.
pub const PACE_SECONDS: u64 = 120;
/// Bytes that a peer must take in [`PACE_SECONDS`]. Fewer: cut. 1 KiB/s is a tenth of
/// what a phone gets where only the oldest networks reach, and more than it takes to
/// make holding a connection cost something.
pub const PACE_BYTES: u64 = 120 * 1024;

/// Seconds and bytes that the peer may go on sending after an answer that closes
/// the connection. A close with unread bytes would be a reset, and could take
/// the answer with it (RFC 9112 §9.6).
pub const LINGER_SECONDS: u64 = 2;
/// See [`LINGER_SECONDS`].
pub const LINGER_BYTES: usize = 256 * 1024;

/// Connections of one instance, unless `--max-connections` says otherwise. At
/// the bound the one that has been idle for longest makes room; when none is idle,
/// a new one is told 503.
pub const CONNECTIONS: usize = 2_048;

/// Size of a body buffer, in bytes: 512 KiB used the least CPU per byte.
pub const LARGE_BUFFER: usize = 512 * 1024;
/// Large buffers in use at once. Further transfers use [`MEDIUM_BUFFER`]: slow
/// readers in great numbers must not cost great memory.
pub const LARGE_BUFFERS: usize = 16;
/// Size of a body buffer beyond [`LARGE_BUFFERS`], and of one for a middling
/// file or range, in bytes.
pub const MEDIUM_BUFFER: usize = 80 * 1024;
/// Size of the buffer that a connection waits with for its next request, in bytes:
/// most heads fit; a longer one moves to a [`SMALL_BUFFER`]. Waiting without any
/// would cost each request another call to the host.
pub const IDLE_BUFFER: usize = 1_024;
/// Size of a buffer for a request head or a small answer, in bytes.
pub const SMALL_BUFFER: usize = h1::limits::HEAD_BYTES;
/// Buffers of each size that are kept for the next use.
pub const SPARE_BUFFERS: usize = 64;

/// Entries of a folder that a listing shows. A larger folder's listing says that
/// it is cut.
pub const LISTING_ENTRIES: usize = 10_000;
/// Entries after which other connections have a turn: each is asked about, which takes
/// the file system some microseconds.
pub const LISTING_TURN: usize = 128;

/// Client addresses whose use of `--rate` and `--throttle` is remembered. Beyond, the
/// one that was not seen for longest starts anew.
pub const VISITORS: usize = 4_096;

/// Bytes of log that wait to be written. Beyond, lines are dropped and counted.
pub const LOG_BYTES: usize = 256 * 1024;
/// Bytes of log that are written without waiting for more.
pub const LOG_FULL: usize = 32 * 1024;
/// Nanoseconds that a line of log may wait for company.
pub const LOG_NANOSECONDS: u64 = 50_000_000;
/// Longest request line, referrer or user agent in a line of log, in bytes.
pub const LOG_FIELD_BYTES: usize = 1_024;

/// Bytes of small files, names and open files that are kept for the next request,
/// unless `--cache` says otherwise.
pub const CACHE_BYTES: usize = 32 << 20;
/// Largest file that is kept in memory, in bytes. Larger ones are kept open.
pub const CACHED_FILE_BYTES: usize = 64 * 1024;
/// What an open file weighs in the cache, in bytes: it takes a descriptor, of
/// which there are fewer than there is memory.
pub const OPEN_FILE_WEIGHT: usize = 64 * 1024;
/// Questions to the file system per second, beyond which a path that was asked
/// about in this second is not asked about again: half a percent of a core.
pub const QUESTIONS_PER_SECOND: u32 = 250;

/// Bytes that a connection may write without waiting for anything; then the others
/// have a turn, however fast its client is.
pub const TURN_BYTES: usize = 64 * 1024;
/// How often the host is asked for what has happened before the connections that gave
/// way go on.
pub const EVENTS_PER_ROUND: usize = 64;
