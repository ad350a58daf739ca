//! Rows of tables, as GitHub's specification has them (GFM §4.10).

use alloc::string::String;
use alloc::vec::Vec;

/// The alignment of the cells of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Alignment {
    /// To the left, or as the page has it.
    #[default]
    None,
    /// To the middle.
    Center,
    /// To the right.
    Right,
}

/// Returns the alignments that a delimiter row states; `None` if the line is none.
pub(super) fn alignments(line: &str) -> Option<Vec<Alignment>> {
    if !line.contains('|') && !line.contains(':') {
        // A line of hyphens alone underlines a heading.
        return None;
    }
    cells(line).map(alignment).collect()
}

fn alignment(cell: &str) -> Option<Alignment> {
    let inside = cell.strip_prefix(':').unwrap_or(cell);
    let (inside, is_right) = match inside.strip_suffix(':') {
        Some(inside) => (inside, true),
        None => (inside, false),
    };
    let is_valid = !inside.is_empty() && inside.bytes().all(|byte| byte == b'-');
    let alignment = match (cell.starts_with(':'), is_right) {
        (true, true) => Alignment::Center,
        (false, true) => Alignment::Right,
        _ => Alignment::None,
    };
    is_valid.then_some(alignment)
}

/// Returns the cells of a row. A bar behind a backslash is text, also in code.
pub(super) fn cells(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim_matches([' ', '\t']);
    let mut rest = Some(line.strip_prefix('|').unwrap_or(line)).filter(|rest| !rest.is_empty());
    core::iter::from_fn(move || {
        let line = rest?;
        let mut is_escaped = false;
        let end = line.bytes().position(|byte| {
            let is_end = byte == b'|' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        let (cell, after) = match end.and_then(|end| line.split_at_checked(end)) {
            Some((cell, after)) => (cell, after.get(1..)),
            None => (line, None),
        };
        // What follows the last bar is no cell.
        rest = after.filter(|rest| !rest.is_empty());
        Some(cell.trim_matches([' ', '\t']))
    })
}

/// Appends the text of a cell, without the backslashes before bars.
pub(super) fn push_cell(cell: &str, text: &mut String) {
    let mut pieces = cell.split("\\|");
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        text.push('|');
        text.push_str(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_end_at_bars() {
        let cases: &[(&str, &[&str])] = &[
            ("a|b", &["a", "b"]),
            ("| a | b |", &["a", "b"]),
            ("|a\\|b|c", &["a\\|b", "c"]),
            ("|`a\\\\|b", &["`a\\\\", "b"]),
            ("||", &[""]),
            ("|", &[]),
            ("", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(cells(line).collect::<Vec<_>>(), *expected, "{line}");
        }
    }

    #[test]
    fn delimiter_rows_state_alignments() {
        use Alignment::{Center, None as Left, Right};
        let cases: &[(&str, Option<&[Alignment]>)] = &[
            ("|-|:-:|--:|:-", Some(&[Left, Center, Right, Left])),
            ("-|-", Some(&[Left, Left])),
            (":-:", Some(&[Center])),
            ("---", None),
            ("|", Some(&[])),
            ("a|-", None),
            ("|:|", None),
        ];
        for (line, expected) in cases {
            assert_eq!(alignments(line).as_deref(), *expected, "{line}");
        }
    }
}
