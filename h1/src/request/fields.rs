//! Header fields: the lines between the request line and the empty line
//! (RFC 9110 §5, RFC 9112 §5).

use crate::limits::{FIELD_LINES, HEAD_BYTES};
use crate::refusal::Refusal;
use crate::syntax::token::{is_tchar, run, trim};

/// The names of the fields that this server looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "`NAMES` has them as they are spelled")]
pub enum Name {
    Host,
    Range,
    Accept,
    Cookie,
    Expect,
    Origin,
    Referer,
    IfMatch,
    IfRange,
    Connection,
    UserAgent,
    IfNoneMatch,
    ContentLength,
    AcceptEncoding,
    TransferEncoding,
    IfModifiedSince,
    IfUnmodifiedSince,
    AccessControlRequestMethod,
    AccessControlRequestHeaders,
}

/// The names in the order of [`Name`], which is a name's place in the index, and also in
/// the order of their lengths.
const NAMES: [(Name, &[u8]); 19] = [
    (Name::Host, b"host"),
    (Name::Range, b"range"),
    (Name::Accept, b"accept"),
    (Name::Cookie, b"cookie"),
    (Name::Expect, b"expect"),
    (Name::Origin, b"origin"),
    (Name::Referer, b"referer"),
    (Name::IfMatch, b"if-match"),
    (Name::IfRange, b"if-range"),
    (Name::Connection, b"connection"),
    (Name::UserAgent, b"user-agent"),
    (Name::IfNoneMatch, b"if-none-match"),
    (Name::ContentLength, b"content-length"),
    (Name::AcceptEncoding, b"accept-encoding"),
    (Name::TransferEncoding, b"transfer-encoding"),
    (Name::IfModifiedSince, b"if-modified-since"),
    (Name::IfUnmodifiedSince, b"if-unmodified-since"),
    (
        Name::AccessControlRequestMethod,
        b"access-control-request-method",
    ),
    (
        Name::AccessControlRequestHeaders,
        b"access-control-request-headers",
    ),
];

/// For each length of a name, the place of the first name that is not shorter.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler"
)]
const FIRST: [u8; NAMES[NAMES.len() - 1].1.len() + 1] = {
    let mut first = [0; NAMES[NAMES.len() - 1].1.len() + 1];
    let (mut length, mut place) = (0, 0);
    while length < first.len() {
        while NAMES[place].1.len() < length {
            place += 1;
        }
        first[length] = place as u8;
        length += 1;
    }
    first
};

impl Name {
    /// Returns the known name of `text`. Names are case-insensitive (RFC 9110 §5.1).
    /// Returns `None` for a name that this server does not look at.
    fn of(text: &[u8]) -> Option<Self> {
        let first = usize::from(*FIRST.get(text.len())?);
        let others = NAMES.iter().skip(first);
        let mut as_long = others.take_while(|(_, name)| name.len() == text.len());
        let known = as_long.find(|(_, name)| name.eq_ignore_ascii_case(text))?;
        Some(known.0)
    }
}

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

/// Reads a field section as it arrives. It looks at each byte once, however the bytes are
/// split.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Section {
    position: usize,
    syntax: Syntax,
    line: usize,
    colon: usize,
    count: usize,
    index: Index,
}

impl Section {
    /// Continues in `bytes`, which begin where the section does and have more than at the
    /// last call. Returns true once the empty line at the end has arrived.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<bool, Refusal> {
        while self.syntax != Syntax::End {
            let rest = bytes.get(self.position..).unwrap_or_default();
            if self.syntax == Syntax::LineStart && self.line(bytes, rest)? {
                continue;
            }
            self.position = self.position.saturating_add(self.syntax.run(rest));
            let Some(byte) = bytes.get(self.position) else {
                return Ok(false);
            };
            let next = self.syntax.step(*byte)?;
            match (self.syntax, next) {
                (Syntax::LineStart, Syntax::Name) => self.begin()?,
                (Syntax::Name, Syntax::Value) => self.colon = self.position,
                (Syntax::Value, Syntax::LineEnd) => self.enter(bytes),
                _ => {}
            }
            self.syntax = next;
            self.position = self.position.saturating_add(1);
        }
        Ok(true)
    }

    /// Reads a whole line at once if it is complete and valid: a shortcut past `step`,
    /// which decides about any other line.
    fn line(&mut self, bytes: &[u8], rest: &[u8]) -> Result<bool, Refusal> {
        let name = Syntax::Name.run(rest);
        let Some((b':', value)) = rest.get(name..).unwrap_or_default().split_first() else {
            return Ok(false);
        };
        let length = Syntax::Value.run(value);
        let end = value.get(length..).unwrap_or_default();
        if name == 0 || !end.starts_with(b"\r\n") {
            return Ok(false);
        }
        self.begin()?;
        self.colon = self.position.saturating_add(name);
        self.position = self.colon.saturating_add(length).saturating_add(1);
        self.enter(bytes);
        self.position = self.position.saturating_add(2);
        Ok(true)
    }

    fn begin(&mut self) -> Result<(), Refusal> {
        self.line = self.position;
        self.count = self.count.saturating_add(1);
        match self.count > FIELD_LINES {
            true => Err(Refusal::TooManyFields),
            false => Ok(()),
        }
    }

    /// Returns the number of bytes read; once the section is complete, this is its length.
    pub(crate) fn len(&self) -> usize {
        self.position
    }

    /// Returns the fields of a complete section, in the bytes that it was read from.
    pub(crate) fn fields<'b>(&self, bytes: &'b [u8]) -> Fields<'b> {
        Fields {
            lines: bytes.get(..self.position).unwrap_or_default(),
            index: self.index,
        }
    }

    fn enter(&mut self, bytes: &[u8]) {
        let name = bytes.get(self.line..self.colon).unwrap_or_default();
        if let Some(name) = Name::of(name) {
            self.index
                .enter(name, self.colon.saturating_add(1), self.position);
        }
    }
}

