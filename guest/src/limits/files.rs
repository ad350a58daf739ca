//! Limits of listings, of the cache, and of questions to the file system.

/// Entries of a directory that are read for a listing, including hidden entries and links
/// that lead nowhere. All names are read before the file system is asked about the first.
///
/// - unit: entries
/// - at it: the response is 503, the connection is closed, and a line in the log has the
///   reason
/// - held by: `http::directory::a_folder_with_too_many_entries_has_no_listing`
pub const LISTING_ENTRIES: usize = 250_000;

/// Entries of a list that is made whole, with a length and a tag. A longer one is sent while
/// it is made, in chunks: its names and kinds take about 100 bytes each beside the name, 24
/// MiB for 200,000 entries, and its rows would take four times as much.
///
/// - unit: entries
/// - at it: the list has neither length nor tag; a client of HTTP/1.0 gets it whole if there
///   is memory for it, or else 503
/// - held by: `http::pages::long_lists_are_sent_while_they_are_made`
pub const WHOLE_ENTRIES: usize = 10_000;

/// Names of a folder that are looked at to find one that is close to a missing one.
///
/// - unit: names
/// - at it: a close name further on is not on the page of the 404
/// - held by: `http::pages::messages::a_close_name_is_looked_for_among_the_first_thousand`
pub const NEAR_ENTRIES: usize = 1_000;

/// Levels below a folder that a playlist of its tree has. Media are sorted by series, season and
/// disc, or by artist, year and album.
///
/// - unit: levels
/// - at it: the response is 403 with a line that says so
/// - held by: `http::pages::trees::a_tree_beyond_its_bounds_is_refused`
pub const TREE_DEPTH: usize = 8;

/// Folders of a playlist of a tree. Each is opened and read: a thousand take 50 ms of a
/// processor.
///
/// - unit: folders
/// - at it: the response is 403 with a line that says so
/// - held by: `http::pages::trees::a_tree_beyond_its_bounds_is_refused`
pub const TREE_FOLDERS: usize = 1_000;

/// Entries that are read for a playlist of a tree, whether they play or not.
///
/// - unit: entries
/// - at it: the response is 403 with a line that says so
/// - held by: `http::pages::trees::a_tree_beyond_its_bounds_is_refused`
pub const TREE_ENTRIES: usize = 10_000;

/// Seconds for which the layout of an archive is kept after its last use, for its ranges and for
/// other clients. A download that breaks off is mostly continued within a minute.
///
/// - unit: seconds
/// - at it: the folder is walked again for the next request
/// - held by: `guest::render::archive::archives_are_kept_for_a_while`
pub const ARCHIVE_SECONDS: i64 = 60;

/// Archives that are laid out at once. Each asks the file system about every file below a folder,
/// and pages are made meanwhile.
///
/// - unit: archives
/// - at it: further archives wait
/// - held by: `guest::render::archives_do_not_hold_up_pages`
pub const ARCHIVES_AT_ONCE: usize = 1;

/// Bytes at the end of each file of an archive that pass through the component's memory. So small
/// files are sent together, and if a file has changed meanwhile its last byte is held back.
///
/// - unit: bytes
/// - at it: the host sends the bytes before them itself
/// - held by: `http::pages::archives::a_change_while_it_is_sent_ends_it_short`
pub const ARCHIVE_TAIL_BYTES: u64 = 64 * 1024;

/// Folders that are read for the subtitles of a folder's playlist. A season has one for each
/// episode.
///
/// - unit: folders
/// - at it: subtitles in further ones are not in the playlist
/// - held by: `http::pages::trees::subtitles_stand_beside_their_film`
pub const SUBTITLE_FOLDERS: usize = 100;

/// Entries of a long list that are asked for and written at once.
///
/// - unit: entries
/// - at it: the next ones are written when these are sent
/// - held by: `http::pages::long_lists_are_sent_while_they_are_made`
pub const STREAM_ENTRIES: usize = 128;

/// Entries that are read from a directory at once.
///
/// - unit: entries
/// - at it: the next entries are read afterwards
/// - held by: `http::directory::a_large_folder_is_shown_whole_and_in_order`
pub const LISTING_BATCH: usize = 128;

/// Time that a listing waits for the size and the date of one entry.
///
/// - unit: seconds
/// - at it: the entry is shown without them, and a line in the log has the reason
/// - held by: `attacks::slow_disk::a_listing_shows_what_hangs_or_fails`
pub const LATE_ENTRY_SECONDS: u64 = 2;

