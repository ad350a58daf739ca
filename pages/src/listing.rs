//! A listing: a directory as a page.
//!
//! One form of row suits people, Kodi, wget, rclone, lftp and scripts, each of which reads
//! listings by its own rules. A row is plain and on one line. The link comes first, and
//! `href` is its first attribute, a relative reference without `./`. The link has nothing
//! but the name inside. The date is `yyyy-mm-dd hh:mm` in UTC, and the size has a unit and
//! one decimal. `tests/clients/readers.rs` applies the rules of each reader.

use alloc::string::String;
use core::fmt::Write as _;

use h1::syntax::date;
use h1::syntax::percent::{ENCODED_BYTES, encode_path};

use crate::entry::{Entry, Kind};
use crate::html::{ESCAPED_BYTES, escape};
use crate::size::write_size;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.25rem;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}\
td{padding:.3rem .5rem;border-top:1px solid #8883;white-space:nowrap;vertical-align:baseline}\
td:first-child{padding-left:0;white-space:normal;overflow-wrap:anywhere;width:100%}\
td:nth-child(n+2){opacity:.7;font-variant-numeric:tabular-nums;text-align:right}\
a{text-decoration:none}a:hover{text-decoration:underline}\
@media(max-width:32rem){td:nth-child(2){display:none}}";

/// A part of a page, which is a start, a row for each entry, and an end.
#[derive(Clone, Copy, Debug)]
pub enum Part<'p> {
    /// The start, for the directory at this path; the path is relative to the root, which
    /// is `""`.
    Start(&'p str),
    /// The row of an entry. Rows come in the order of [`Entry::compare`].
    Row(&'p Entry),
    /// The end, which tells people if no entries are shown.
    End {
        /// Whether there was no row.
        is_empty: bool,
    },
}

/// Most bytes of a part besides names and style.
const MARKUP_BYTES: usize = 384;

impl Part<'_> {
    /// Returns the most bytes that [`Part::write`] appends, so that a caller can reserve
    /// the memory before.
    #[must_use]
    pub fn bound(&self) -> usize {
        let name = |name: &str, per_byte: usize| name.len().saturating_mul(per_byte);
        let more = match self {
            // The path is in the title and above the rows.
            Self::Start(path) => name(path, 2 * ESCAPED_BYTES).saturating_add(STYLE.len()),
            Self::Row(entry) => name(&entry.name, ENCODED_BYTES + ESCAPED_BYTES),
            Self::End { .. } => 0,
        };
        more.saturating_add(MARKUP_BYTES)
    }

    /// Appends the part to the page.
    pub fn write(&self, page: &mut String) {
        match self {
            Self::Start(path) => write_start(page, path),
            Self::Row(entry) => write_row(page, entry),
            Self::End { is_empty } => {
                page.push_str("</table>\n");
                if *is_empty {
                    page.push_str("<p>This folder is empty.</p>\n");
                }
                page.push_str("</body>\n</html>\n");
            }
        }
    }
}

fn write_start(page: &mut String, path: &str) {
    let title = escape(path);
    // Writing to memory can't fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>/{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>/{title}</h1>\n<table>\n"
    );
    if !path.is_empty() {
        page.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
}

fn write_row(page: &mut String, entry: &Entry) {
    let (slash, size) = match entry.kind {
        Kind::Directory => ("/", None),
        Kind::File(size) => ("", size),
    };
    page.push_str("<tr><td><a href=\"");
    encode_path(&entry.name, page);
    let name = escape(&entry.name);
    let _ = write!(page, "{slash}\">{name}{slash}</a></td><td>");
    if let Some(seconds) = entry.modified {
        let text = date::listing(seconds);
        page.push_str(core::str::from_utf8(&text).unwrap_or_default());
    }
    page.push_str("</td><td>");
    match size {
        Some(size) => write_size(page, size),
        None => page.push('-'),
    }
    page.push_str("</td></tr>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn file(name: &str, size: u64) -> Entry {
        Entry {
            name: name.into(),
            kind: Kind::File(Some(size)),
            modified: Some(1_000_000_000),
        }
    }

    /// Returns the whole page. No part of it may be longer than its bound.
    fn page(path: &str, entries: &[Entry]) -> String {
        let is_empty = entries.is_empty();
        let rows = entries.iter().map(Part::Row);
        let mut page = String::new();
        for part in [Part::Start(path)]
            .into_iter()
            .chain(rows)
            .chain([Part::End { is_empty }])
        {
            let before = page.len();
            part.write(&mut page);
            let length = page.len().saturating_sub(before);
            assert!(length <= part.bound(), "{part:?}");
        }
        page
    }

    #[test]
    fn a_row_that_every_reader_can_read() {
        let directory = Entry {
            name: "Season 1".into(),
            kind: Kind::Directory,
            modified: Some(1_000_000_000),
        };
        let files = ["a film.mp4", "a:b", "it's", "1+1;2", "Bj\u{10fff6}rk\n"];
        let mut entries = alloc::vec::Vec::from(files.map(|name| file(name, 1_536)));
        entries.push(directory);
        let page = page("", &entries);
        let rest = "</a></td><td>2001-09-09 01:46</td><td>";
        for (link, name, size) in [
            ("a%20film.mp4", "a film.mp4", "1.5 KiB"),
            ("a%3Ab", "a:b", "1.5 KiB"),
            ("it%27s", "it&#39;s", "1.5 KiB"),
            ("1%2B1%3B2", "1+1;2", "1.5 KiB"),
            ("Bj%F6rk%0A", "Bj\u{fffd}rk\u{fffd}", "1.5 KiB"),
            ("Season%201/", "Season 1/", "-"),
        ] {
            let row = format!("<tr><td><a href=\"{link}\">{name}{rest}{size}</td></tr>\n");
            assert!(page.contains(&row), "{row} in {page}");
        }
    }

    #[test]
    fn names_cannot_become_markup() {
        for name in [
            "<img src=x onerror=alert(1)>",
            "\"><script>",
            "javascript:alert(1)",
            "a&b'",
        ] {
            let page = page(name, &[file(name, 0)]);
            assert!(
                !page.contains("<img") && !page.contains("<script"),
                "{page}"
            );
            assert!(!page.contains("href=\"javascript:"), "{page}");
        }
    }

    #[test]
    fn no_part_is_longer_than_its_bound() {
        for name in ["", "\"", "\u{10fff6}", "\u{1f600}", "&\n"] {
            for times in [1, 255, 4_096] {
                let name = name.repeat(times);
                page(&name, &[file(&name, u64::MAX)]);
            }
        }
        page("", &[]);
    }
}
