//! Markdown as HTML: CommonMark with tables and strikethrough.
//!
//! A README is text of a stranger, and reading it is one turn of the component. So its time
//! must be linear, its stack must not depend on how deep it is nested, and its result must
//! have a bound. None of the parsers that were measured promises that without `std`: for
//! 16 KiB of `>` the crate `markdown` takes seconds, and even dropping its tree recurses;
//! `pulldown-cmark` is linear but needs `std`, which would import random numbers and the
//! environment (see `ARCHITECTURE.md`). This one is small, keeps lists instead of trees,
//! and leaves out what READMEs hardly use:
//!
//! - HTML is text, always.
//! - A link or a picture with another scheme than `http`, `https` and `mailto` is text.
//! - Headings move down one level, and have no `id` that a script could mistake for its own.
//! - References have the names that people write, not all two thousand.
//!
//! Beside these, it agrees with the examples of CommonMark 0.31, except for one about the
//! case of a letter and one about mail addresses.
//!
//! | file | holds |
//! | --- | --- |
//! | `blocks` | the blocks of a document, line by line |
//! | `leaf` | the blocks of text, of which one at most is open |
//! | `line` | one line, and the marks with which blocks begin |
//! | `table` | rows of tables |
//! | `document` | a document as a flat list of blocks |
//! | `inlines` | the text of a block: code, links, pictures |
//! | `code_spans` | where code ends |
//! | `emphasis` | emphasis and strikethrough |
//! | `link` | where links lead, their titles and labels |
//! | `definition` | definitions of links |
//! | `entity` | backslashes and character references |
//! | `write` | a document as HTML |

use alloc::string::String;

use crate::limits::{MARKDOWN_BYTES, MARKDOWN_REPEATED_BYTES};
use crate::markup::text::{ESCAPED_BYTES, push_text};

mod blocks;
mod code_spans;
mod definition;
mod document;
mod emphasis;
mod entity;
mod inlines;
mod leaf;
mod line;
mod link;
mod table;
mod write;

/// Most bytes that one byte becomes: `>` may be a quote, with a start and an end.
const MARKUP_BYTES: usize = "<blockquote></blockquote>\n".len();

const PLAIN_START: &str = "<pre tabindex=\"0\">";
const PLAIN_END: &str = "</pre>\n";

/// Memory for each byte of a document while it is read, at most: a bracket that is never
/// closed takes 28 bytes in WebAssembly, and a list that has to move to a larger place is
/// there twice while it does.
const MEMORY_BYTES: usize = 128;

/// Returns the most bytes that [`write()`] needs besides what it appends.
#[must_use]
pub const fn memory(bytes: usize) -> usize {
    if bytes > MARKDOWN_BYTES {
        return 0;
    }
    bytes.saturating_mul(MEMORY_BYTES)
}

/// Returns the most bytes that [`write()`] appends for a text of this length.
#[must_use]
pub const fn bound(bytes: usize) -> usize {
    if bytes > MARKDOWN_BYTES {
        return bytes
            .saturating_mul(ESCAPED_BYTES)
            .saturating_add(PLAIN_START.len())
            .saturating_add(PLAIN_END.len());
    }
    bytes
        .saturating_mul(MARKUP_BYTES)
        .saturating_add(MARKDOWN_REPEATED_BYTES * ESCAPED_BYTES)
        .saturating_add(64)
}

/// Appends a document as HTML that is safe inside of any element with blocks. A document
/// beyond [`MARKDOWN_BYTES`] is shown as it is, in `<pre>`.
pub fn write(text: &str, page: &mut String) {
    if text.len() > MARKDOWN_BYTES {
        page.push_str(PLAIN_START);
        push_text(text, page);
        page.push_str(PLAIN_END);
        return;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    write::write(&blocks::parse(text), page);
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
