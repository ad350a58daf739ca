//! Header fields: the lines between the request line and the empty line
//! (RFC 9110 §5, RFC 9112 §5).

mod index;
mod name;
mod section;
mod syntax;

use crate::syntax::token::trim;
use index::{Index, Lines};

#[cfg(test)]
use crate::refusal::Refusal;

pub use name::Name;
pub(crate) use section::Section;
pub(crate) use syntax::{Syntax, is_value_byte};

/// The field lines of one head, all of them checked, with an index of those in [`Name`].
/// They are borrowed from the read buffer, so looking up a field copies nothing.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'b> {
    lines: &'b [u8],
    index: Index,
}

impl<'b> Fields<'b> {
    /// No fields at all.
    pub const EMPTY: Fields<'static> = Fields {
        lines: b"",
        index: Index::EMPTY,
    };

    /// Whether at least one line has the name.
    pub fn has(&self, name: Name) -> bool {
        self.index.place(name).lines != Lines::None
    }

    /// Returns the values of all lines with the name, in order, without the whitespace
    /// around them.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &'b [u8]> + use<'b> {
        let repeated = self.index.place(name).lines == Lines::Several;
        let several = repeated.then(|| self.lines()).into_iter().flatten();
        let named = several.filter(move |(text, _)| Name::of(text) == Some(name));
        self.only(name)
            .into_iter()
            .chain(named.map(|(_, value)| value))
    }

    /// Returns the value if exactly one line has the name, without the whitespace around
    /// it. This is for fields that are not lists, where a second line makes both
    /// meaningless (RFC 9110 §5.3).
    pub fn only(&self, name: Name) -> Option<&'b [u8]> {
        let place = self.index.place(name);
        if place.lines != Lines::One {
            return None;
        }
        let value = self
            .lines
            .get(usize::from(place.start)..usize::from(place.end))?;
        Some(trim(value))
    }

    /// Returns every line as name and value, in order, known or not.
    pub fn lines(&self) -> impl Iterator<Item = (&'b [u8], &'b [u8])> + use<'b> {
        self.lines.split(|byte| *byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, rest) = line.split_at_checked(colon)?;
            let value = rest.strip_prefix(b":")?.strip_suffix(b"\r")?;
            Some((name, trim(value)))
        })
    }
}

/// Returns the fields of lines that each end with CRLF, without the empty line; for tests.
#[cfg(test)]
pub(crate) fn parse(lines: &str) -> Result<Fields<'_>, Refusal> {
    let mut section = Section::default();
    section.read(lines.as_bytes())?;
    assert_eq!(section.len(), lines.len());
    assert_eq!(
        section.syntax,
        Syntax::LineStart,
        "{lines:?} ends within a line"
    );
    Ok(section.fields(lines.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::FIELD_LINES;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn text(bytes: &[u8]) -> &str {
        core::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn values_by_name() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("Hosts: a\r\nHos: b\r\n", &[]),
            ("Host:a\r\n", &["a"]),
            ("hOsT: \t a b\t \r\n", &["a b"]),
            ("Host:\r\n", &[""]),
            ("Host: \t\r\n", &[""]),
            ("Host: a: b\r\n", &["a: b"]),
            (
                "Host: a\r\nX: y\r\nHOST: b\r\nhost: c\r\n",
                &["a", "b", "c"],
            ),
            ("X: Host: y\r\nHost: caf\u{e9}\r\n", &["caf\u{e9}"]),
        ];
        for (lines, expected) in cases {
            let fields = parse(lines).unwrap();
            let values: Vec<_> = fields.all(Name::Host).map(text).collect();
            assert_eq!(values, *expected, "{lines:?}");
            assert_eq!(fields.has(Name::Host), !expected.is_empty(), "{lines:?}");
            let only = if let [value] = expected {
                Some(*value)
            } else {
                None
            };
            assert_eq!(fields.only(Name::Host).map(text), only, "{lines:?}");
        }
    }

    #[test]
    fn lines_in_order() {
        let fields = parse("A: 1\r\nHost:  x \r\nb:\r\na: 2\r\n").unwrap();
        let lines: Vec<_> = fields
            .lines()
            .map(|(name, value)| (text(name), text(value)))
            .collect();
        assert_eq!(lines, [("A", "1"), ("Host", "x"), ("b", ""), ("a", "2")]);
        assert_eq!(Fields::EMPTY.lines().count(), 0);
    }

    #[test]
    fn refused_lines() {
        let cases: &[(&str, Refusal)] = &[
            ("A: b\r\n c\r\n", Refusal::FoldedField),
            ("A: b\r\n\tc\r\n", Refusal::FoldedField),
            (" A: b\r\n", Refusal::FoldedField),
            ("A: b\r\n \r\n", Refusal::FoldedField),
            ("A : b\r\n", Refusal::MalformedField),
            ("A\t: b\r\n", Refusal::MalformedField),
            (": b\r\n", Refusal::MalformedField),
            ("A\r\n", Refusal::MalformedField),
            ("A b: c\r\n", Refusal::MalformedField),
            ("A(b): c\r\n", Refusal::MalformedField),
            ("\u{e9}: c\r\n", Refusal::MalformedField),
            ("A\0: c\r\n", Refusal::MalformedField),
            ("A: b\0c\r\n", Refusal::MalformedField),
            ("A: b\x0bc\r\n", Refusal::MalformedField),
            ("A: b\x1b[2J\r\n", Refusal::MalformedField),
            ("A: b\x7f\r\n", Refusal::MalformedField),
            ("A: b\rc\r\n", Refusal::BareCarriageReturn),
            ("A: b\r\r\n", Refusal::BareCarriageReturn),
            ("A: b\r\n\rB: c\r\n", Refusal::BareCarriageReturn),
            ("A: b\nB: c\r\n", Refusal::BareLineFeed),
            ("A: b\n", Refusal::BareLineFeed),
            ("A\n", Refusal::BareLineFeed),
            ("\n", Refusal::BareLineFeed),
            ("A: b\r\n\n", Refusal::BareLineFeed),
        ];
        for (lines, refusal) in cases {
            assert_eq!(parse(lines).err(), Some(*refusal), "{lines:?}");
        }
    }

    #[test]
    fn as_many_lines_as_the_limit() {
        let lines = |count| {
            (0..count)
                .map(|n| format!("X-{n}: y\r\n"))
                .collect::<String>()
        };
        assert_eq!(
            parse(&lines(FIELD_LINES)).unwrap().lines().count(),
            FIELD_LINES
        );
        let refusal = parse(&lines(FIELD_LINES.saturating_add(1))).err();
        assert_eq!(refusal, Some(Refusal::TooManyFields));
    }
}
