//! Limits of turns, counted in work.

/// Work that each of these counts as: reading an entry of a directory, and writing its row.
///
/// - unit: units of work
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `guest::runtime::sort::sorted_in_turns`, `attacks::floods::entries_that_are_not_shown`
pub const ENTRY_WORK: u32 = 1;

/// Entries that are sorted in a run, or merged with those of another, for `ENTRY_WORK`: each
/// takes some comparisons of names. An entry of 5,000 is in seven merges.
///
/// - unit: entries
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `guest::runtime::sort::sorted_in_turns`
pub const SORTED_PER_WORK: usize = 8;

/// Entries that are dropped for `ENTRY_WORK`. To drop one takes a tenth of what it took to
/// read it, and the next long list waits for the memory.
///
/// - unit: entries
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `guest::runtime::executor::many_items_are_dropped_in_turns`
pub const DROPPED_PER_WORK: usize = 8;

/// Work of one turn, in units of about a microsecond on the machine of
/// `docs/benchmarks.md`. It is small because other tasks wait for it: a thousand
/// connections that always have work take 50 ms. It is large enough that changing the task
/// costs only a hundredth of it.
///
/// - unit: units of work
/// - at it: the next task runs
/// - held by: `guest::runtime::executor::a_turn_has_its_work_and_no_more`,
///   `attacks::work::pipelines_of_errors`, `http::connection::slow_and_fast_clients_together`
pub const YIELD_AFTER_WORK: u32 = 50;

/// Work of all connections together after which the host handles timers, other sockets and
/// the watchdog's heartbeat, even if it already has the next event.
///
/// - unit: units of work
/// - at it: the component yields to the host
/// - held by: `attacks::work::pipelines_of_listings`
pub const HOST_YIELD_AFTER_WORK: u32 = 16 * YIELD_AFTER_WORK;

/// Work that a request counts as: reading its head, deciding its response and writing that
/// down.
///
/// - unit: units of work
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `attacks::work::pipelines_of_errors`
pub const REQUEST_WORK: u32 = 5;

/// Work that a read or a write counts as, whatever its size.
///
/// - unit: units of work
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `attacks::work::contents_behind_long_heads`
pub const CALL_WORK: u32 = 4;

/// Bytes of a read or a write that count as one unit of work. Sending a file counts both
/// its reads and its writes.
///
/// - unit: bytes
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `http::connection::slow_and_fast_clients_together`
pub const BYTES_PER_WORK: u32 = 6 * 1024;

/// Work that asking the file system about a path counts as.
///
/// - unit: units of work
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `attacks::work::pipelines_of_errors`
pub const STAT_WORK: u32 = 4;

/// Work that accepting a connection counts as. Less than it takes: of thousands of
/// connections that arrive at once the last one waits for the first turns of all others, and
/// must not wait for their next turns too.
///
/// - unit: units of work
/// - at it: a few other tasks run
/// - held by: `guest::runtime::executor::a_brief_yield_resumes_among_the_next_few`,
///   `attacks::memory::as_many_slow_readers_as_may_be`
pub const ACCEPT_WORK: u32 = 2;

/// Connections that resume together after they yielded, before the host is asked for new
/// events. A connection that is woken by an event waits for these few only, however many
/// have yielded.
///
/// - unit: connections
/// - at it: the host is asked for events
/// - held by: `guest::runtime::executor::few_of_those_that_gave_way_go_on_at_once_each_in_turn`,
///   `attacks::work::pipelines_of_errors`
pub const RESUMED_PER_ROUND: usize = 8;

/// Times that the host is asked for events before a few of the connections that yielded
/// resume.
///
/// - unit: times
/// - at it: these connections resume
/// - held by: `guest::runtime::executor::a_task_that_yields_runs_after_all_others`,
///   `http::connection::slow_and_fast_clients_together`
pub const EVENTS_PER_ROUND: usize = 8;

/// Bytes of a text that are written as rows or read as Markdown for one unit of work.
///
/// - unit: bytes
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `http::pages::long_texts_come_in_parts`
pub const TEXT_BYTES_PER_WORK: u32 = 16;

/// Bytes of subtitles that are converted for one unit of work. The longest file takes
/// 15 ms, which no other limit of a turn would show.
///
/// - unit: bytes
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `http::pages::subtitles::others_are_served_while_subtitles_are_converted`
pub const SUBTITLE_BYTES_PER_WORK: u32 = 32;

/// Letters of names that are compared for one unit of work, to find a close name.
///
/// - unit: letters
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `http::pages::messages::a_close_name_is_looked_for_among_the_first_thousand`
pub const COMPARED_LETTERS_PER_WORK: u32 = 256;

/// Bytes of a film, a track or a picture that are looked at for one unit of work. Only heads
/// of boxes, elements and frames are read, and the shortest has two bytes.
///
/// - unit: bytes
/// - at it: the next task runs after `YIELD_AFTER_WORK`
/// - held by: `http::pages::facts::others_are_served_while_facts_are_read`
pub const MEDIA_BYTES_PER_WORK: u32 = 64;
