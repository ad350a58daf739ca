//! A document as HTML.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::Range;

use super::document::{Block, Document};
use super::emphasis::{Emphasis, Tag};
use super::inlines::{self, Inlines, Token};
use super::link::{self, Link};
use super::table::Alignment;
use crate::limits::MARKDOWN_REPEATED_BYTES;
use crate::markup::text::push_text;

/// Appends a document.
pub(super) fn write(document: &Document, out: &mut String) {
    let mut writer = Writer {
        document,
        out,
        has_paragraphs: Vec::new(),
        is_head: false,
        quota: MARKDOWN_REPEATED_BYTES,
    };
    for block in &document.blocks {
        writer.block(block);
    }
}

struct Writer<'d, 'o> {
    document: &'d Document,
    out: &'o mut String,
    /// For each open list and quote, whether its text stands in paragraphs.
    has_paragraphs: Vec<bool>,
    /// Whether the next row is the first of its table.
    is_head: bool,
    /// Bytes of definitions that may still be repeated.
    quota: usize,
}

impl Writer<'_, '_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Quote => {
                self.has_paragraphs.push(true);
                self.out.push_str("<blockquote>");
            }
            Block::EndQuote => self.end("</blockquote>\n"),
            Block::List { start, is_loose } => {
                self.has_paragraphs.push(*is_loose);
                // Writing to memory can't fail.
                let _ = match start {
                    None => write!(self.out, "<ul>"),
                    Some(1) => write!(self.out, "<ol>"),
                    Some(start) => write!(self.out, "<ol start=\"{start}\">"),
                };
            }
            Block::EndList { is_ordered: true } => self.end("</ol>\n"),
            Block::EndList { is_ordered: false } => self.end("</ul>\n"),
            Block::Item => self.out.push_str("<li>"),
            Block::EndItem => self.out.push_str("</li>"),
            Block::Rule => self.out.push_str("<hr>\n"),
            Block::Paragraph(span) => {
                let has_tags = self.has_paragraphs.last().copied().unwrap_or(true);
                let (start, end) = if has_tags {
                    ("<p>", "</p>\n")
                } else {
                    ("", "\n")
                };
                self.around(start, self.text(span), end);
            }
            Block::Heading(level, span) => {
                // The page has the heading of the first level.
                let level = level.saturating_add(1).min(6);
                let _ = write!(self.out, "<h{level}>");
                self.around("", self.text(span), "");
                let _ = writeln!(self.out, "</h{level}>");
            }
            Block::Code(span) => {
                self.out.push_str("<pre tabindex=\"0\"><code>");
                push_text(self.text(span), self.out);
                self.out.push_str("</code></pre>\n");
            }
            _ => self.table(block),
        }
    }

    fn table(&mut self, block: &Block) {
        let text = match block {
            Block::Table => "<table><thead>",
            Block::Row => "<tr>",
            Block::Cell(alignment, span) => return self.cell(*alignment, self.text(span)),
            Block::EndRow if self.is_head => "</tr></thead><tbody>\n",
            Block::EndRow => "</tr>\n",
            _ => "</tbody></table>\n",
        };
        self.out.push_str(text);
        match block {
            Block::Table => self.is_head = true,
            Block::EndRow => self.is_head = false,
            _ => {}
        }
    }

    fn cell(&mut self, alignment: Alignment, text: &str) {
        let (start, end) = match self.is_head {
            true => ("<th scope=\"col\"", "</th>"),
            false => ("<td", "</td>"),
        };
        self.out.push_str(start);
        let start = match alignment {
            Alignment::None => ">",
            Alignment::Center => " class=\"center\">",
            Alignment::Right => " class=\"right\">",
        };
        self.around(start, text, end);
    }

    fn end(&mut self, tag: &str) {
        self.has_paragraphs.pop();
        self.out.push_str(tag);
    }

    fn text<'t>(&self, span: &Range<usize>) -> &'t str
    where
        Self: 't,
    {
        self.document.text.get(span.clone()).unwrap_or_default()
    }

    fn around(&mut self, start: &str, text: &str, end: &str) {
        self.out.push_str(start);
        let inlines = inlines::parse(text, &self.document.definitions, &mut self.quota);
        write_inlines(&inlines, self.out);
        self.out.push_str(end);
    }
}

