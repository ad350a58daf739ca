//! Pages that show a directory to people and to programs.
//!
//! Pure code: entries are passed in as values, and text is written to memory that the
//! caller has reserved. It knows no clock, no file and no socket. Names come from
//! strangers, so they are written in a way that is safe wherever they stand.
//!
//! | file | holds |
//! | --- | --- |
//! | [`view`] | what a request asks to see of a directory |
//! | [`entries`] | the entries of a directory, their kinds, orders and pictures |
//! | [`folder`] | the page of a directory for people |
//! | [`plain`] | the page of a directory for programs that look for links |
//! | [`file_page`] | what all pages about a file show |
//! | [`player`] | the page of a film or a track |
//! | [`viewer`] | the page of a text |
//! | [`message`] | the page of an error |
//! | [`json`], [`names`], [`playlist`] | a directory in other forms |
//! | [`subtitles`] | the subtitles of a film, and what browsers read of them |
//! | [`markdown`] | Markdown as HTML |
//! | [`source`] | text of files as numbered rows with a few colours |
//! | [`charset`] | the text of files in one of several charsets |
//! | [`assets`] | styles, scripts and pictures that pages load |
//! | [`markup`] | names, references, numbers and text that are safe in HTML |
//! | [`fnv`] | the hash in entity tags |
//! | [`limits`] | every bound of a page |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod assets;
pub mod charset;
pub mod entries;
pub mod file_page;
pub mod fnv;
pub mod folder;
pub mod json;
pub mod limits;
pub mod markdown;
pub mod markup;
pub mod message;
pub mod names;
pub mod plain;
pub mod player;
pub mod playlist;
pub mod source;
pub mod subtitles;
pub mod view;
pub mod viewer;

/// A part of a response. A caller reserves the memory for it before it is written.
pub trait Part {
    /// Returns the most bytes that [`Part::write`] appends.
    fn bound(&self) -> usize;

    /// Appends the part.
    fn write(&self, out: &mut alloc::string::String);
}

/// Appends a part to a page, which it may not make longer than by its bound.
#[cfg(test)]
pub(crate) fn append(part: &dyn Part, page: &mut alloc::string::String) {
    let before = page.len();
    part.write(page);
    let (length, bound) = (page.len().saturating_sub(before), part.bound());
    assert!(length <= bound, "{length} of {bound} bytes");
}
