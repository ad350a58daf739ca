//! Elements of EBML (RFC 8794): a number of what it is, a length, and then a value or
//! further elements.

use alloc::string::String;

use crate::film::matroska::float::Float;
use crate::input::{Input, Reason, Span};
use crate::text;

/// Longest head of an element: four bytes of what it is, eight of its length.
const HEAD_BYTES: u64 = 12;

/// An element: what it is, and the place of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) id: u32,
    /// If its length is not known, all that follows in what it is in.
    pub(super) body: Span,
}

/// The elements in a part of a file, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements {
    rest: Span,
}

impl Elements {
    pub(super) const fn within(rest: Span) -> Self {
        Self { rest }
    }

    /// Returns the next element. It never ends behind what it is in, and never where it
    /// starts.
    pub(super) async fn next(&mut self, input: &mut Input) -> Result<Option<Element>, Reason> {
        if self.rest.length == 0 {
            return Ok(None);
        }
        input.step()?;
        let rest = self.rest;
        let bytes = input.read(rest.first(HEAD_BYTES)).await?;
        let head = Head::parse(bytes).ok_or(Reason::Damaged)?;
        let body = rest.after(head.bytes);
        let body = body.first(head.length.unwrap_or(body.length));
        self.rest = rest.after(head.bytes).after(body.length);
        Ok(Some(Element { id: head.id, body }))
    }
}

/// The head of an element.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    id: u32,
    length: Option<u64>,
    bytes: u64,
}

impl Head {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (id, id_bytes) = number(bytes).filter(|(_, length)| *length <= 4)?;
        let (length, length_bytes) = number(bytes.get(id_bytes..)?)?;
        // The first bits that are zero say how long a number is, the next one is part of
        // what an element is, but not of its length.
        let mark = 1_u64.checked_shl(u32::try_from(length_bytes.checked_mul(7)?).ok()?)?;
        let length = length ^ mark;
        let unknown = mark.checked_sub(1)?;
        Some(Self {
            id: u32::try_from(id).ok()?,
            length: (length != unknown).then_some(length),
            bytes: u64::try_from(id_bytes.checked_add(length_bytes)?).ok()?,
        })
    }
}

/// Returns a number of one to eight bytes with its mark, and how many it has.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let zeros = usize::try_from(bytes.first()?.leading_zeros()).ok()?;
    let length = zeros.checked_add(1).filter(|length| *length <= 8)?;
    let number = bytes.get(..length)?.iter();
    Some((
        number.fold(0, |number, byte| number << 8 | u64::from(*byte)),
        length,
    ))
}

impl Element {
    /// Returns the value as a number.
    pub(super) async fn number(&self, input: &mut Input) -> Result<u64, Reason> {
        let bytes = input.read(self.body.first(8)).await?.iter();
        Ok(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Returns the value as a number that may have a fraction.
    pub(super) async fn float(&self, input: &mut Input) -> Result<Option<Float>, Reason> {
        Ok(Float::parse(input.read(self.body.first(8)).await?))
    }

    /// Returns the value as a text.
    pub(super) async fn text(&self, input: &mut Input) -> Result<Option<String>, Reason> {
        Ok(text::utf_8(
            input.read(self.body.first(text::ENOUGH_BYTES)).await?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_numbers_with_their_own_lengths() {
        let head = |id, length, bytes| Some(Head { id, length, bytes });
        for (bytes, expected) in [
            (&b"\xec\x81"[..], head(0xec, Some(1), 2)),
            (b"\x1a\x45\xdf\xa3\x40\x02", head(EBML, Some(2), 6)),
            (b"\x42\x82\x01\0\0\0\0\0\0\x07", head(0x4282, Some(7), 10)),
            (
                b"\x42\x82\x01\xff\xff\xff\xff\xff\xff\xfe",
                head(0x4282, Some((1 << 56) - 2), 10),
            ),
            // Lengths that are not known have all bits.
            (b"\xec\xff", head(0xec, None, 2)),
            (b"\xec\x01\xff\xff\xff\xff\xff\xff\xff", head(0xec, None, 9)),
            (b"\xec\x01\xff\xff\xff\xff\xff\xff", None),
            (b"\xec\0\xff\xff\xff\xff\xff\xff\xff\xff", None),
            (b"\x08\0\0\0\0\x81", None),
            (b"\xec", None),
            (b"\0", None),
            (b"", None),
        ] {
            assert_eq!(Head::parse(bytes), expected, "{bytes:x?}");
        }
    }

    const EBML: u32 = 0x1a45_dfa3;
}
