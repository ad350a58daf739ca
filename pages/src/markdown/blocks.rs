//! The blocks of a document, line by line (CommonMark, appendix "A parsing strategy").

use alloc::vec::Vec;

use super::document::{Block, Document};
use super::leaf::Leaves;
use super::line::{CODE_INDENT, ItemStart, Line, Marker};
use crate::limits::MARKDOWN_DEPTH;

/// A block that contains others and is still open.
#[derive(Debug)]
enum Container {
    Quote,
    List {
        marker: Marker,
        /// The place of its start among the blocks.
        block: usize,
    },
    Item {
        indent: usize,
        has_blocks: bool,
    },
}

/// Reads a document.
pub(super) fn parse(text: &str) -> Document {
    let mut parser = Parser {
        leaves: Leaves::default(),
        containers: Vec::new(),
        is_after_blank: false,
    };
    for line in text.lines() {
        parser.line(Line::new(line));
    }
    parser.close(0);
    parser.leaves.close();
    parser.leaves.document
}

struct Parser {
    /// The document so far.
    leaves: Leaves,
    containers: Vec<Container>,
    /// Whether the line before was empty.
    is_after_blank: bool,
}

impl Parser {
    fn line(&mut self, mut line: Line<'_>) {
        let mut matched = self.matched(&mut line);
        let is_inside = matched == self.containers.len();
        if is_inside && self.leaves.continue_code(&line) {
            self.is_after_blank = line.is_blank() && !self.leaves.is_fenced();
            return;
        }
        let mut has_opened = false;
        while self.open_container(&mut line, matched) {
            has_opened = true;
            matched = self.containers.len();
        }
        let is_blank = line.is_blank();
        if is_blank {
            self.close(matched);
            self.leaves.close();
        } else if !self.open_leaf(&line, matched) {
            // A paragraph goes on also if the marks of its containers are left out.
            let is_lazy = !has_opened && self.leaves.is_paragraph();
            if !is_lazy {
                self.close(self.outside(matched));
            }
            if !self.leaves.continue_text(&line) {
                self.add(self.containers.len());
                self.leaves.open_paragraph(&line);
            }
        }
        let in_quote = matches!(self.containers.last(), Some(Container::Quote));
        self.is_after_blank = is_blank && !in_quote && !has_opened;
    }

    /// Returns how many of the open containers go on in this line, and skips their marks.
    fn matched(&self, line: &mut Line<'_>) -> usize {
        let goes_on = |container: &&Container| match container {
            Container::Quote => line.skip_quote(),
            Container::List { .. } => true,
            Container::Item { has_blocks, .. } if line.is_blank() => *has_blocks,
            Container::Item { indent, .. } => {
                let is_inside = line.indent() >= *indent;
                if is_inside {
                    line.skip(*indent);
                }
                is_inside
            }
        };
        self.containers.iter().take_while(goes_on).count()
    }

    /// Opens a container inside of `matched` others; false if none begins here.
    fn open_container(&mut self, line: &mut Line<'_>, matched: usize) -> bool {
        if matched >= MARKDOWN_DEPTH || line.indent() >= CODE_INDENT {
            return false;
        }
        if line.skip_quote() {
            self.add(matched);
            self.leaves.document.blocks.push(Block::Quote);
            self.containers.push(Container::Quote);
            return true;
        }
        let is_inside = matched == self.containers.len();
        let in_paragraph = is_inside && self.leaves.is_paragraph();
        if line.is_rule() || (in_paragraph && line.underline().is_some()) {
            return false;
        }
        let mut rest = *line;
        let Some(item) = rest.skip_item() else {
            return false;
        };
        // Text that begins like an item does not end a paragraph (§5.3).
        let is_text =
            item.is_blank || (matches!(item.marker, Marker::Number(_)) && item.number != 1);
        if in_paragraph && is_text {
            return false;
        }
        *line = rest;
        self.open_item(item, matched);
        true
    }

    fn open_item(&mut self, item: ItemStart, matched: usize) {
        // A list goes on if its item does not.
        let list = matched
            .checked_sub(1)
            .and_then(|place| self.containers.get(place));
        let is_next =
            matches!(list, Some(Container::List { marker, .. }) if *marker == item.marker);
        if is_next {
            self.make_room(matched);
        } else {
            self.add(matched);
            self.containers.push(Container::List {
                marker: item.marker,
                block: self.leaves.document.blocks.len(),
            });
            self.leaves.document.blocks.push(Block::List {
                start: matches!(item.marker, Marker::Number(_)).then_some(item.number),
                is_loose: false,
            });
        }
        self.leaves.document.blocks.push(Block::Item);
        self.containers.push(Container::Item {
            indent: item.indent,
            has_blocks: false,
        });
    }

    /// Opens a leaf other than a paragraph; false if the line is text.
    fn open_leaf(&mut self, line: &Line<'_>, matched: usize) -> bool {
        let is_inside = matched == self.containers.len();
        if line.indent() >= CODE_INDENT {
            let is_code = !self.leaves.is_paragraph();
            if is_code {
                self.add(matched);
                self.leaves.open_indented(line);
            }
            return is_code;
        }
        if let Some((level, text)) = line.heading() {
            self.add(matched);
            self.leaves.heading(level, text);
        } else if let Some(fence) = line.fence() {
            self.add(matched);
            self.leaves.open_fenced(fence);
        } else if is_inside && (self.leaves.underline(line) || self.leaves.open_table(line)) {
            return true;
        } else if line.is_rule() {
            self.add(matched);
            self.leaves.document.blocks.push(Block::Rule);
        } else {
            return false;
        }
        true
    }

    /// Returns how many containers a block is in that begins inside of `matched` ones: only
    /// items are in a list itself.
    fn outside(&self, matched: usize) -> usize {
        let last = matched.checked_sub(1);
        match last.and_then(|last| Some((last, self.containers.get(last)?))) {
            Some((last, Container::List { .. })) => last,
            _ => matched,
        }
    }

    /// Makes room for a block other than an item.
    fn add(&mut self, matched: usize) {
        self.make_room(self.outside(matched));
    }

    /// Closes what is not among the first `kept` containers, and makes room for another
    /// block in the last of these. Lists with an empty line between two items, or between
    /// two blocks of an item, are loose (§5.3).
    fn make_room(&mut self, kept: usize) {
        self.close(kept);
        self.leaves.close();
        let mut containers = self.containers.iter_mut().rev();
        let list = match containers.next() {
            Some(Container::List { block, .. }) => Some(*block),
            Some(Container::Item { has_blocks, .. }) => {
                let is_second = core::mem::replace(has_blocks, true);
                match containers.next() {
                    Some(Container::List { block, .. }) if is_second => Some(*block),
                    _ => None,
                }
            }
            _ => None,
        };
        let list = list.filter(|_| self.is_after_blank);
        let list = list.and_then(|list| self.leaves.document.blocks.get_mut(list));
        if let Some(Block::List { is_loose, .. }) = list {
            *is_loose = true;
        }
    }

    /// Closes all but the first containers.
    fn close(&mut self, kept: usize) {
        if self.containers.len() > kept {
            self.leaves.close();
        }
        while self.containers.len() > kept
            && let Some(container) = self.containers.pop()
        {
            self.leaves.document.blocks.push(match container {
                Container::Quote => Block::EndQuote,
                Container::List { marker, .. } => Block::EndList {
                    is_ordered: matches!(marker, Marker::Number(_)),
                },
                Container::Item { .. } => Block::EndItem,
            });
        }
    }
}
