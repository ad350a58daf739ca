//! The page of a text: source with numbered rows, or Markdown as HTML. A long text comes in
//! parts.

use alloc::string::String;
use core::cell::RefCell;
use core::ops::Range;

use askama::Template;

use crate::Part;
use crate::entries::file_name::extension;
use crate::file_page::FilePage;
use crate::limits::{PORTION_BYTES, TEXT_BYTES};
use crate::markdown;
use crate::markup::frame::Frame;
use crate::markup::html::{SHOWN_BYTES, Value};
use crate::markup::size::Grouped;
use crate::source::{self, Rows};

/// A text, and which part of it a page shows.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'p> {
    /// The file.
    pub file: FilePage<'p>,
    /// The bytes of it that the page shows.
    pub extent: Extent,
}

/// Bytes of a text that a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Place of the first byte.
    pub start: u64,
    /// Place after the last byte.
    pub end: u64,
    /// Bytes of the whole text.
    pub size: u64,
}

/// The start of the page, up to the text.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "viewer/start.html")]
pub struct Start<'p>(pub Viewer<'p>);

/// Lines of a text that is no Markdown.
#[derive(Debug)]
pub struct Lines<'p> {
    /// Complete lines.
    pub text: &'p str,
    /// The rows that they continue.
    pub rows: &'p RefCell<Rows>,
}

/// A text that is Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Markdown<'p>(pub &'p str);

/// The end of the page.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "viewer/end.html")]
pub struct End<'p>(pub Viewer<'p>);

impl Extent {
    /// Returns the part of a text of `size` bytes that begins at `from`. A place beyond the
    /// end means the last part.
    #[must_use]
    pub fn of(from: u64, size: u64) -> Self {
        const PART: u64 = TEXT_BYTES as u64;
        let last = size.saturating_sub(1).checked_div(PART).unwrap_or(0);
        let number = from.checked_div(PART).unwrap_or(0).min(last);
        let start = number.saturating_mul(PART);
        Self {
            start,
            end: start.saturating_add(PART).min(size),
            size,
        }
    }

    fn is_whole(self) -> bool {
        self.end.saturating_sub(self.start) == self.size
    }

    fn previous(self) -> Option<u64> {
        self.start.checked_sub(TEXT_BYTES as u64)
    }

    fn next(self) -> Option<u64> {
        (self.end < self.size).then_some(self.end)
    }
}

/// Returns the places at which a text is divided: after lines, so that each portion is no
/// longer than [`PORTION_BYTES`] unless a single line is.
pub fn portions(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0_usize;
    core::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let window = rest
            .as_bytes()
            .get(..PORTION_BYTES)
            .unwrap_or(rest.as_bytes());
        let is_end = |byte: &u8| *byte == b'\n';
        let end = if window.len() == rest.len() {
            Some(rest.len())
        } else {
            let last = window.iter().rposition(is_end);
            let after = || rest.bytes().position(|byte| byte == b'\n');
            last.or_else(after).and_then(|at| at.checked_add(1))
        };
        let end = start.saturating_add(end.unwrap_or(rest.len()));
        let portion = start..end;
        start = end;
        Some(portion)
    })
}

/// Whether a text is shown as HTML rather than as rows.
#[must_use]
pub fn is_markdown(name: &str) -> bool {
    let extension = extension(name);
    extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown")
}

impl Viewer<'_> {
    fn frame(&self) -> Frame<'_> {
        self.file.frame(&self.file.entry.name, false)
    }

    fn value(&self) -> Value<'_> {
        Value(&self.file.entry.name)
    }

    fn is_markdown(&self) -> bool {
        is_markdown(&self.file.entry.name) && self.extent.is_whole()
    }

    /// Returns what people call the format.
    fn format(&self) -> &'static str {
        source::language(&self.file.entry.name).unwrap_or("plain text")
    }

    /// Returns which part the page shows, unless it shows all.
    fn part(&self) -> Option<(Grouped, Grouped)> {
        let Extent { start, end, .. } = self.extent;
        (!self.extent.is_whole()).then_some((Grouped(start), Grouped(end)))
    }
}

/// Most bytes of the start and of the end beside names.
const MARKUP_BYTES: usize = 12 * 1024;

impl Part for Start<'_> {
    fn bound(&self) -> usize {
        MARKUP_BYTES.saturating_add(self.0.file.bound(6 * SHOWN_BYTES))
    }

    fn write(&self, out: &mut String) {
        // Writing to memory can't fail.
        let _ = self.render_into(out);
    }
}

