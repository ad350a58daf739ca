//! Limits of questions to file systems.

use std::time::Duration;

/// Threads of one worker that wait for file systems: enough for 32 of them that hang at the
/// same time. A thread that waits takes little memory, and threads that have nothing to do
/// end. Reading data in memory needs none, unless the file system cannot tell whether it has
/// the data in memory.
///
/// - unit: threads
/// - at it: a question that has to wait for a disk or a server waits for a thread first
/// - held by: `attacks::slow_disk::file_systems_that_hang_leave_threads_to_the_others`
pub(crate) const DISK_THREADS: usize = 256;

/// Threads of `DISK_THREADS` that one file system may occupy, so that one that hangs
/// leaves threads to the others.
///
/// - unit: threads
/// - at it: further questions to that file system wait, in the order in which they came
/// - held by: `porthole::disk::thread_pool::a_file_system_that_hangs_leaves_threads_to_the_others`
pub(crate) const DISK_THREADS_PER_FILE_SYSTEM: usize = 8;

/// Time after which a thread counts as stuck. A disk that has to start turning takes ten
/// seconds.
///
/// - unit: a time
/// - at it: once all `DISK_THREADS_PER_FILE_SYSTEM` are stuck, the component is told at once
///   that this file system is busy
/// - held by: `porthole::disk::thread_pool::a_file_system_that_hangs_for_long_is_busy_at_once`
pub(crate) const DISK_STUCK: Duration = Duration::from_secs(15);

/// Questions to file systems that wait for a thread. One worker has fewer connections
/// than this.
///
/// - unit: questions
/// - at it: the component is told that the file system is busy
/// - held by: `porthole::disk::thread_pool::the_queue_is_bounded_and_cancelled_work_leaves_it`
pub(crate) const DISK_QUEUE: usize = 8_192;

/// Longest time that the component waits for a file system. A disk that has to start
/// turning takes ten seconds.
///
/// - unit: a time
/// - at it: the component is told that the file system is busy, and a transfer ends early
/// - held by: `porthole::disk::thread_pool::waits_end_at_the_timeout`
pub(crate) const DISK_TIMEOUT: Duration = Duration::from_secs(30);

/// Time that an idle thread waits for more work.
///
/// - unit: a time
/// - at it: the thread ends
/// - held by: `porthole::disk::thread_pool::idle_threads_end`
pub(crate) const DISK_THREAD_IDLE: Duration = Duration::from_secs(10);

/// Interval at which a file is tried again to be opened while a rename, or a lease of
/// another process, prevents that for a moment. No thread waits for it.
///
/// - unit: a time
/// - at it: it is tried again
/// - held by: `porthole::disk::a_lease_is_waited_for`
pub(crate) const DISK_RETRY: Duration = Duration::from_millis(20);

/// Time between two looks at the open files of a file system whose files are closed by a
/// thread: a removed file keeps its space, and a file system cannot be unmounted, for that
/// much longer.
///
/// - unit: a time
/// - at it: files that no one uses any more are closed
/// - held by: `porthole::disk::closer::files_are_closed_once_no_one_else_holds_them`
pub(crate) const CLOSE_INTERVAL: Duration = Duration::from_millis(100);

/// Time that a question to a disk of this machine may take on the worker's own thread,
/// while all of the worker's connections wait for it.
///
/// - unit: a time
/// - at it: for `SLOW_DISK_PERIOD` the questions are watched. Once one is seen to wait, and
///   not the processor to be busy with others, then for as long other threads ask that file
///   system, except for data that the kernel has in memory
/// - held by: `porthole::disk::a_disk_that_was_slow_is_asked_beside`
pub(crate) const SLOW_CALL: Duration = Duration::from_millis(20);

/// Time for which a disk counts as slow after a question that exceeded `SLOW_CALL`.
///
/// - unit: a time
/// - at it: the worker's own thread asks the file system again
/// - held by: `porthole::disk::a_disk_that_was_slow_is_asked_beside`
pub(crate) const SLOW_DISK_PERIOD: Duration = Duration::from_secs(10);

