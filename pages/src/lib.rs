//! Pages that show a directory to people and to programs.
//!
//! Pure code: entries are passed in as values, and text is written to memory that the
//! caller has reserved. It knows no clock, no file and no socket. Names come from
//! strangers, so they are written in a way that is safe wherever they stand.
//!
//! | file | holds |
//! | --- | --- |
//! | [`entry`] | the entries of a directory, in the order in which they are shown |
//! | [`natural_order`] | names in the order in which people look for them |
//! | [`listing`] | the page with all entries |
//! | [`html`] | text that is safe in HTML |
//! | [`size`] | sizes for people |
//! | [`subtitles`] | the subtitles of a film, and what browsers read of them |
//! | [`playlist`] | what a folder plays, for players outside of the browser |
//! | [`json`] | a listing for programs |
//! | [`markdown`] | Markdown as HTML |
//! | [`source`] | text of files as numbered rows with a few colours |
//! | [`markup`] | text of files that is safe in HTML |
//! | [`limits`] | every bound of a page |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod entry;
pub mod html;
pub mod json;
pub mod limits;
pub mod listing;
pub mod markdown;
pub mod markup;
pub mod natural_order;
pub mod playlist;
pub mod size;
pub mod source;
pub mod subtitles;
