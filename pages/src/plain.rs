//! The page of a directory for clients that do not ask for HTML by name: programs that look
//! for links. Each link is an entry, or leads to the parent.
//!
//! One form of row suits Kodi, wget, rclone, lftp, fsspec and scripts, each of which reads
//! lists by its own rules. A row is plain and on one line. The link comes first, and `href`
//! is its first attribute, a relative reference without `./`. The link has nothing but the
//! name inside. The date is `yyyy-mm-dd hh:mm` in UTC, and the size has a unit and one
//! decimal. `tests/clients/readers.rs` applies the rules of each reader.

use alloc::string::String;

use askama::Template;
use h1::syntax::percent::ENCODED_BYTES;

use crate::Part;
use crate::entries::Entry;
use crate::markup::html::ESCAPED_BYTES;
use crate::markup::link::Link;
use crate::markup::size::{Moment, Size};

/// The start of the page, for the directory at this path; the path is relative to the root,
/// which is `""`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "plain/start.html")]
pub struct Start<'p> {
    /// The path.
    pub path: &'p str,
    /// Whether the directory above it may be seen.
    pub has_parent: bool,
}

/// The row of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Row<'p>(pub &'p Entry);

/// The end of the page, which tells people if there are no entries.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "plain/end.html")]
pub struct End {
    /// Whether there was no row.
    pub is_empty: bool,
}

#[derive(Template)]
#[template(path = "plain/row.html")]
struct Markup<'p> {
    link: Link,
    name: &'p str,
    is_directory: bool,
    modified: Option<Moment>,
    size: Option<Size>,
}

/// Most bytes of a part besides names.
const MARKUP_BYTES: usize = 384;

impl Part for Start<'_> {
    fn bound(&self) -> usize {
        // The path is in the title and above the rows.
        let path = self.path.len().saturating_mul(2 * ESCAPED_BYTES);
        path.saturating_add(MARKUP_BYTES)
    }

    fn write(&self, out: &mut String) {
        // Writing to memory can't fail.
        let _ = self.render_into(out);
        out.push('\n');
    }
}

impl Part for Row<'_> {
    fn bound(&self) -> usize {
        let name = self
            .0
            .name
            .len()
            .saturating_mul(ENCODED_BYTES + ESCAPED_BYTES);
        name.saturating_add(MARKUP_BYTES)
    }

    fn write(&self, out: &mut String) {
        let entry = self.0;
        let markup = Markup {
            link: Link::to(&entry.name, entry.is_directory()),
            is_directory: entry.is_directory(),
            name: &entry.name,
            modified: entry.modified.map(|time| Moment::at(time.seconds)),
            size: entry.size().map(Size),
        };
        let _ = markup.render_into(out);
        out.push('\n');
    }
}

impl Part for End {
    fn bound(&self) -> usize {
        MARKUP_BYTES
    }

    fn write(&self, out: &mut String) {
        let _ = self.render_into(out);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{Kind, Modified};
    use alloc::format;
    use alloc::vec::Vec;

    fn file(name: &str, size: u64) -> Entry {
        Entry {
            name: name.into(),
            kind: Kind::File(Some(size)),
            modified: Some(Modified::new(1_000_000_000, 0)),
        }
    }

    /// Returns the whole page. No part of it may be longer than its bound.
    fn page(path: &str, entries: &[Entry]) -> String {
        let mut page = String::new();
        let mut append = |part: &dyn Part| crate::append(part, &mut page);
        append(&Start {
            path,
            has_parent: true,
        });
        for entry in entries {
            append(&Row(entry));
        }
        append(&End {
            is_empty: entries.is_empty(),
        });
        page
    }

    #[test]
    fn a_row_that_every_reader_can_read() {
        let directory = Entry {
            name: "Season 1".into(),
            kind: Kind::Directory,
            modified: Some(Modified::new(1_000_000_000, 0)),
        };
        let files = ["a film.mp4", "a:b", "it's", "1+1;2", "Bj\u{10fff6}rk\n"];
        let mut entries = Vec::from(files.map(|name| file(name, 1_536)));
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
            assert!(!page.contains("<img") && !page.contains("<script"));
            assert!(!page.contains("href=\"javascript:"));
        }
    }

    #[test]
    fn no_part_is_longer_than_its_bound() {
        for name in ["", "\"", "\u{10fff6}", "\u{1f600}", "&\n", "\u{202e}"] {
            for times in [1, 255, 4_096] {
                let name = name.repeat(times);
                page(&name, &[file(&name, u64::MAX)]);
            }
        }
        assert!(page("", &[]).contains("This folder is empty."));
    }

    #[test]
    fn a_row_leads_to_the_parent_if_it_may_be_seen() {
        for has_parent in [true, false] {
            let mut page = String::new();
            crate::append(
                &Start {
                    path: "a",
                    has_parent,
                },
                &mut page,
            );
            assert_eq!(page.contains("href=\"../\""), has_parent);
        }
    }
}