/// Size of the table of mounts up to which it is read for automounts below the root: some
/// 20,000 mounts.
///
/// - unit: bytes
/// - at it: there may be automounts, and names that the kernel does not have in memory are
///   looked up by other threads
/// - held by: `porthole::disk::file_systems::a_name_that_is_not_in_memory_may_be_an_automount`
pub(crate) const MOUNT_TABLE_BYTES: usize = 4 << 20;

/// File systems for which the host remembers whether they may keep a worker waiting.
///
/// - unit: file systems
/// - at it: all are forgotten, and found out anew
/// - held by: `porthole::disk::file_systems::known_file_systems_are_bounded_and_expire`
pub(crate) const KNOWN_FILE_SYSTEMS: usize = 64;

/// Time for which this is remembered. Another file system may be mounted later under the
/// same number.
///
/// - unit: a time
/// - at it: it is found out anew
/// - held by: `porthole::disk::file_systems::known_file_systems_are_bounded_and_expire`
pub(crate) const FILE_SYSTEM_TTL: Duration = Duration::from_secs(60);

/// Buffers of one worker for the bytes that threads read at once: 8 MiB. As many threads as
/// four file systems may occupy have one.
///
/// - unit: buffers
/// - at it: further threads read into smaller ones, of `OFFLOADED_READ_MIN_BYTES`
/// - held by: `porthole::disk::buffer_pool::many_buffers_are_small_ones`
pub(crate) const OFFLOADED_READ_BUFFERS: usize = 32;

/// Most bytes that a thread reads at once for a transfer, into a buffer of its own.
///
/// - unit: bytes
/// - at it: the rest is read afterwards
/// - held by: `porthole::disk::buffer_pool::many_buffers_are_small_ones`
pub(crate) const OFFLOADED_READ_BYTES: usize = 256 << 10;

/// Most bytes that a thread reads at once while all those buffers wait for the worker.
/// Each of its transfers has one such small buffer at most.
///
/// - unit: bytes
/// - at it: the rest is read afterwards
/// - held by: `porthole::disk::buffer_pool::many_buffers_are_small_ones`
pub(crate) const OFFLOADED_READ_MIN_BYTES: usize = 4 << 10;

/// Size of the directory entries that are read at once, as the kernel writes them: some
/// 14 entries with the longest names.
///
/// - unit: bytes
/// - at it: the next entries are read when the component asks for them
/// - held by: `porthole::disk::every_name_is_listed_and_opened`
pub(crate) const DIRECTORY_BATCH_BYTES: usize = 4 << 10;

/// Symbolic links that are followed one after the other to one file. Linux follows as
/// many.
///
/// - unit: links
/// - at it: the lookup ends, and nothing is found
/// - held by: `porthole::disk::links_that_go_on_and_on_end`
pub(crate) const SYMLINKS: usize = 40;

/// Names that are looked up to follow links which the kernel does not follow.
///
/// - unit: names
/// - at it: the lookup ends, and nothing is found
/// - held by: `porthole::disk::links_that_go_on_and_on_end`
pub(crate) const SYMLINK_STEPS: usize = 4_096;

/// Longest path with such links, including its final NUL, as in Linux (`PATH_MAX`).
///
/// - unit: bytes
/// - at it: the path is rejected because the name is too long
/// - held by: `porthole::disk::links_that_go_on_and_on_end`
pub(crate) const PATH_BYTES: usize = 4_096;

/// Fewest bytes that go from file to socket without a copy: that takes calls of the kernel which
/// a copy does not. `cargo xtask bench` shows where the border is.
///
/// - unit: bytes
/// - at it: they are copied
/// - held by: `http::large::ranges_of_all_lengths_are_those_of_the_file`
pub(crate) const UNCOPIED_MIN_BYTES: u64 = 16 << 10;

/// Bytes that Linux reads ahead of a reader at once, by default (`read_ahead_kb`).
///
/// - unit: bytes
/// - at it: more questions are asked whether pages that are there have been read
/// - held by: `porthole::disk::page_cache::what_nobody_has_read_is_not_at_hand`
pub(crate) const READ_AHEAD_BYTES: u64 = 128 << 10;
