//! Every bound of the component, in one place; those of the message level are in
//! [`h1::limits`].
//!
//! `cargo xtask limits` makes a table of them: the lists say what it needs to know.

/// Seconds from the first byte of a head to the last of the request, whatever arrives in
/// between.
///
/// - unit: seconds
/// - at it: 408, then close
/// - held by: `http::refusal::too_slow_a_head_is_408`,
///   `http::slow_clients::the_time_for_a_head_starts_after_a_long_response`
pub const HEAD_SECONDS: u64 = 10;

/// How long a connection may be idle between requests. Browsers open another without ado.
///
/// - unit: seconds
/// - at it: closed without a word (RFC 9112 §9.5)
/// - held by: `guest::runtime::deadlines::a_wait_ends_with_its_future_or_its_deadline`
pub const IDLE_SECONDS: u64 = 60;

/// How long a connection without an answer yet may take to ask when no more connections
/// are accepted.
///
/// - unit: seconds
/// - at it: closed
/// - held by: `process::shutdown::idle_connections_do_not_hold_it_up`
pub const DRAIN_SECONDS: u64 = 1;

/// Waiting for the peer to take a byte. A tunnel may last that long, and a player that is
/// paused for longer asks again from where it was.
///
/// - unit: seconds
/// - at it: cut
/// - held by: `guest::net::send_rate::clients_below_the_minimum_rate_are_cut`,
///   `guest::net::send_rate::a_connection_that_stalls_in_a_tunnel_is_kept`
pub const STALLED_WRITE_SECONDS: u64 = 60;

/// Waiting for the peer over which its pace is judged: a peer that is seen to take a
/// buffer's worth every [`STALLED_WRITE_SECONDS`] must have come to one.
///
/// - unit: seconds
/// - at it: see `SEND_RATE_BYTES`
/// - held by: `guest::net::send_rate::slow_steady_clients_are_kept`
pub const SEND_RATE_SECONDS: u64 = 120;

/// What a peer must take in [`SEND_RATE_SECONDS`]. 1 KiB/s is a tenth of what a phone gets where
/// only the oldest networks reach, and more than it takes to make holding a connection
/// cost something.
///
/// - unit: bytes
/// - at it: who takes less is cut
/// - held by: `guest::net::send_rate::slow_steady_clients_are_kept`,
///   `guest::net::send_rate::clients_below_the_minimum_rate_are_cut`
pub const SEND_RATE_BYTES: u64 = 120 * 1024;

/// How long the peer may go on sending after an answer that closes the connection. A close
/// with unread bytes would be a reset, and could take the answer with it (RFC 9112 §9.6).
///
/// - unit: seconds
/// - at it: closed
/// - held by: `http::lingering_close::lingering_close_is_bounded_in_time`
pub const LINGER_SECONDS: u64 = 2;

/// How much of what it sends is read meanwhile: more than a client sends at once that
/// looks for an answer only when it has sent all.
///
/// - unit: bytes
/// - at it: read no further, and closed when the time is over
/// - held by: `http::lingering_close::lingering_close_is_bounded_in_bytes`,
///   `http::lingering_close::an_endless_upload_can_read_the_response`
pub const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// Connections of one instance, unless `--max-connections` says otherwise.
///
/// - unit: connections
/// - at it: the one that has been idle for longest makes room; when none is idle, a
///   new one is told 503
/// - held by: `process::eviction::the_oldest_idle_connection_makes_room`,
///   `process::eviction::all_busy_and_a_new_one_is_told_so`,
///   `process::overload::rejected_connections_hold_no_place`
pub const CONNECTIONS: usize = 2_048;

/// Connections beyond those that are served: they are told 503, or wait for those that
/// make room to have heard it.
///
/// - unit: connections
/// - at it: none is accepted until one ends
/// - held by: `process::overload::rejected_connections_hold_no_place`
pub const OVERLOAD_CONNECTIONS: usize = 256;

