//! Every bound of a page, in one place.
//!
//! `cargo xtask limits` makes `docs/limits.md` from these comments and their lists.

/// Longest file of subtitles that is converted. That of a long film has 200 KiB, or twice
/// as much in UTF-16. The conversion is one turn of the component, of up to 15 ms.
///
/// - unit: bytes
/// - at it: the subtitles are not offered to the player; the file itself is served
/// - held by: `pages::subtitles::webvtt::a_file_beyond_the_limit_is_refused`
pub const SUBTITLES_BYTES: usize = 512 * 1024;

/// Longest text of one cue. A screen shows two or three lines, of about 40 characters each.
///
/// - unit: bytes
/// - at it: the rest of the cue is left out
/// - held by: `pages::subtitles::webvtt::a_cue_has_a_bound`
pub const CUE_BYTES: usize = 4 * 1024;

/// Most subtitles that are found for one film. A film on a disc has up to 32.
///
/// - unit: subtitles
/// - at it: further ones are left out
/// - held by: `pages::subtitles::siblings::as_many_as_the_limit`
pub const SUBTITLES: usize = 100;
