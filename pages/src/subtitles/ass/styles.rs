//! The styles of a script: what a line looks like that names one of them.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::limits::SUBTITLE_STYLES;
use crate::subtitles::lines::lines;

/// The style that counts for a line whose own is not there.
const DEFAULT: &str = "Default";

/// A style, as far as WebVTT can show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Style {
    pub(super) is_bold: bool,
    pub(super) is_italic: bool,
    pub(super) is_underlined: bool,
    /// Place on the screen, by the keys of a number pad.
    pub(super) place: Option<u8>,
}

/// The styles by their names.
#[derive(Debug, Default)]
pub(in super::super) struct Styles(BTreeMap<String, Style>);

impl Styles {
    /// Reads those of a script, or of its part before the lines that are shown.
    pub(in super::super) fn of(script: &str) -> Self {
        let mut styles = Self::default();
        let (mut format, mut section) = ("", Section::Other);
        for line in lines(script) {
            if line.starts_with('[') {
                section = Section::of(line);
            }
            match line.split_once(':') {
                _ if section == Section::Other => {}
                Some(("Format", names)) => format = names,
                Some(("Style", values)) => styles.add(format, values, section),
                _ => {}
            }
        }
        styles
    }

    fn add(&mut self, format: &str, values: &str, section: Section) {
        let Self(styles) = self;
        let mut style = Style::default();
        let mut name = "";
        for (column, value) in format.split(',').zip(values.split(',')) {
            let value = value.trim();
            let is_on = value != "0" && !value.is_empty();
            match column.trim() {
                "Name" => name = plain(value),
                "Bold" => style.is_bold = is_on,
                "Italic" => style.is_italic = is_on,
                "Underline" => style.is_underlined = is_on,
                "Alignment" => style.place = section.place(value),
                _ => {}
            }
        }
        if styles.len() < SUBTITLE_STYLES {
            styles.insert(name.into(), style);
        }
    }

    /// Returns the style that a line names.
    pub(in super::super) fn find(&self, name: &str) -> Style {
        let Self(styles) = self;
        let found = styles.get(plain(name)).or_else(|| styles.get(DEFAULT));
        found.copied().unwrap_or_default()
    }
}

/// Returns the name of a style without the star that old programs put before it.
fn plain(name: &str) -> &str {
    name.trim_start_matches('*')
}

/// A section of a script.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    /// Styles of version 4, whose places are not those of a number pad.
    OldStyles,
    Styles,
    Other,
}

impl Section {
    fn of(line: &str) -> Self {
        let line = line.trim();
        if line.eq_ignore_ascii_case("[V4+ Styles]") {
            Self::Styles
        } else if line.eq_ignore_ascii_case("[V4 Styles]") {
            Self::OldStyles
        } else {
            Self::Other
        }
    }

    fn place(self, value: &str) -> Option<u8> {
        let value = value.parse().ok()?;
        match self {
            Self::OldStyles => old_place(value),
            _ => Some(value).filter(|place| (1..=9).contains(place)),
        }
    }
}

/// Returns the key of a number pad for a place as version 4 has it: 1 to 3 from the left to
/// the right, 4 more at the top, 8 more in the middle.
pub(super) fn old_place(place: u8) -> Option<u8> {
    match place {
        1..=3 => Some(place),
        5..=7 => place.checked_add(2),
        9..=11 => place.checked_sub(5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn styles_are_found_by_name() {
        let styles = Styles::of(
            "[V4 Styles]\nFormat: Name, Bold, Italic, Alignment\nStyle: Old,-1,0,6\n\
             [V4+ Styles]\nFormat: Name, Underline, Alignment\nStyle: *New, 1, 9\n\
             Style: Default,0,2\nStyle: Odd,0,0\n[Events]\nStyle: No,1,1\n",
        );
        let place = |place| Style {
            place,
            ..Style::default()
        };
        for (name, expected) in [
            (
                "Old",
                Style {
                    is_bold: true,
                    ..place(Some(8))
                },
            ),
            (
                "*New",
                Style {
                    is_underlined: true,
                    ..place(Some(9))
                },
            ),
            ("Default", place(Some(2))),
            ("No", place(Some(2))),
            ("Odd", place(None)),
        ] {
            assert_eq!(styles.find(name), expected, "{name}");
        }
    }

    #[test]
    fn styles_have_a_bound() {
        let lines = (0..2 * SUBTITLE_STYLES).map(|at| format!("Style: {at}\n"));
        let script = format!("[V4+ Styles]\nFormat: Name\n{}", lines.collect::<String>());
        assert_eq!(Styles::of(&script).0.len(), SUBTITLE_STYLES);
    }

    #[test]
    fn old_places_are_keys_of_a_number_pad() {
        let places = [1, 2, 3, 5, 6, 7, 9, 10, 11, 0, 4, 8, 12].map(old_place);
        let keys = [1, 2, 3, 7, 8, 9, 4, 5, 6].map(Some);
        assert_eq!(places[..9], keys);
        assert_eq!(places[9..], [None; 4]);
    }
}