/// What each connection may hold, but for buffers that are larger than small: a request's
/// buffer, an answer's, what it is doing, and what the allocator writes beside each.
///
/// - unit: bytes
/// - at it: connections that need more than there is of `--memory` are refused at the start
/// - held by: `guest::memory::limits_fit_the_memory_or_are_refused`,
///   `attacks::memory::as_many_slow_readers_as_may_be`
pub const CONNECTION_BYTES: usize = 41 * 1024;

/// What one of [`OVERLOAD_CONNECTIONS`] may hold: an answer's buffer, or one to read into what it still
/// sends.
///
/// - unit: bytes
/// - at it: see `CONNECTION_BYTES`
/// - held by: `guest::memory::limits_fit_the_memory_or_are_refused`
pub const OVERLOAD_CONNECTION_BYTES: usize = 20 * 1024;

/// What the component needs beside connections, cache and listings: its own data, its log,
/// the addresses of `--rate`, buffers that are kept.
///
/// - unit: bytes
/// - at it: see `CONNECTION_BYTES`
/// - held by: `guest::memory::limits_fit_the_memory_or_are_refused`
pub const OTHER_BYTES: usize = 6 << 20;

/// Size of a body buffer: 512 KiB used the least CPU per byte.
///
/// - unit: bytes
/// - at it: the content goes out in several pieces
/// - held by: `guest::runtime::buffer_pool::content_gets_the_smallest_sufficient_buffer`
pub const LARGE_BUFFER: usize = 512 * 1024;

/// Large buffers in use at once: slow readers in great numbers must not cost great memory,
/// and a transfer without one takes a third more CPU per byte.
///
/// - unit: buffers
/// - at it: further transfers use a `MEDIUM_BUFFER`
/// - held by: `guest::runtime::buffer_pool::larger_buffers_are_counted`,
///   `http::large::two_hundred_downloads_at_once`
pub const LARGE_BUFFERS: usize = 32;

/// Size of a body buffer beyond [`LARGE_BUFFERS`], and of one for a middling file or range.
///
/// - unit: bytes
/// - at it: the content goes out in several pieces
/// - held by: `guest::runtime::buffer_pool::content_gets_the_smallest_sufficient_buffer`
pub const MEDIUM_BUFFER: usize = 80 * 1024;

/// Size of the buffer that a connection waits with for its next request, in bytes:
/// most heads fit; a longer one moves to an [`INPUT_BUFFER`]. Waiting without any
/// would cost each request another call to the host.
///
/// - unit: bytes
/// - at it: a longer head moves to an `INPUT_BUFFER`
/// - held by: `http::refusal::bounds_of_the_head`
pub const IDLE_BUFFER: usize = 1_024;

/// Size of the buffer that a request is read into whose head is longer, or that has
/// content.
///
/// - unit: bytes
/// - at it: for a head see `HEAD_BYTES`, for content `CONTENT_ROOM_BYTES`
/// - held by: `http::refusal::bounds_of_the_head`
pub const INPUT_BUFFER: usize = h1::limits::INPUT_BYTES;

/// Size of a buffer for a small answer: the longest head fits. With what the allocator
/// writes beside it, it is no larger than four pages.
///
/// - unit: bytes
/// - at it: a larger answer gets a larger buffer
/// - held by: `guest::runtime::buffer_pool::content_gets_the_smallest_sufficient_buffer`
pub const SMALL_BUFFER: usize = 16 * 1024 - 64;

/// Buffers of each size that are kept for the next use: the sandbox's memory never shrinks.
///
/// - unit: buffers
/// - at it: more are freed
/// - held by: `guest::runtime::buffer_pool::spare_buffers_are_counted`
pub const SPARE_BUFFERS: usize = 64;

/// Entries of a folder that are read for a listing, hidden ones and what leads nowhere
/// too. All their names are read before the first is asked about.
///
/// - unit: entries
/// - at it: the listing is answered with 503, close; a line in the log says why
/// - held by: `http::lingering_close::a_folder_with_too_many_entries_has_no_listing`
pub const LISTING_ENTRIES: usize = 100_000;

/// Names that are read at once.
///
/// - unit: entries
/// - at it: the next ones are read after these
/// - held by: `http::lingering_close::a_large_folder_is_shown_whole_and_in_order`
pub const LISTING_BATCH: usize = 128;

