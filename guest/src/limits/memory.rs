//! Limits of memory: buffers, and what each connection may hold.

/// Memory of each connection, without buffers that are larger than small: a request's
/// buffer, a response's buffer, the state of its task, and what the allocator adds to each.
///
/// - unit: bytes
/// - at it: the start fails if all connections together need more than `--memory`
/// - held by: `guest::memory::limits_fit_the_memory_or_are_refused`,
///   `attacks::memory::as_many_slow_readers_as_may_be`
pub const CONNECTION_BYTES: usize = 41 * 1024;

/// Memory of each of the [`OVERLOAD_CONNECTIONS`]: a response's buffer, or a buffer for
/// what the client still sends.
///
/// - unit: bytes
/// - at it: the start fails if all connections together need more than `--memory`
/// - held by: `guest::memory::limits_fit_the_memory_or_are_refused`
pub const OVERLOAD_CONNECTION_BYTES: usize = 20 * 1024;

/// Memory that the component needs beside connections, cache and listings: its own data,
/// its log, the addresses of `--rate`, and spare buffers.
///
/// - unit: bytes
/// - at it: the start fails if everything together needs more than `--memory`
/// - held by: `guest::memory::limits_fit_the_memory_or_are_refused`
pub const OTHER_BYTES: usize = 6 << 20;

/// Size of a large content buffer: 512 KiB used the least CPU per byte.
///
/// - unit: bytes
/// - at it: the content is sent in several pieces
/// - held by: `guest::runtime::buffer_pool::content_gets_the_smallest_sufficient_buffer`
pub const LARGE_BUFFER: usize = 512 * 1024;

/// Large buffers in use at once. Many slow readers must not take much memory, and a
/// transfer without a large buffer takes a third more CPU per byte.
///
/// - unit: buffers
/// - at it: further transfers use a `MEDIUM_BUFFER`
/// - held by: `guest::runtime::buffer_pool::larger_buffers_are_counted`,
///   `http::large::two_hundred_downloads_at_once`
pub const LARGE_BUFFERS: usize = 32;

/// Size of a medium content buffer, for medium-sized files and ranges and for transfers
/// beyond [`LARGE_BUFFERS`].
///
/// - unit: bytes
/// - at it: the content is sent in several pieces
/// - held by: `guest::runtime::buffer_pool::content_gets_the_smallest_sufficient_buffer`
pub const MEDIUM_BUFFER: usize = 80 * 1024;

/// Size of the buffer with which a connection waits for its next request. Most heads fit; a
/// longer one moves to an [`INPUT_BUFFER`]. Waiting without a buffer would cost each
/// request another call to the host.
///
/// - unit: bytes
/// - at it: a longer head moves to an `INPUT_BUFFER`
/// - held by: `http::refusal::bounds_of_the_head`
pub const IDLE_BUFFER: usize = 1_024;

/// Size of the buffer for a request that has a longer head, or content.
///
/// - unit: bytes
/// - at it: the response to a longer head is 431; content is read in several pieces
/// - held by: `http::refusal::bounds_of_the_head`
pub const INPUT_BUFFER: usize = h1::limits::INPUT_BYTES;

/// Size of a buffer for a small response: the longest head fits. With what the allocator
/// adds, it is no larger than four pages.
///
/// - unit: bytes
/// - at it: a larger response gets a larger buffer
/// - held by: `guest::runtime::buffer_pool::content_gets_the_smallest_sufficient_buffer`
pub const SMALL_BUFFER: usize = 16 * 1024 - 64;

/// Buffers of each size that are kept for the next use, because the sandbox's memory never
/// shrinks.
///
/// - unit: buffers
/// - at it: further buffers are freed
/// - held by: `guest::runtime::buffer_pool::spare_buffers_are_counted`
pub const SPARE_BUFFERS: usize = 64;
