//! The text of a file as numbered rows with a few colours.
//!
//! A row is `<span class="r" id="L1"><a href="#L1" aria-label="Line 1"></a>…</span>`, and
//! pieces of it are of the class `c` (comment), `s` (string), `k` (keyword) or `m`
//! (number). The line's end is in it: a browser without styles shows rows one after the other, and
//! what one copies has empty lines. One lexer serves all languages. It sees lines, not grammar, so it is sometimes
//! wrong; it is never slow, and nothing of a file becomes markup.
//!
//! | file | holds |
//! | --- | --- |
//! | `table` | languages by the names of files |
//! | `language` | what the lexer must know of a language |
//! | `keywords` | the words that mean something to each |
//! | `lexer` | pieces of a line by what they are |

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::limits::COLOURED_BYTES;
use crate::markup::text::{ESCAPED_BYTES, push_text};
use language::{Class, Language};
use lexer::Open;

mod keywords;
mod language;
mod lexer;
mod table;

/// Bytes around a row beside its number, which is there three times.
const ROW_BYTES: usize =
    "<span class=\"r\" id=\"L\"><a href=\"#L\" aria-label=\"Line \"></a>\n</span>".len();

/// Most digits of a row's number.
const NUMBER_BYTES: usize = 20;

/// Bytes around a piece of a row.
const PIECE_BYTES: usize = "<span class=\"c\"></span>".len();

/// Returns what people call the language of a file, or `None` if its text has no colours.
#[must_use]
pub fn language(name: &str) -> Option<&'static str> {
    Some(table::of(name).name).filter(|name| !name.is_empty())
}

/// The rows of a file, and what is open between one part of its text and the next.
#[derive(Clone, Debug)]
pub struct Rows {
    language: &'static Language,
    /// Its keywords, sorted.
    keywords: Vec<&'static str>,
    open: Open,
    /// The number of the next row.
    number: u64,
    /// Its digits, which each row has three times.
    digits: String,
}

impl Rows {
    /// Starts the rows of the file of this name with the number of its first row. If the
    /// text before that row is unknown, so is whether a comment was open there.
    #[must_use]
    pub fn new(name: &str, number: u64) -> Self {
        let language = table::of(name);
        let mut keywords: Vec<_> = language.keywords.split_ascii_whitespace().collect();
        keywords.sort_unstable();
        Self {
            language,
            keywords,
            open: Open::default(),
            number,
            digits: String::new(),
        }
    }

    /// Returns the most bytes that [`Rows::write`] appends for these lines.
    #[must_use]
    pub fn bound(lines: &str) -> usize {
        let row = |line: &str| {
            let of_byte = if line.len() > COLOURED_BYTES {
                ESCAPED_BYTES
            } else {
                ESCAPED_BYTES.saturating_add(PIECE_BYTES)
            };
            line.len()
                .saturating_mul(of_byte)
                .saturating_add(ROW_BYTES)
                .saturating_add(3 * NUMBER_BYTES)
        };
        lines.lines().map(row).fold(0, usize::saturating_add)
    }

    /// Appends a row for each line. The text of a file may come in many parts, each of which
    /// ends where a line does.
    pub fn write(&mut self, lines: &str, page: &mut String) {
        for line in lines.lines() {
            self.row(line, page);
        }
    }

    fn row(&mut self, line: &str, page: &mut String) {
        let number = self.number;
        self.number = number.saturating_add(1);
        self.digits.clear();
        // Writing to memory can't fail.
        let _ = write!(self.digits, "{number}");
        let digits = &*self.digits;
        let start = [
            "<span class=\"r\" id=\"L",
            "\"><a href=\"#L",
            "\" aria-label=\"Line ",
        ];
        for before in start {
            page.push_str(before);
            page.push_str(digits);
        }
        page.push_str("\"></a>");
        if line.len() > COLOURED_BYTES {
            push_text(line, page);
        } else {
            lexer::line(
                self.language,
                &self.keywords,
                &mut self.open,
                line,
                |class, text| {
                    push_piece(class, text, page);
                },
            );
        }
        page.push_str("\n</span>");
    }
}

fn push_piece(class: Option<Class>, text: &str, page: &mut String) {
    let start = match class {
        None => return push_text(text, page),
        Some(Class::Comment) => "<span class=\"c\">",
        Some(Class::String) => "<span class=\"s\">",
        Some(Class::Keyword) => "<span class=\"k\">",
        Some(Class::Number) => "<span class=\"m\">",
    };
    page.push_str(start);
    push_text(text, page);
    page.push_str("</span>");
}

#[cfg(test)]
mod tests;
