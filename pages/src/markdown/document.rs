//! A document as a flat list of blocks. There is no tree, so nothing about it is recursive.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::link::Link;
use super::table::Alignment;

/// A document without its marks.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The text of all blocks, which they point to.
    pub(super) text: String,
    pub(super) blocks: Vec<Block>,
    /// Link reference definitions, by their labels (§4.7).
    pub(super) definitions: BTreeMap<String, Link>,
}

/// A block, or the start or end of blocks that contain others.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Quote,
    EndQuote,
    List {
        /// The number of the first item, if the list is ordered.
        start: Option<u32>,
        /// Whether empty lines are between the items, so that they have paragraphs.
        is_loose: bool,
    },
    EndList {
        is_ordered: bool,
    },
    Item,
    EndItem,
    Paragraph(Range<usize>),
    Heading(u8, Range<usize>),
    Code(Range<usize>),
    Rule,
    Table,
    Row,
    Cell(Alignment, Range<usize>),
    EndRow,
    EndTable,
}
