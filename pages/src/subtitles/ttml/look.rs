//! What an element looks like: styles, and the region of the screen where it is.

use alloc::collections::BTreeMap;

use super::xml::Attributes;
use crate::limits::SUBTITLE_STYLES;

/// Share of the screen's height from which on a region is in the lower half.
const LOWER_HALF_PERCENT: u32 = 50;

/// A look, of which each part may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) is_bold: Option<bool>,
    pub(super) is_italic: Option<bool>,
    pub(super) is_underlined: Option<bool>,
    row: Option<Row>,
    column: Option<Column>,
    /// Whether its region begins in the lower half, whatever its text leans to.
    is_low: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Top,
    Middle,
    Bottom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Left,
    Middle,
    Right,
}

/// The looks of a document by the names of its styles and regions.
#[derive(Debug, Default)]
pub(super) struct Looks<'t> {
    looks: BTreeMap<&'t str, Look>,
}

impl<'t> Looks<'t> {
    /// Adds a style or a region.
    pub(super) fn add(&mut self, name: &'t str, look: Look) {
        if self.looks.len() < SUBTITLE_STYLES {
            self.looks.insert(name, look);
        }
    }

    /// Returns the look that attributes say, and those of the styles and the region that they
    /// name. What is nearer to the element counts more.
    pub(super) fn of(&self, attributes: Attributes<'t>) -> Look {
        let mut own = Look::default();
        let mut named = Look::default();
        for (name, value) in attributes {
            match name {
                "style" | "region" => {
                    for look in value
                        .split_ascii_whitespace()
                        .filter_map(|it| self.looks.get(it))
                    {
                        named = look.or(named);
                    }
                }
                _ => own.read(name, value),
            }
        }
        own.or(named)
    }
}

impl Look {
    fn read(&mut self, name: &str, value: &str) {
        match name {
            "fontWeight" => self.is_bold = Some(value == "bold"),
            "fontStyle" => self.is_italic = Some(matches!(value, "italic" | "oblique")),
            "textDecoration" => {
                self.is_underlined =
                    Some(value.split_ascii_whitespace().any(|it| it == "underline"));
            }
            "displayAlign" => {
                self.row = match value {
                    "before" => Some(Row::Top),
                    "center" => Some(Row::Middle),
                    "after" => Some(Row::Bottom),
                    _ => None,
                };
            }
            "textAlign" => {
                self.column = match value {
                    "left" | "start" => Some(Column::Left),
                    "right" | "end" => Some(Column::Right),
                    "center" => Some(Column::Middle),
                    _ => None,
                };
            }
            "origin" => {
                let top = value.split_ascii_whitespace().nth(1);
                let percent = top.and_then(|top| top.strip_suffix('%'));
                let whole = percent.and_then(|it| it.split('.').next()?.parse::<u32>().ok());
                self.is_low = whole.map(|percent| percent >= LOWER_HALF_PERCENT);
            }
            _ => {}
        }
    }

    /// Returns the look, with what is unknown from another.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            is_bold: self.is_bold.or(other.is_bold),
            is_italic: self.is_italic.or(other.is_italic),
            is_underlined: self.is_underlined.or(other.is_underlined),
            row: self.row.or(other.row),
            column: self.column.or(other.column),
            is_low: self.is_low.or(other.is_low),
        }
    }

    /// Returns the place on the screen, by the keys of a number pad. What no region says is
    /// at the bottom, where players show it.
    pub(super) fn place(self) -> u8 {
        let row = match self.row {
            Some(Row::Top) if self.is_low != Some(true) => 6,
            Some(Row::Middle) => 3,
            _ => 0,
        };
        let column = match self.column {
            Some(Column::Left) => 1,
            Some(Column::Right) => 3,
            _ => 2,
        };
        u8::saturating_add(row, column)
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::{Token, Tokens};
    use super::*;

    fn attributes(tag: &str) -> Attributes<'_> {
        match Tokens::of(tag).next() {
            Some(Token::Start { attributes, .. }) => attributes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn regions_are_places() {
        for (tag, expected) in [
            ("<p/>", 2),
            ("<p tts:displayAlign='before'/>", 8),
            ("<p tts:displayAlign='before' tts:textAlign='start'/>", 7),
            ("<p tts:displayAlign='before' tts:origin='10% 80.5%'/>", 2),
            ("<p tts:displayAlign='before' tts:origin='10% 10%'/>", 8),
            ("<p tts:displayAlign='before' tts:origin='10px 900px'/>", 8),
            ("<p tts:displayAlign='center' tts:textAlign='right'/>", 6),
            ("<p tts:displayAlign='after' tts:textAlign='center'/>", 2),
            ("<p tts:displayAlign='x' tts:textAlign='y'/>", 2),
        ] {
            assert_eq!(
                Looks::default().of(attributes(tag)).place(),
                expected,
                "{tag}"
            );
        }
    }

    #[test]
    fn what_is_nearer_counts_more() {
        let mut looks = Looks::default();
        let italic = looks.of(attributes(
            "<s tts:fontStyle='italic' tts:fontWeight='bold'/>",
        ));
        looks.add("a", italic);
        let upright = looks.of(attributes("<s tts:fontStyle='normal'/>"));
        looks.add("b", upright);
        for (tag, expected) in [
            ("<p style='a'/>", (Some(true), Some(true))),
            ("<p style='a b'/>", (Some(false), Some(true))),
            ("<p style='b a'/>", (Some(true), Some(true))),
            (
                "<p tts:fontStyle='normal' style='a'/>",
                (Some(false), Some(true)),
            ),
            ("<p style='c'/>", (None, None)),
        ] {
            let look = looks.of(attributes(tag));
            assert_eq!((look.is_italic, look.is_bold), expected, "{tag}");
        }
    }

    #[test]
    fn looks_have_a_bound() {
        let names: alloc::vec::Vec<_> = (0..2 * SUBTITLE_STYLES)
            .map(|at| alloc::format!("{at}"))
            .collect();
        let mut looks = Looks::default();
        for name in &names {
            looks.add(name, Look::default());
        }
        assert_eq!(looks.looks.len(), SUBTITLE_STYLES);
    }
}