/// Position of the next byte in a field section (RFC 9112 §5). This is the only place that
/// knows which bytes may follow which, for the head and for trailers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Syntax {
    #[default]
    LineStart,
    Name,
    Value,
    LineEnd,
    SectionEnd,
    End,
}

impl Syntax {
    /// Returns the position after the byte. It is strict, because folded lines and
    /// whitespace before the colon have made parsers disagree (RFC 9112 §5.1, §5.2), and so
    /// have a CR or an LF alone (§2.2).
    pub(crate) fn step(self, byte: u8) -> Result<Self, Refusal> {
        match (self, byte) {
            (Self::LineStart, b'\r') => Ok(Self::SectionEnd),
            (Self::LineStart, b' ' | b'\t') => Err(Refusal::FoldedField),
            (Self::LineStart | Self::Name, byte) if is_tchar(byte) => Ok(Self::Name),
            (Self::Name, b':') => Ok(Self::Value),
            (Self::Value, b'\r') => Ok(Self::LineEnd),
            (Self::Value, byte) if is_value_byte(byte) => Ok(Self::Value),
            (Self::LineEnd, b'\n') => Ok(Self::LineStart),
            (Self::SectionEnd, b'\n') => Ok(Self::End),
            (Self::LineEnd | Self::SectionEnd, _) => Err(Refusal::BareCarriageReturn),
            (_, b'\n') => Err(Refusal::BareLineFeed),
            _ => Err(Refusal::MalformedField),
        }
    }

    /// Returns the number of bytes that change nothing: a shortcut past `step`.
    fn run(self, bytes: &[u8]) -> usize {
        match self {
            Self::Name => run(bytes, is_tchar),
            Self::Value => value_run(bytes),
            _ => 0,
        }
    }
}

/// Whether the byte is `field-vchar`, space or tab (RFC 9110 §5.5): no control character,
/// so no NUL.
pub(crate) fn is_value_byte(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

/// Returns how many of the first bytes a value may have. Most bytes of a head are in
/// values, so eight are checked at a time, as long as none of them is a control character.
fn value_run(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks();
    let plain = words
        .iter()
        .take_while(|word| !has_control(u64::from_le_bytes(**word)));
    let start = plain.count().saturating_mul(size_of::<u64>());
    let rest = bytes.get(start..).unwrap_or_default();
    start.saturating_add(run(rest, is_value_byte))
}

/// Whether one of the eight bytes is below space, or is DEL. A subtraction borrows into the
/// highest bit of a byte that is too small, or zero.
fn has_control(word: u64) -> bool {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let below = |word: u64, least: u64| word.wrapping_sub(EACH.wrapping_mul(least)) & !word;
    let delete = word ^ EACH.wrapping_mul(0x7f);
    (below(word, 0x20) | below(delete, 1)) & EACH.wrapping_mul(0x80) != 0
}

/// Position of the value of each known name.
#[derive(Clone, Copy, Debug, Default)]
struct Index([Place; NAMES.len()]);

/// Offsets of a value from the start of the section, without the colon and the CR.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    lines: Lines,
    start: u16,
    end: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lines {
    #[default]
    None,
    One,
    Several,
}

const _: () = assert!(HEAD_BYTES <= u16::MAX as usize, "offsets fit a `Place`");

impl Index {
    const EMPTY: Index = Index([Place::NOWHERE; NAMES.len()]);

    fn place(&self, name: Name) -> Place {
        self.0.get(name as usize).copied().unwrap_or(Place::NOWHERE)
    }

    fn enter(&mut self, name: Name, start: usize, end: usize) {
        if let Some(place) = self.0.get_mut(name as usize) {
            let lines = if place.lines == Lines::None {
                Lines::One
            } else {
                Lines::Several
            };
            *place = Place {
                lines,
                start: start as u16,
                end: end as u16,
            };
        }
    }
}

impl Place {
    const NOWHERE: Place = Place {
        lines: Lines::None,
        start: 0,
        end: 0,
    };
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
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn text(bytes: &[u8]) -> &str {
        core::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn names_stand_in_their_own_place() {
        for (place, (name, text)) in NAMES.iter().enumerate() {
            assert_eq!(*name as usize, place);
            assert_eq!(Name::of(text), Some(*name));
            assert_eq!(Name::of(&text.to_ascii_uppercase()), Some(*name));
        }
        assert_eq!(Name::of(b"server"), None);
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
    fn eight_bytes_at_a_time_are_as_good_as_one() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut bytes = [b'a'; 20];
                bytes[place] = byte;
                let run = bytes
                    .iter()
                    .take_while(|byte| is_value_byte(**byte))
                    .count();
                assert_eq!(value_run(&bytes), run, "{byte:#x} at {place}");
            }
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
