//! The head of a tag.

use crate::bytes::Bytes;
use crate::input::{Input, Reason};

pub(super) const HEAD_BYTES: u64 = 10;

/// Flags of a tag.
const IS_ESCAPED: u8 = 0x80;
const HAS_MORE_HEAD: u8 = 0x40;
const HAS_FOOT: u8 = 0x10;

/// The head of a tag of version 2.2, 2.3 or 2.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The number behind the point: 2, 3 or 4.
    pub(super) version: u8,
    flags: u8,
    /// Bytes of the tag behind its head.
    pub(super) length: u64,
}

impl Head {
    /// Reads the head at a place, if a tag begins there.
    pub(super) async fn read(input: &mut Input, place: u64) -> Result<Option<Self>, Reason> {
        if input.whole().after(place).length < HEAD_BYTES {
            return Ok(None);
        }
        input.step()?;
        let bytes: [u8; 10] = input.array(place).await?;
        Ok(Self::parse(&bytes))
    }

    fn parse(bytes: &[u8; 10]) -> Option<Self> {
        let [b'I', b'D', b'3', version @ 2..=4, _, flags, length @ ..] = *bytes else {
            return None;
        };
        let length = seven_bits(&length)?;
        Some(Self {
            version,
            flags,
            length,
        })
    }

    /// Whether zeros were put into the whole tag, so that nothing in it looks like sound.
    /// Version 2.4 does so in each frame.
    pub(super) const fn is_escaped(&self) -> bool {
        self.version < 4 && self.flags & IS_ESCAPED != 0
    }

    /// Whether more of a head follows, of which nobody needs anything.
    pub(super) const fn has_more_head(&self) -> bool {
        self.version > 2 && self.flags & HAS_MORE_HEAD != 0
    }

    /// Returns the place behind the tag.
    pub(super) const fn end(&self, start: u64) -> u64 {
        let foot = if self.version == 4 && self.flags & HAS_FOOT != 0 {
            HEAD_BYTES
        } else {
            0
        };
        start
            .saturating_add(HEAD_BYTES)
            .saturating_add(self.length)
            .saturating_add(foot)
    }

    /// Returns a number of four bytes: from version 2.4 on, it has seven bits in each. Some
    /// programs did not know that, so other numbers are taken as they are.
    pub(super) fn number(&self, bytes: &[u8]) -> Option<u64> {
        let plain = Bytes::new(bytes).u32().map(u64::from);
        match self.version {
            4 => seven_bits(bytes).or(plain),
            _ => plain,
        }
    }
}

/// Returns a number with seven bits in each of four bytes.
fn seven_bits(bytes: &[u8]) -> Option<u64> {
    let bytes: &[u8; 4] = bytes.first_chunk()?;
    let is_plain = bytes.iter().all(|byte| *byte < 0x80);
    let number = bytes
        .iter()
        .fold(0, |number, byte| number << 7 | u64::from(*byte));
    is_plain.then_some(number)
}

/// Returns the place behind all tags at the start of a file. It is never behind its end.
pub(crate) async fn end_of_tags(input: &mut Input) -> Result<u64, Reason> {
    let mut end = 0;
    while let Some(head) = Head::read(input, end).await? {
        end = input.whole().first(head.end(end)).end();
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_tags() {
        for (bytes, expected) in [
            (b"ID3\x03\0\0\0\0\x02\x01", Some((3, 257, 267))),
            (
                b"ID3\x04\0\x10\x01\0\0\0",
                Some((4, 1 << 21, (1 << 21) + 20)),
            ),
            (b"ID3\x02\0\x80\0\0\0\x7f", Some((2, 127, 137))),
            (b"ID3\x05\0\0\0\0\x02\x01", None),
            (b"ID3\x03\0\0\x80\0\x02\x01", None),
            (b"TAGTAGTAGT", None),
        ] {
            let found = Head::parse(bytes).map(|it| (it.version, it.length, it.end(0)));
            assert_eq!(found, expected, "{bytes:x?}");
        }
    }
}