/// What it counts as to read a name of a folder, to sort it in or to write its row.
///
/// - unit: units of work
/// - at it: see `YIELD_AFTER_WORK`
/// - held by: `guest::runtime::sort::sorted_in_turns`, `attacks::floods::entries_that_are_not_shown`
pub const ENTRY_WORK: u32 = 1;

/// Listings that are made at once: they take the file system's time.
///
/// - unit: listings
/// - at it: others wait
/// - held by: `attacks::floods::large_folders`
pub const LISTINGS_AT_ONCE: usize = 2;

/// All listings that are being made or sent, with the entries that they are made of:
/// clients that do not read must not take the memory that the others need. One of
/// 100,000 entries whose names have 40 letters takes 28 MiB while it is made and 15 MiB
/// while it is sent.
///
/// - unit: bytes
/// - at it: a listing is answered with 503, close; a line in the log says why
/// - held by: `attacks::floods::unread_listings`, `guest::render::pieces::a_page_that_is_too_large_is_none`,
///   `guest::render::pages_count_while_someone_holds_them`
pub const LISTING_BYTES: usize = 32 << 20;

/// A listing is held in pieces of this size, which never grow.
///
/// - unit: bytes
/// - at it: the next row begins a new piece
/// - held by: `guest::render::pieces::pieces_are_counted_and_never_grow`
pub const LISTING_PIECE: usize = 64 * 1024;

/// How long an answer may wait for its turn under `--throttle`: a client that asks for as
/// much on as many connections is not waited for.
///
/// - unit: seconds
/// - at it: cut
/// - held by: `guest::rate_limit::throttled_waits_are_bounded`
pub const THROTTLED_SECONDS: u64 = 60;

/// How often an answer that waits under `--throttle` looks whether its client is still
/// there: a client that has gone must not keep its place.
///
/// - unit: nanoseconds
/// - at it: it looks
/// - held by: `http::rate_limit::disconnected_clients_give_back_their_share`
pub const THROTTLE_POLL_NANOSECONDS: u64 = 250_000_000;

/// Client addresses whose use of `--rate` and `--throttle` is remembered.
///
/// - unit: addresses
/// - at it: the one that was not seen for longest starts anew
/// - held by: `guest::rate_limit::a_flood_of_addresses_is_forgotten`
pub const RATE_LIMITED_ADDRESSES: usize = 4_096;

/// Log that waits to be written.
///
/// - unit: bytes
/// - at it: lines are dropped and counted
/// - held by: `guest::log::lines_that_do_not_fit_are_dropped_and_counted`,
///   `process::log::a_log_that_nobody_reads_stops_nothing`
pub const LOG_BYTES: usize = 256 * 1024;

/// Lines about the answers of one connection that have not left its buffer yet: the
/// answers to pipelined requests go out together, and each line says what did.
///
/// - unit: bytes
/// - at it: they go out
/// - held by: `guest::log::pending::lines_beyond_the_bound_are_written_at_once`,
///   `process::log::the_log_has_the_bytes_sent`
pub const PENDING_LINES_BYTES: usize = 1_024;

/// Longest request line, referrer or user agent in a line of log.
///
/// - unit: bytes
/// - at it: cut, with a mark
/// - held by: `guest::log::client_bytes_cannot_forge_a_log_line`
pub const LOG_FIELD_BYTES: usize = 1_024;

/// Small files, names and open files that are kept for the next request, unless `--cache`
/// says otherwise.
///
/// - unit: bytes
/// - at it: what was used least recently goes
/// - held by: `guest::files::lru::a_hundred_thousand_paths_stay_within_the_bound`
pub const CACHE_BYTES: usize = 32 << 20;

/// Largest file that is kept in memory.
///
/// - unit: bytes
/// - at it: larger ones are kept open instead
/// - held by: `http::cache::every_kind_of_change_is_seen_at_once`
pub const CACHED_FILE_BYTES: usize = 64 * 1024;

