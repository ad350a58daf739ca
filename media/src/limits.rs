//! Every bound of what is read from one file, in one place.
//!
//! `cargo xtask limits` makes `docs/limits.md` from these comments and their lists. Nesting
//! needs no bound of its own: no reader calls itself, so that each goes as deep as its code
//! says, whatever a file has inside itself.

/// Most bytes that are read of one file. A film with its tracks, chapters and tags takes
/// about 50 KiB, because frames, samples and pictures are skipped.
///
/// - unit: bytes
/// - at it: the facts found so far are all
/// - held by: `media::input::bytes_and_reads_have_a_bound`
pub const READ_BYTES: u64 = 1 << 20;

/// Most reads of one file. A film with thirty tracks takes about fifty, and one on a
/// spinning disk up to 10 ms for each.
///
/// - unit: reads
/// - at it: the facts found so far are all
/// - held by: `media::input::bytes_and_reads_have_a_bound`
pub const READS: u32 = 200;

/// Fewest bytes of one read, if the file has them. What is needed next is mostly close by,
/// and a page of a file has as many.
///
/// - unit: bytes
/// - at it: what follows is another read
/// - held by: `media::input::small_reads_share_one_read`
pub const AHEAD_BYTES: u64 = 4 * 1024;

/// Most bytes of one read. Whoever reads the file keeps as many in memory. An EXIF segment
/// and a page of Ogg are at most as long.
///
/// - unit: bytes
/// - at it: a longer part is damage if it must be read as a whole
/// - held by: `media::input::one_read_has_a_bound`
pub const PIECE_BYTES: u64 = 64 * 1024 + 512;

/// Most boxes, elements, frames, blocks and pages of one file that are looked at. Many of
/// them may be in one read.
///
/// - unit: steps
/// - at it: the facts found so far are all
/// - held by: `media::input::steps_have_a_bound`
pub const STEPS: u32 = 20_000;

/// Longest text of a title, a name or a chapter. A row on a page shows about a hundred
/// bytes of it.
///
/// - unit: bytes
/// - at it: the rest of the text is left out
/// - held by: `media::text::texts_have_a_bound`
pub const TEXT_BYTES: usize = 512;

/// Most tracks of one file. A disc has up to 41: one film, 8 sounds and 32 subtitles.
///
/// - unit: tracks
/// - at it: further tracks are left out
/// - held by: `media::facts::results_have_a_bound`
pub const TRACKS: usize = 64;

/// Most chapters of one file. A long audiobook has up to 200.
///
/// - unit: chapters
/// - at it: further chapters are left out
/// - held by: `media::facts::results_have_a_bound`
pub const CHAPTERS: usize = 500;

/// Longest duration that is believed, of about a year. Damaged files claim centuries.
///
/// - unit: seconds
/// - at it: the duration is unknown
/// - held by: `media::facts::duration::unlikely_durations_are_unknown`
pub const DURATION_SECONDS: u64 = 366 * 24 * 60 * 60;

/// Largest width and height of a picture that are believed. No format of films has more,
/// and no browser shows more.
///
/// - unit: pixels
/// - at it: the size is unknown
/// - held by: `media::facts::size::unlikely_sizes_are_unknown`
pub const SIDE_PIXELS: u32 = 65_535;

/// Bytes in which the first frame of an MP3 file must begin, after its tags. Some programs
/// leave a padding there that no tag counts.
///
/// - unit: bytes
/// - at it: the file has no facts but its tags
/// - held by: `media::sound::mp3::a_first_frame_is_searched_for_within_the_limit`
pub const SYNC_BYTES: u64 = 16 * 1024;

/// Most memory that reading one file takes: its facts with every text as long as it may be,
/// the chapters of another edition beside them, and a piece of the file three times.
///
/// - unit: bytes
/// - at it: no file can exceed it, because each of its parts has a bound
/// - held by: `media::facts::the_most_facts_fit_into_the_memory`
pub const MEMORY_BYTES: usize = 1 << 20;