impl Part for Lines<'_> {
    fn bound(&self) -> usize {
        Rows::bound(self.text)
    }

    fn write(&self, out: &mut String) {
        self.rows.borrow_mut().write(self.text, out);
    }
}

impl Part for Markdown<'_> {
    fn bound(&self) -> usize {
        markdown::bound(self.0.len())
    }

    fn write(&self, out: &mut String) {
        markdown::write(self.0, out);
    }
}

impl Part for End<'_> {
    fn bound(&self) -> usize {
        let name = self.0.file.entry.name.len();
        MARKUP_BYTES.saturating_add(name.saturating_mul(SHOWN_BYTES))
    }

    fn write(&self, out: &mut String) {
        let _ = self.render_into(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{Entry, Kind, Modified};
    use crate::view::View;
    use alloc::vec::Vec;
    use h1::request::fields::Fields;
    use proptest::prelude::*;

    fn page(name: &str, text: &str, from: u64) -> String {
        let view = View::of(Some(b"open=x"), &Fields::EMPTY, 1).unwrap();
        let entry = Entry {
            name: name.into(),
            kind: Kind::File(Some(text.len() as u64)),
            modified: Some(Modified::new(1_000_000_000, 0)),
        };
        let extent = Extent::of(from, text.len() as u64);
        let viewer = Viewer {
            file: FilePage {
                path: "a",
                view: &view,
                entry: &entry,
            },
            extent,
        };
        let mut page = String::new();
        let mut append = |part: &dyn Part| crate::append(part, &mut page);
        append(&Start(viewer));
        let text = &text[extent.start as usize..extent.end as usize];
        if viewer.is_markdown() {
            append(&Markdown(text));
        } else {
            let rows = RefCell::new(Rows::new(name, 1));
            for portion in portions(text) {
                append(&Lines {
                    text: &text[portion],
                    rows: &rows,
                });
            }
        }
        append(&End(viewer));
        page
    }

    #[test]
    fn source_has_rows_and_markdown_has_none() {
        let source = page("<a>.rs", "fn main() {}\n// <b>\n", 0);
        for text in [
            "<title>&lt;a&gt;.rs – porthole</title>",
            "<h1>&lt;a&gt;.rs</h1>",
            "· Rust",
            "id=\"L2\"",
            "// &lt;b&gt;",
            "<a class=\"b\" href=\"%3Ca%3E.rs\">",
        ] {
            assert!(source.contains(text), "{text}");
        }
        assert!(!source.contains("name=\"from\""));
        let markdown = page("a.md", "# Title\n\n<b>", 0);
        assert!(markdown.contains("<h2>Title</h2>") && markdown.contains("&lt;b&gt;"));
        assert!(!markdown.contains("id=\"L1\""));
    }

    #[test]
    fn parts_have_all_of_a_text_once() {
        let part = TEXT_BYTES as u64;
        for size in [0, 1, part, part + 1, 5 * part, 5 * part + 7] {
            let (mut from, mut read) = (0, 0);
            loop {
                let extent = Extent::of(from, size);
                assert_eq!(extent.start, read);
                assert_eq!(extent.previous(), read.checked_sub(part));
                read = extent.end;
                match extent.next() {
                    Some(next) => from = next,
                    None => break,
                }
            }
            assert_eq!(read, size);
            assert_eq!(Extent::of(u64::MAX, size).end, size);
        }
        let long = page("a.txt", &"line\n".repeat(TEXT_BYTES), part);
        assert!(long.contains("name=\"from\" value=\"0\""));
        assert!(long.contains("name=\"from\" value=\"524288\""));
    }

    #[test]
    fn lines_are_written_in_small_portions() {
        let lines = "a line\n".repeat(PORTION_BYTES);
        let long = ["x".repeat(3 * PORTION_BYTES), "\ny".into()].concat();
        for text in ["", "a", "a\n", "\n\n", &lines, &long] {
            let portions: Vec<_> = portions(text).map(|portion| &text[portion]).collect();
            assert_eq!(portions.concat(), *text);
            for portion in portions {
                assert!(portion.len() <= PORTION_BYTES || portion.lines().count() == 1);
            }
        }
    }

    proptest! {
        #[test]
        fn no_part_is_longer_than_its_bound(text in "[a<\"\n\u{e9}/*']{0,2000}", name in "[a\"<\u{202e}]{1,100}.(rs|md|txt)") {
            page(&name, &text, 0);
        }
    }
}
