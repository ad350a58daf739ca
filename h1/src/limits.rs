//! Every bound of the message level, in one place.
//!
//! `cargo xtask limits` makes a table of them: the lists say what it needs to know.

/// Longest request target. RFC 9112 §3 asks for at least 8,000; browsers stay below
/// 2,000.
///
/// - unit: bytes
/// - at it: 414, then close
/// - held by: `h1::request::head::limits`, `http::refusal::bounds_of_the_head`
pub const TARGET_BYTES: usize = 8 * 1024;

/// Longest request head (request line and all fields). Also what bounds every list that a
/// field may hold.
///
/// - unit: bytes
/// - at it: 431, then close; a method as long: 501
/// - held by: `h1::request::head::limits`, `http::refusal::bounds_of_the_head`,
///   `http::connection::a_pipeline_of_hundreds`
pub const HEAD_BYTES: usize = 16 * 1024;

/// Most field lines in one head. A browser sends about twenty.
///
/// - unit: lines
/// - at it: 431, then close
/// - held by: `h1::request::fields::as_many_lines_as_the_limit`, `http::refusal::bounds_of_the_head`
pub const FIELD_LINES: usize = 100;

/// Empty lines accepted before a request line (RFC 9112 §2.2 asks for at least one).
///
/// - unit: lines
/// - at it: 400, then close
/// - held by: `h1::request::head::limits`
pub const LEADING_EMPTY_LINES: usize = 4;

/// Most content of a request that is read and thrown away, so that the connection can
/// go on.
///
/// - unit: bytes
/// - at it: 413, then close
/// - held by: `h1::connection::conversations`, `http::content::skipped_content_is_bounded`
pub const DISCARD_BYTES: u64 = 64 * 1024;

/// Room for content behind the longest head in the buffer that requests are read into: a
/// piece of content is at least that large, so that content costs as little behind a long
/// head as behind a short one.
///
/// - unit: bytes
/// - at it: content is read in several pieces
/// - held by: `h1::connection::content_comes_in_large_pieces_behind_any_head`,
///   `attacks::work::contents_behind_long_heads`
pub const CONTENT_ROOM_BYTES: usize = 4 * 1024 - 64;

/// Buffer that requests are read into, once they are longer than a usual one.
///
/// - unit: bytes
/// - at it: content that was skipped makes room
/// - held by: `h1::connection::content_comes_in_large_pieces_behind_any_head`
pub const INPUT_BYTES: usize = HEAD_BYTES + CONTENT_ROOM_BYTES;

/// Longest chunk-size line with its extensions, which no one uses.
///
/// - unit: bytes
/// - at it: 400, then close
/// - held by: `h1::request::chunked::limits`
pub const CHUNK_LINE_BYTES: usize = 256;

/// Longest trailer section after the last chunk.
///
/// - unit: bytes
/// - at it: 431, then close
/// - held by: `h1::request::chunked::limits`
pub const TRAILER_BYTES: usize = 4 * 1024;

/// Requests on one connection. Bounds what one client can hold on to without ever
/// reconnecting.
///
/// - unit: requests
/// - at it: the last one's answer announces the close
/// - held by: `h1::connection::a_connection_has_a_last_request`
pub const REQUESTS_PER_CONNECTION: u32 = 100_000;

/// Ranges in one `Range` field, counted before they are merged (CVE-2011-3192).
///
/// - unit: ranges
/// - at it: the field is ignored (RFC 9110 §14.2 allows it) and the whole file is sent
/// - held by: `h1::selection::range::floods_are_ignored`, `http::range::floods`
pub const RANGES: usize = 100;

/// What a text file begins with, as far as it is looked at to tell whether it is UTF-8.
/// Bytes of another encoding come up in the first lines, or a reader does not mind.
///
/// - unit: bytes
/// - at it: what comes after it has no say in the charset; a character that it splits
///   does not count
/// - held by: `h1::representation::media_type::text_that_is_not_utf_8_has_no_charset`
pub const CHARSET_BYTES: usize = 4 * 1024;

/// Age of a change that a file system is sure to tell from the next one: FAT keeps time in
/// steps of two seconds, other file systems in one or less.
///
/// - unit: seconds
/// - at it: a file that was changed less long ago has a weak tag, and is not kept
/// - held by: `h1::representation::etag::just_changed_files_have_a_weak_tag`
pub const SETTLED_SECONDS: i64 = 2;

/// Field lines that the operator adds to every answer (`--header`, `--cache-control`),
/// all together: with more, a proxy's buffer for a head would overflow (nginx has 4 KiB).
///
/// - unit: bytes
/// - at it: refused at the start
/// - held by: `h1::response::policy::fields_have_a_bound_together`,
///   `process::startup::invalid_arguments_are_reported_by_the_component`
pub const OPERATOR_FIELD_BYTES: usize = 4 * 1024;

/// Longest file name that an answer repeats in `Content-Disposition`. No file system has
/// a longer one than 255 characters of at most three bytes.
///
/// - unit: bytes
/// - at it: the field is left out
/// - held by: `h1::response::no_head_is_longer_than_its_bound`
pub const NAME_BYTES: usize = 1_024;

/// Longest head of an answer.
///
/// - unit: bytes
/// - at it: nothing can exceed it: its parts have their bounds
/// - held by: `h1::response::no_head_is_longer_than_its_bound`
pub const RESPONSE_HEAD_BYTES: usize = 14 * 1024;
