//! Every bound of an archive, in one place.
//!
//! `cargo xtask limits` makes `docs/limits.md` from these comments and their lists.

/// Most entries of an archive, directories included. Each takes 40 bytes beside its name, and a
/// question to the file system.
///
/// - unit: entries
/// - at it: an error, and the response is 403 with a line that says so
/// - held by: `archive::manifest::an_archive_has_as_many_entries_as_the_limit`
pub const ENTRIES: usize = 200_000;

/// Bytes of all names of an archive. A name is kept once, and not with the path of each entry
/// below it.
///
/// - unit: bytes
/// - at it: an error, and the response is 403 with a line that says so
/// - held by: `archive::manifest::names_have_a_bound_together`
pub const NAMES_BYTES: usize = 16 << 20;

/// Longest path of an entry. Linux opens none that is longer.
///
/// - unit: bytes
/// - at it: an error, and the response is 403 with a line that says so
/// - held by: `archive::manifest::paths_have_a_bound`
pub const PATH_BYTES: usize = 4 * 1024;

/// Longest header of an entry: its path, records with its size and its time, and a block about
/// each of these and about the entry.
///
/// - unit: bytes
/// - at it: no header can exceed it, because a path has a bound
/// - held by: `archive::header::no_header_is_longer_than_its_bound`
pub const HEADER_BYTES: usize = PATH_BYTES + 5 * 512;

/// Longest archive: the largest number of 64 bits with a sign, which is what clients count in.
///
/// - unit: bytes
/// - at it: an error, and the response is 403 with a line that says so
/// - held by: `archive::manifest::an_archive_is_no_longer_than_clients_can_count`
pub const ARCHIVE_BYTES: u64 = 9_223_372_036_854_775_807;
