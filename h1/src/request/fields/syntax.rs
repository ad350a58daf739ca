//! The syntax of a field section (RFC 9112 §5).

use crate::refusal::Refusal;
use crate::syntax::token::{is_tchar, run};

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
    pub(super) fn run(self, bytes: &[u8]) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