/// Entries for which a listing waits as long as that.
///
/// - unit: entries
/// - at it: further entries that the file system does not answer about at once are shown
///   without size and date
/// - held by: `attacks::slow_disk::a_listing_shows_what_hangs_or_fails`
pub const LATE_ENTRIES: usize = 2;

/// Listings that are made at once, because each keeps the file system busy.
///
/// - unit: listings
/// - at it: further listings wait
/// - held by: `attacks::floods::large_folders`
pub const LISTINGS_AT_ONCE: usize = 2;

/// Memory of all listings that are being made or sent, with the entries that they are made
/// of. Clients that do not read must not take the memory that other clients need. A listing
/// of 100,000 entries whose names have 40 letters takes 28 MiB while it is made and 15 MiB
/// while it is sent.
///
/// - unit: bytes
/// - at it: the response is 503, the connection is closed, and a line in the log has the
///   reason
/// - held by: `attacks::floods::unread_listings`, `guest::render::pieces::a_page_that_is_too_large_is_none`,
///   `guest::render::page::pages_count_while_someone_holds_them`
pub const LISTING_BYTES: usize = 32 << 20;

/// Size of the pieces that a listing is held in. A piece never grows.
///
/// - unit: bytes
/// - at it: the next row begins a new piece
/// - held by: `guest::render::pieces::pieces_are_counted_and_never_grow`
pub const LISTING_PIECE: usize = 64 * 1024;

/// Memory for small files, names and open files that are kept for the next request, unless
/// `--cache` sets another number.
///
/// - unit: bytes
/// - at it: the least recently used entry is dropped
/// - held by: `guest::files::lru::a_hundred_thousand_paths_stay_within_the_bound`
pub const CACHE_BYTES: usize = 32 << 20;

/// Largest file that is kept in memory.
///
/// - unit: bytes
/// - at it: larger files are kept open instead
/// - held by: `http::cache::every_kind_of_change_is_seen_at_once`
pub const CACHED_FILE_BYTES: usize = 64 * 1024;

/// Weight of an open file in the cache. It takes a descriptor, and descriptors are scarcer
/// than memory.
///
/// - unit: bytes
/// - at it: the least recently used entry is dropped when the cache reaches `CACHE_BYTES`
/// - held by: `guest::files::lru::the_least_recently_used_goes_first`
pub const OPEN_FILE_WEIGHT: usize = 64 * 1024;

/// Longest time that a file is kept open without a request for it: as long as a player
/// takes from one range to the next. After that, the space of a removed film is freed, and
/// a USB stick can be unmounted.
///
/// - unit: seconds
/// - at it: the file is closed, and opened again for the next request
/// - held by: `http::cache::idle_open_files_are_closed`,
///   `guest::files::open_files::unused_files_are_closed`
pub const OPEN_FILE_SECONDS: u64 = 5;

/// Reads of media in one folder, for what files say of themselves. It is as many as a disk that
/// turns makes seeks, and enough for the rows on a screen. A file that was begun is read to its
/// end.
///
/// - unit: reads per second and folder
/// - at it: the response is 503 with `Retry-After: 1`, and the connection stays open
/// - held by: `guest::files::media_reads::a_folder_costs_so_many_reads_a_second`,
///   `http::pages::facts::a_folder_of_many_files_is_read_at_a_steady_rate`
pub const MEDIA_READS_PER_SECOND: u32 = 128;

/// Folders whose reads of media are counted apart.
///
/// - unit: folders
/// - at it: some share one budget of `MEDIA_READS_PER_SECOND`
/// - held by: `guest::files::media_reads::a_folder_costs_so_many_reads_a_second`
pub const MEDIA_FOLDERS: usize = 256;

/// Calls that ask the file system about paths. They take half a percent of a core.
///
/// - unit: per second
/// - at it: a path that was already looked up in this second is not looked up again
/// - held by:
///   `http::cache::under_load_every_kind_of_change_is_seen_within_a_second`
pub const STAT_CALLS_PER_SECOND: u32 = 250;

/// Bytes of a file that are read as a stream, once the host did not have the next ones at hand,
/// before it is asked again to send them itself. A disk that is waited for is read in order.
///
/// - unit: bytes
/// - at it: the host is asked again
/// - held by: `http::large::cold_reads_do_not_block_other_connections`
pub const STREAMED_BYTES: u64 = 4 << 20;
