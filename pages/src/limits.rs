//! Every bound of a page, in one place.
//!
//! `cargo xtask limits` makes `docs/limits.md` from these comments and their lists.

/// Entries of a page that is one of several. Browsers on televisions and old phones take
/// seconds for more rows.
///
/// - unit: entries
/// - at it: further entries are on the next page; clients that are no browsers get all
/// - held by: `pages::folder::numbers::pages_have_all_entries_once`
pub const PAGE_ENTRIES: usize = 500;

/// Entries of a part of a JSON listing. A part is held in memory, with a length and a tag.
///
/// - unit: entries
/// - at it: a program that asks for more gets so many, and the link to the next part
/// - held by: `pages::json::cut::parts_are_asked_for_by_number_and_place`
pub const JSON_ENTRIES: usize = 10_000;

/// Most entries that a browser gets on one page, if it asks for all. A longer list would
/// have to be sent while it is made, and is slow in a browser.
///
/// - unit: entries
/// - at it: the page is the first of several, and no button offers all
/// - held by: `pages::folder::numbers::all_on_one_page_have_a_bound`
pub const ALL_ENTRIES: usize = 10_000;

/// Most letters that lead to the page that has them, of directories and of files each. Few
/// alphabets have more than 40.
///
/// - unit: letters
/// - at it: fewer are offered, about equally far apart in the list
/// - held by: `pages::folder::letters::letters_have_a_bound`
pub const LETTERS: usize = 64;

/// Largest image that a list shows itself, and that is its own thumbnail. A larger one would
/// cost a visitor more than the list is worth.
///
/// - unit: bytes
/// - at it: the row has an icon, or the thumbnail inside the image
/// - held by: `pages::entries::picture::names_of_pictures`,
///   `http::pages::pictures::thumbnails_are_small`
pub const OWN_PICTURE_BYTES: u64 = 256 * 1024;

/// Items of the queue: the directory around the file that plays. Nobody looks further, and
/// the page is fetched anew with the next file.
///
/// - unit: items
/// - at it: files that are further away are not in the queue
/// - held by: `pages::player::the_queue_is_around_the_file`
pub const QUEUE_ITEMS: usize = 500;

/// Bytes of a text on one page. As rows with colours they are several times as many, and
/// all of them are in memory until the reader has them.
///
/// - unit: bytes
/// - at it: the rest is on further pages; the file itself is served whole
/// - held by: `pages::viewer::parts_have_all_of_a_text_once`
pub const TEXT_BYTES: usize = 256 * 1024;

/// Text that is written as rows at once, unless a single line is longer.
///
/// - unit: bytes
/// - at it: other requests are served in between
/// - held by: `pages::viewer::lines_are_written_in_small_portions`
pub const PORTION_BYTES: usize = 8 * 1024;

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

/// Most styles and regions of one file of subtitles. Scripts of fans have about a hundred.
/// Each is kept while the file is converted.
///
/// - unit: styles
/// - at it: text of a further style looks as if it had none
/// - held by: `pages::subtitles::ass::styles::styles_have_a_bound`,
///   `pages::subtitles::ttml::look::looks_have_a_bound`
pub const SUBTITLE_STYLES: usize = 1_000;

/// Most subtitles that are found for one film. A film on a disc has up to 32.
///
/// - unit: subtitles
/// - at it: further ones are left out
/// - held by: `pages::subtitles::siblings::as_many_as_the_limit`
pub const SUBTITLES: usize = 100;

/// Names of a folder that are looked at for one film of a playlist. They begin like its name, and
/// a folder may have thousands of such names, and as many such films.
///
/// - unit: names
/// - at it: further ones are not taken for its subtitles
/// - held by: `pages::subtitles::order::as_many_candidates_as_the_limit`
pub const SUBTITLE_CANDIDATES: usize = 1_000;

/// Longest name that is compared with others to find a close one, and longest one that it is
/// compared with. No file system has longer ones.
///
/// - unit: bytes
/// - at it: the page of a 404 names no close name
/// - held by: `pages::entries::near::long_names_are_never_close`
pub const NEAR_LETTERS: usize = 255;

/// Most slips between a name and one that is close to it. Shorter names may have fewer.
///
/// - unit: edits
/// - at it: the other name is not close
/// - held by: `pages::entries::near::slips_are_close_and_other_names_are_not`
pub const NEAR_EDITS: usize = 3;

/// Longest README that is shown as more than plain text. Reading it is one turn of the
/// component. The worst text of this length takes 3 ms of a processor, and 4 MiB of memory.
///
/// - unit: bytes
/// - at it: the text is shown as it is
/// - held by: `pages::markdown::a_document_beyond_the_limit_is_plain_text`
pub const MARKDOWN_BYTES: usize = 32 * 1024;

/// Deepest nesting of quotes and lists in a README. A list and its item are two levels.
/// Each line is compared with all of them.
///
/// - unit: levels
/// - at it: the mark of a further quote or list is text
/// - held by: `pages::markdown::nesting_has_a_bound`
pub const MARKDOWN_DEPTH: usize = 32;

/// Longest destination, title or label of a link in a README. To look for the end of one
/// that has none must not take quadratic time.
///
/// - unit: bytes
/// - at it: the link is text
/// - held by: `pages::markdown::long_links_are_text`
pub const MARKDOWN_LINK_BYTES: usize = 1_024;

/// Bytes that all uses of link definitions in a README may repeat together. Without it, a
/// long definition and many short uses would make a page of any size.
///
/// - unit: bytes
/// - at it: further uses of definitions are text
/// - held by: `pages::markdown::definitions_are_repeated_up_to_the_limit`
pub const MARKDOWN_REPEATED_BYTES: usize = 32 * 1024;

/// Longest line of a text that has colours. Longer ones are made by programs, and the tags
/// for their colours would be many times the text.
///
/// - unit: bytes
/// - at it: the line has no colours, and no comment begins or ends in it
/// - held by: `pages::source::long_lines_have_no_colours`
pub const COLOURED_BYTES: usize = 4 * 1024;
