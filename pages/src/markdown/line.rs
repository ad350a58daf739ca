//! One line of a document, and the marks with which blocks begin (CommonMark §2.2, §4, §5).

use alloc::string::String;

/// Columns at which tabs stop (§2.2).
const TAB: usize = 4;

/// Indentation from which a line is code (§4.4).
pub(super) const CODE_INDENT: usize = 4;

/// The rest of a line, behind the marks of blocks that were read already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    rest: &'t str,
    column: usize,
    /// Columns that are left of a tab of which a part was skipped.
    spare: usize,
}

/// The kind of a list. Items of another kind begin another list (§5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// A bullet, by its character.
    Bullet(u8),
    /// A number, by the character after it.
    Number(u8),
}

/// The beginning of a list item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ItemStart {
    pub(super) marker: Marker,
    /// The number of an ordered item.
    pub(super) number: u32,
    /// Columns by which further lines of the item are indented.
    pub(super) indent: usize,
    /// Whether nothing follows on the line.
    pub(super) is_blank: bool,
}

/// The beginning of fenced code (§4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
    /// Columns to remove from each line.
    pub(super) indent: usize,
}

impl<'t> Line<'t> {
    pub(super) fn new(line: &'t str) -> Self {
        Self {
            rest: line,
            column: 0,
            spare: 0,
        }
    }

    /// Returns the rest without space at its start.
    pub(super) fn text(&self) -> &'t str {
        self.rest.trim_start_matches([' ', '\t'])
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text().is_empty()
    }

    /// Returns the columns of space at the start.
    pub(super) fn indent(&self) -> usize {
        let mut copy = *self;
        copy.skip(usize::MAX)
    }

    /// Skips up to `columns` of space, and returns how many it skipped.
    pub(super) fn skip(&mut self, columns: usize) -> usize {
        let mut skipped = 0_usize;
        while skipped < columns {
            if self.spare == 0 {
                self.spare = match self.rest.as_bytes().first() {
                    Some(b' ') => 1,
                    Some(b'\t') => TAB.saturating_sub(self.column % TAB),
                    _ => break,
                };
                self.rest = self.rest.get(1..).unwrap_or_default();
            }
            let step = self.spare.min(columns.saturating_sub(skipped));
            self.spare = self.spare.saturating_sub(step);
            self.column = self.column.saturating_add(step);
            skipped = skipped.saturating_add(step);
        }
        skipped
    }

    /// Skips space, and then a mark of this length in ASCII.
    fn skip_mark(&mut self, length: usize) {
        self.skip(usize::MAX);
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.column = self.column.saturating_add(length);
    }

    /// Appends the rest as it is, with what is left of a tab.
    pub(super) fn push_rest(&self, out: &mut String) {
        out.extend(core::iter::repeat_n(' ', self.spare));
        out.push_str(self.rest);
    }

    /// Skips the mark of a quote (§5.1); false if there is none.
    pub(super) fn skip_quote(&mut self) -> bool {
        let is_quote = self.indent() < CODE_INDENT && self.text().starts_with('>');
        if is_quote {
            self.skip_mark(1);
            self.skip(1);
        }
        is_quote
    }

    /// Skips the mark of a list item (§5.2), if there is one.
    pub(super) fn skip_item(&mut self) -> Option<ItemStart> {
        let before = self.indent();
        let text = self.text();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let mark = *text.as_bytes().get(digits)?;
        let marker = match (digits, mark) {
            (0, b'-' | b'+' | b'*') => Marker::Bullet(mark),
            (1..=9, b'.' | b')') => Marker::Number(mark),
            _ => return None,
        };
        let width = digits.saturating_add(1);
        if !matches!(text.as_bytes().get(width), None | Some(b' ' | b'\t')) {
            return None;
        }
        self.skip_mark(width);
        let space = self.indent();
        let is_blank = self.is_blank();
        // More space than that belongs to code inside of the item.
        let inside = if is_blank || space > CODE_INDENT {
            1
        } else {
            space
        };
        self.skip(inside);
        Some(ItemStart {
            marker,
            number: text
                .get(..digits)
                .and_then(|digits| digits.parse().ok())
                .unwrap_or(0),
            indent: before.saturating_add(width).saturating_add(inside),
            is_blank,
        })
    }

    /// Returns the level and the text of a heading (§4.2).
    pub(super) fn heading(&self) -> Option<(u8, &'t str)> {
        let text = self.text();
        let after = text.trim_start_matches('#');
        let level = u8::try_from(text.len().saturating_sub(after.len())).ok()?;
        let is_heading =
            (1..=6).contains(&level) && (after.is_empty() || after.starts_with([' ', '\t']));
        if !is_heading {
            return None;
        }
        let inside = after.trim_matches([' ', '\t']);
        let open = inside.trim_end_matches('#');
        // Marks at the end are dropped if space is before them.
        let is_closed = open.is_empty() || open.ends_with([' ', '\t']);
        let inside = if is_closed { open } else { inside };
        Some((level, inside.trim_end_matches([' ', '\t'])))
    }

    /// Returns the level of the heading that the line is the underline of (§4.3).
    pub(super) fn underline(&self) -> Option<u8> {
        let text = self.text().trim_end_matches([' ', '\t']);
        match text.as_bytes().first()? {
            b'=' if text.bytes().all(|byte| byte == b'=') => Some(1),
            b'-' if text.bytes().all(|byte| byte == b'-') => Some(2),
            _ => None,
        }
    }

    /// Whether the line is a thematic break (§4.1).
    pub(super) fn is_rule(&self) -> bool {
        let text = self.text();
        let Some(mark @ (b'-' | b'_' | b'*')) = text.as_bytes().first() else {
            return false;
        };
        let mut marks = text.bytes().filter(|byte| !b" \t".contains(byte));
        text.bytes().filter(|byte| byte == mark).take(3).count() == 3
            && marks.all(|byte| byte == *mark)
    }

    /// Returns how fenced code begins, if it does.
    pub(super) fn fence(&self) -> Option<Fence> {
        let text = self.text();
        let mark = *text.as_bytes().first()?;
        let length = text.bytes().take_while(|byte| *byte == mark).count();
        let info = text.get(length..).unwrap_or_default();
        let is_fence = length >= 3 && (mark == b'~' || (mark == b'`' && !info.contains('`')));
        is_fence.then(|| Fence {
            mark,
            length,
            indent: self.indent(),
        })
    }

    /// Whether the line ends fenced code.
    pub(super) fn ends(&self, fence: Fence) -> bool {
        let text = self.text().trim_end_matches([' ', '\t']);
        self.indent() < CODE_INDENT
            && text.len() >= fence.length
            && text.bytes().all(|byte| byte == fence.mark)
    }
}