fn write_inlines(inlines: &Inlines<'_>, out: &mut String) {
    let mut tags = inlines.tags.iter().copied().peekable();
    // Pictures have text only, which is what people see if there is no picture.
    let mut pictures = 0_usize;
    let mut is_shown = true;
    for (place, token) in inlines.tokens.iter().enumerate() {
        let link = |place: usize| inlines.links.get(place);
        match *token {
            Token::Text(text) => push_text(text, out),
            Token::Letter(letter) => push_text(letter.encode_utf8(&mut [0; 4]), out),
            Token::Delimiters(mark, count) => {
                write_delimiters(mark, count, pictures == 0, out, || {
                    tags.next_if(|tag: &Tag| tag.token == place)
                });
            }
            Token::Image(place) => {
                if pictures == 0 {
                    // The policy of the page forbids pictures of other servers.
                    is_shown = !link(place).is_some_and(Link::is_elsewhere);
                }
                if pictures == 0 && is_shown {
                    out.push_str("<img src=\"");
                    write_destination(link(place), out);
                    out.push_str("\" alt=\"");
                }
                pictures = pictures.saturating_add(1);
            }
            Token::EndImage(place) => {
                pictures = pictures.saturating_sub(1);
                if pictures == 0 && is_shown {
                    out.push('"');
                    write_title(link(place), out);
                    out.push_str(" loading=\"lazy\">");
                }
            }
            Token::Code(code) if pictures > 0 => push_text(code, out),
            Token::Code(code) => write_code(code, out),
            Token::Break if pictures > 0 => out.push('\n'),
            Token::Break => out.push_str("<br>\n"),
            Token::Link(_) | Token::EndLink if pictures > 0 => {}
            Token::Link(place) => {
                out.push_str("<a href=\"");
                write_destination(link(place), out);
                out.push('"');
                write_title(link(place), out);
                out.push('>');
            }
            Token::EndLink => out.push_str("</a>"),
        }
    }
}

/// Writes delimiters that are text between the tags that others of the same run became:
/// those that end emphasis come before, those that start it after.
fn write_delimiters(
    mark: u8,
    count: usize,
    has_tags: bool,
    out: &mut String,
    next: impl FnMut() -> Option<Tag>,
) {
    let tags: Vec<_> = core::iter::from_fn(next).collect();
    let used = tags.iter().map(|tag| match tag.emphasis {
        Emphasis::Simple => 1_usize,
        Emphasis::Strong | Emphasis::Struck => 2,
    });
    let left = used.fold(count, usize::saturating_sub);
    let starts = tags.partition_point(|tag| !tag.is_start);
    let (ends, starts) = tags.split_at_checked(starts).unwrap_or_default();
    let write_tags = |tags: &[Tag], slash: &str, out: &mut String| {
        for tag in tags.iter().filter(|_| has_tags) {
            let name = match tag.emphasis {
                Emphasis::Simple => "em",
                Emphasis::Strong => "strong",
                Emphasis::Struck => "del",
            };
            let _ = write!(out, "<{slash}{name}>");
        }
    };
    write_tags(ends, "/", out);
    out.extend(core::iter::repeat_n(char::from(mark), left));
    write_tags(starts, "", out);
}

fn write_destination(link: Option<&Link>, out: &mut String) {
    let destination = link.map(|link| &*link.destination);
    link::push_destination(destination.unwrap_or_default(), out);
}

fn write_title(link: Option<&Link>, out: &mut String) {
    if let Some(link) = link.filter(|link| !link.title.is_empty()) {
        out.push_str(" title=\"");
        push_text(&link.title, out);
        out.push('"');
    }
}

/// Writes a code span. A space on both sides is dropped, so that code can begin with a
/// backtick.
fn write_code(code: &str, out: &mut String) {
    let is_blank = code.trim_matches([' ', '\n']).is_empty();
    let inside = code
        .strip_prefix([' ', '\n'])
        .and_then(|code| code.strip_suffix([' ', '\n']))
        .filter(|_| !is_blank);
    out.push_str("<code>");
    push_text(inside.unwrap_or(code), out);
    out.push_str("</code>");
}