/// What an open file weighs in the cache: it takes a descriptor, of which there are fewer
/// than there is memory.
///
/// - unit: bytes
/// - at it: see `CACHE_BYTES`
/// - held by: `guest::files::lru::the_least_recently_used_goes_first`
pub const OPEN_FILE_WEIGHT: usize = 64 * 1024;

/// How long a file is kept open that no one asks for: as long as a player takes from one
/// range to the next. A removed film gives its space back then, and a stick can be
/// unmounted.
///
/// - unit: seconds
/// - at it: closed, and opened again when it is asked for
/// - held by: `http::cache::idle_open_files_are_closed`,
///   `guest::files::open_files::unused_files_are_closed`
pub const OPEN_FILE_SECONDS: u64 = 5;

/// Questions to the file system: half a percent of a core.
///
/// - unit: per second
/// - at it: a path that was asked about in this second is not asked about again
/// - held by:
///   `http::cache::under_load_every_kind_of_change_is_seen_within_a_second`
pub const STAT_CALLS_PER_SECOND: u32 = 250;

/// Work of one turn, in about microseconds of the machine that `docs/benchmarks.md` speaks
/// of. Small, because others wait for it: a thousand connections that always have work come
/// to 50 ms; large enough, because to change over costs a hundredth of it.
///
/// - unit: units of work
/// - at it: the others have a turn
/// - held by: `guest::runtime::executor::a_turn_has_its_work_and_no_more`,
///   `attacks::work::pipelines_of_errors`, `http::connection::slow_and_fast_clients_together`
pub const YIELD_AFTER_WORK: u32 = 50;

/// Work of all connections together after which the host has a turn for timers, other
/// sockets and the watchdog's heartbeat, even where it has the next event at once.
///
/// - unit: units of work
/// - at it: the component yields to the host
/// - held by: `attacks::work::pipelines_of_listings`
pub const HOST_YIELD_AFTER_WORK: u32 = 16 * YIELD_AFTER_WORK;

/// What a request counts as: its head is read, its answer decided and written down.
///
/// - unit: units of work
/// - at it: see `YIELD_AFTER_WORK`
/// - held by: `attacks::work::pipelines_of_errors`
pub const REQUEST_WORK: u32 = 5;

/// What a read or a write counts as, whatever its size.
///
/// - unit: units of work
/// - at it: see `YIELD_AFTER_WORK`
/// - held by: `attacks::work::contents_behind_long_heads`
pub const CALL_WORK: u32 = 4;

/// Bytes of a read or a write that count as one unit of work. Both take part when a file
/// is sent.
///
/// - unit: bytes
/// - at it: see `YIELD_AFTER_WORK`
/// - held by: `http::connection::slow_and_fast_clients_together`
pub const BYTES_PER_WORK: u32 = 6 * 1024;

/// What a question to the file system counts as.
///
/// - unit: units of work
/// - at it: see `YIELD_AFTER_WORK`
/// - held by: `attacks::work::pipelines_of_errors`
pub const STAT_WORK: u32 = 4;

/// What it counts as to accept a connection. Less than it takes: of thousands that come at
/// once the last one waits for the first turns of all others, and must not wait for their
/// next turns too.
///
/// - unit: units of work
/// - at it: a few others have a turn
/// - held by: `guest::runtime::executor::a_brief_yield_resumes_among_the_next_few`,
///   `attacks::memory::as_many_slow_readers_as_may_be`
pub const ACCEPT_WORK: u32 = 2;

/// Connections that go on together after they gave way, before the host is asked again for
/// what has happened: whoever is woken by it waits for these, however many there are.
///
/// - unit: connections
/// - at it: the host is asked
/// - held by: `guest::runtime::executor::few_of_those_that_gave_way_go_on_at_once_each_in_turn`,
///   `attacks::work::pipelines_of_errors`
pub const RESUMED_PER_ROUND: usize = 8;

/// How often the host is asked for what has happened before a few of the connections that
/// gave way go on.
///
/// - unit: times
/// - at it: they go on
/// - held by: `guest::runtime::executor::a_task_that_yields_runs_after_all_others`,
///   `http::connection::slow_and_fast_clients_together`
pub const EVENTS_PER_ROUND: usize = 8;
