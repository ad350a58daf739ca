//! Blocks of text (CommonMark §4), of which one at most is open.

use alloc::string::String;
use alloc::vec::Vec;

use super::definition;
use super::document::{Block, Document};
use super::line::{CODE_INDENT, Fence, Line};
use super::table::{self, Alignment};

/// The document so far, and the block of text that is open.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    pub(super) document: Document,
    leaf: Leaf,
}

#[derive(Debug, Default)]
enum Leaf {
    #[default]
    None,
    Paragraph {
        start: usize,
        lines: usize,
    },
    Fenced {
        fence: Fence,
        start: usize,
    },
    Indented {
        start: usize,
        end: usize,
    },
    Table(Vec<Alignment>),
}

impl Leaves {
    pub(super) fn is_paragraph(&self) -> bool {
        matches!(self.leaf, Leaf::Paragraph { .. })
    }

    pub(super) fn is_fenced(&self) -> bool {
        matches!(self.leaf, Leaf::Fenced { .. })
    }

    /// Adds the line to code that is open; false if there is none, or if it ends before.
    pub(super) fn continue_code(&mut self, line: &Line<'_>) -> bool {
        let mut rest = *line;
        match &mut self.leaf {
            Leaf::Fenced { fence, .. } if line.ends(*fence) => self.close(),
            Leaf::Fenced { fence, .. } => {
                rest.skip(fence.indent);
                rest.push_rest(&mut self.document.text);
                self.document.text.push('\n');
            }
            Leaf::Indented { end, .. } if line.is_blank() || line.indent() >= CODE_INDENT => {
                rest.skip(CODE_INDENT);
                rest.push_rest(&mut self.document.text);
                self.document.text.push('\n');
                // Empty lines at the end are not part of it.
                if !line.is_blank() {
                    *end = self.document.text.len();
                }
            }
            _ => return false,
        }
        true
    }

    /// Adds the line to a paragraph or a table that is open; false if there is none.
    pub(super) fn continue_text(&mut self, line: &Line<'_>) -> bool {
        match &mut self.leaf {
            Leaf::Table(_) => self.row(line.text()),
            Leaf::Paragraph { lines, .. } => {
                *lines = lines.saturating_add(1);
                self.document.text.push('\n');
                self.document.text.push_str(line.text());
            }
            _ => return false,
        }
        true
    }

    pub(super) fn open_paragraph(&mut self, line: &Line<'_>) {
        let start = self.document.text.len();
        self.document.text.push_str(line.text());
        self.leaf = Leaf::Paragraph { start, lines: 1 };
    }

    pub(super) fn open_indented(&mut self, line: &Line<'_>) {
        let start = self.document.text.len();
        self.leaf = Leaf::Indented { start, end: start };
        self.continue_code(line);
    }

    pub(super) fn open_fenced(&mut self, fence: Fence) {
        let start = self.document.text.len();
        self.leaf = Leaf::Fenced { fence, start };
    }

    pub(super) fn heading(&mut self, level: u8, text: &str) {
        let start = self.document.text.len();
        self.document.text.push_str(text);
        let span = start..self.document.text.len();
        self.document.blocks.push(Block::Heading(level, span));
    }

    /// Makes a heading of the paragraph that the line underlines.
    pub(super) fn underline(&mut self, line: &Line<'_>) -> bool {
        let (Leaf::Paragraph { start, .. }, Some(level)) = (&mut self.leaf, line.underline())
        else {
            return false;
        };
        let span = definition::take(&mut self.document, *start);
        // What is left of the paragraph begins there.
        *start = span.start;
        let is_heading = !span.is_empty();
        if is_heading {
            self.leaf = Leaf::None;
            self.document.blocks.push(Block::Heading(level, span));
        }
        is_heading
    }

    /// Makes a table of the paragraph of one line that a delimiter row follows.
    pub(super) fn open_table(&mut self, line: &Line<'_>) -> bool {
        let Leaf::Paragraph { start, lines: 1 } = self.leaf else {
            return false;
        };
        let columns = table::alignments(line.text());
        let Some(columns) = columns.filter(|columns| !columns.is_empty()) else {
            return false;
        };
        let head = self.document.text.get(start..).unwrap_or_default();
        if table::cells(head).count() != columns.len() {
            return false;
        }
        let head = String::from(head);
        self.document.text.truncate(start);
        self.document.blocks.push(Block::Table);
        self.leaf = Leaf::Table(columns);
        self.row(&head);
        true
    }

    fn row(&mut self, line: &str) {
        let Leaf::Table(columns) = &self.leaf else {
            return;
        };
        let Document { text, blocks, .. } = &mut self.document;
        blocks.push(Block::Row);
        // A row may have fewer cells. Empty ones in their place could be many more than
        // there is text.
        for (cell, alignment) in table::cells(line).zip(columns) {
            let start = text.len();
            table::push_cell(cell, text);
            blocks.push(Block::Cell(*alignment, start..text.len()));
        }
        blocks.push(Block::EndRow);
    }

    /// Closes the block of text that is open.
    pub(super) fn close(&mut self) {
        let end = self.document.text.len();
        let block = match core::mem::take(&mut self.leaf) {
            Leaf::None => return,
            Leaf::Paragraph { start, .. } => {
                let span = definition::take(&mut self.document, start);
                if span.is_empty() {
                    return;
                }
                Block::Paragraph(span)
            }
            Leaf::Fenced { start, .. } => Block::Code(start..end),
            Leaf::Indented { start, end } => Block::Code(start..end),
            Leaf::Table(_) => Block::EndTable,
        };
        self.document.blocks.push(block);
    }
}
