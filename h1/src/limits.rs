//! Every bound of a message, in one place.
//!
//! `cargo xtask limits` makes `docs/limits.md` from these comments and their lists.

/// Longest request target. RFC 9112 §3 asks for at least 8,000 bytes; browsers stay below
/// 2,000.
///
/// - unit: bytes
/// - at it: the response is 414, then the connection is closed
/// - held by: `h1::request::head::limits`, `http::refusal::bounds_of_the_head`
pub const TARGET_BYTES: usize = 8 * 1024;

/// Longest request head (request line and all fields). It also bounds every list that a
/// field may have.
///
/// - unit: bytes
/// - at it: the response is 431, or 501 if the method alone is that long; then the
///   connection is closed
/// - held by: `h1::request::head::limits`, `http::refusal::bounds_of_the_head`,
///   `http::connection::a_pipeline_of_hundreds`
pub const HEAD_BYTES: usize = 16 * 1024;

/// Most field lines in one head. A browser sends about twenty.
///
/// - unit: lines
/// - at it: the response is 431, then the connection is closed
/// - held by: `h1::request::fields::as_many_lines_as_the_limit`, `http::refusal::bounds_of_the_head`
pub const FIELD_LINES: usize = 100;

/// Empty lines accepted before a request line (RFC 9112 §2.2 asks for at least one).
///
/// - unit: lines
/// - at it: the response is 400, then the connection is closed
/// - held by: `h1::request::head::limits`
pub const LEADING_EMPTY_LINES: usize = 4;

/// Most content of a request that is read and discarded, so that the connection can stay
/// open.
///
/// - unit: bytes
/// - at it: the response is 413, then the connection is closed
/// - held by: `h1::connection::conversations`, `http::content::skipped_content_is_bounded`
pub const DISCARD_BYTES: u64 = 64 * 1024;

/// Space for content behind the longest head, in the buffer for requests. A piece of
/// content is at least that large, so that content costs as little behind a long head as
/// behind a short one.
///
/// - unit: bytes
/// - at it: content is read in several pieces
/// - held by: `h1::connection::content_comes_in_large_pieces_behind_any_head`,
///   `attacks::work::contents_behind_long_heads`
pub const CONTENT_ROOM_BYTES: usize = 4 * 1024 - 64;

/// Size of the buffer for requests that are longer than usual.
///
/// - unit: bytes
/// - at it: content that was skipped is removed from the buffer
/// - held by: `h1::connection::content_comes_in_large_pieces_behind_any_head`
pub const INPUT_BYTES: usize = HEAD_BYTES + CONTENT_ROOM_BYTES;

/// Longest chunk-size line, including its extensions, which no client uses.
///
/// - unit: bytes
/// - at it: the response is 400, then the connection is closed
/// - held by: `h1::request::chunked::limits`
pub const CHUNK_LINE_BYTES: usize = 256;

/// Longest trailer section after the last chunk.
///
/// - unit: bytes
/// - at it: the response is 431, then the connection is closed
/// - held by: `h1::request::chunked::limits`
pub const TRAILER_BYTES: usize = 4 * 1024;

/// Requests on one connection. This bounds what one client can hold without ever
/// reconnecting.
///
/// - unit: requests
/// - at it: the last response announces that the connection is closed
/// - held by: `h1::connection::a_connection_has_a_last_request`
pub const REQUESTS_PER_CONNECTION: u32 = 100_000;

/// Most bytes of a name with its password, as Base64 decodes them.
///
/// - unit: bytes
/// - at it: the request counts as one with a wrong password
/// - held by: `h1::request::credentials::credentials_have_a_bound`
pub const CREDENTIALS_BYTES: usize = 1_023;

/// Longest realm, which browsers show when they ask for a password.
///
/// - unit: bytes
/// - at it: the start fails
/// - held by: `h1::response::policy::realms`
pub const REALM_BYTES: usize = 128;

/// Ranges in one `Range` field, counted before they are merged (CVE-2011-3192).
///
/// - unit: ranges
/// - at it: the field is ignored (RFC 9110 §14.2 allows it) and the whole file is sent
/// - held by: `h1::selection::range::floods_are_ignored`, `http::range::floods`
pub const RANGES: usize = 100;

/// Bytes at the start of a text file that are checked for UTF-8. Another encoding shows in
/// the first lines, or a reader does not mind it.
///
/// - unit: bytes
/// - at it: later bytes do not affect the charset, and a character that is split at the
///   limit is ignored
/// - held by: `h1::representation::media_type::text_that_is_not_utf_8_has_no_charset`
pub const CHARSET_BYTES: usize = 4 * 1024;

/// Age after which the time of a change is sure to differ from that of the next one. FAT
/// keeps time in steps of two seconds, other file systems in steps of one or less.
///
/// - unit: seconds
/// - at it: a file with a more recent change has a weak tag, and is not cached
/// - held by: `h1::representation::etag::just_changed_files_have_a_weak_tag`
pub const SETTLED_SECONDS: i64 = 2;

/// Field lines that the operator adds to every response (`--header`, `--cache-control`),
/// all together. More would overflow a proxy's buffer for a head (nginx has 4 KiB).
///
/// - unit: bytes
/// - at it: the start fails
/// - held by: `h1::response::policy::fields_have_a_bound_together`,
///   `process::startup::invalid_arguments_are_reported_by_the_component`
pub const OPERATOR_FIELD_BYTES: usize = 4 * 1024;

/// Longest file name that a response repeats in `Content-Disposition`. No file system has
/// names that are longer than 255 characters of at most three bytes.
///
/// - unit: bytes
/// - at it: the field is left out
/// - held by: `h1::response::no_head_is_longer_than_its_bound`
pub const NAME_BYTES: usize = 1_024;

/// Longest head of a response.
///
/// - unit: bytes
/// - at it: no head can exceed it, because each of its parts has a bound
/// - held by: `h1::response::no_head_is_longer_than_its_bound`
pub const RESPONSE_HEAD_BYTES: usize = 14 * 1024;
