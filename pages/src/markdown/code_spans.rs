//! Code spans (CommonMark §6.1), whose ends are known beforehand: to look for each when it
//! begins would take quadratic time.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// The rows of backticks in a text.
#[derive(Debug)]
pub(super) struct CodeSpans {
    /// The start of each row, its length, and the start of the next of the same length.
    rows: Vec<(usize, usize, Option<usize>)>,
    /// The row from which the next search goes on.
    next: usize,
}

impl CodeSpans {
    pub(super) fn new(text: &str) -> Self {
        let mut rows: Vec<(usize, usize, Option<usize>)> = Vec::new();
        for (at, _) in text.bytes().enumerate().filter(|(_, byte)| *byte == b'`') {
            match rows.last_mut() {
                Some((start, length, _)) if start.saturating_add(*length) == at => {
                    *length = length.saturating_add(1);
                }
                _ => rows.push((at, 1, None)),
            }
        }
        let mut later = BTreeMap::new();
        for (start, length, next) in rows.iter_mut().rev() {
            *next = later.insert(*length, *start);
        }
        Self { rows, next: 0 }
    }

    /// Returns the length of the row at this place, and the start of the one that ends the
    /// code. Searches must come in the order of the text.
    pub(super) fn at(&mut self, at: usize) -> Option<(usize, Option<usize>)> {
        loop {
            let (start, length, end) = *self.rows.get(self.next)?;
            if start == at {
                return Some((length, end));
            }
            if start > at {
                return None;
            }
            self.next = self.next.saturating_add(1);
        }
    }
}
