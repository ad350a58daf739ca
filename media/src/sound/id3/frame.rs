//! The head of one frame.

use crate::bytes::Bytes;
use crate::input::{Input, Reason};
use crate::sound::id3::contents::Contents;
use crate::sound::id3::head::Head;

/// Flags of the contents of a frame in version 2.3.
const COMPRESSED_3: u8 = 0x80;
const ENCRYPTED_3: u8 = 0x40;
const GROUPED_3: u8 = 0x20;

/// The same in version 2.4, which has two more.
const GROUPED_4: u8 = 0x40;
const COMPRESSED_4: u8 = 0x08;
const ENCRYPTED_4: u8 = 0x04;
const ESCAPED_4: u8 = 0x02;
const HAS_LENGTH_4: u8 = 0x01;

/// A frame: what it is, and how its contents are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Four letters; in version 2.2 three and a space.
    id: [u8; 4],
    pub(super) length: u64,
    pub(super) head: Head,
    flags: u8,
}

impl Frame {
    /// Takes the head of the next frame. Behind the last one there is nothing or zeros, and
    /// no frame ends behind its tag.
    pub(super) async fn next(
        input: &mut Input,
        contents: &mut Contents,
        head: &Head,
    ) -> Result<Option<Self>, Reason> {
        input.step()?;
        let bytes = contents.take(input, Self::head_bytes(head)).await?;
        let frame = Self::parse(&mut Bytes::new(&bytes), head);
        Ok(frame.filter(|frame| frame.length <= contents.most_left()))
    }

    const fn head_bytes(head: &Head) -> u64 {
        if head.version == 2 { 6 } else { 10 }
    }

    /// Takes the head of a frame from bytes.
    pub(super) fn parse(fields: &mut Bytes<'_>, head: &Head) -> Option<Self> {
        let (id, length, flags) = if head.version == 2 {
            let [a, b, c] = fields.array()?;
            ([a, b, c, b' '], fields.u24()?.into(), 0)
        } else {
            let id = fields.array()?;
            let length = head.number(fields.take(4)?)?;
            let [_, flags] = fields.array()?;
            (id, length, flags)
        };
        let [first, ..] = id;
        (first != 0).then_some(Self {
            id,
            length,
            head: *head,
            flags,
        })
    }

    /// Returns what it is, by three or four letters.
    pub(super) fn id(&self) -> &[u8] {
        self.id.trim_ascii_end()
    }

    /// Whether nobody can read its contents: they are compressed or encrypted.
    pub(super) const fn is_packed(&self) -> bool {
        let packed = match self.head.version {
            4 => COMPRESSED_4 | ENCRYPTED_4,
            _ => COMPRESSED_3 | ENCRYPTED_3,
        };
        self.flags & packed != 0
    }

    /// Whether zeros were put into its contents.
    pub(super) const fn is_escaped(&self) -> bool {
        self.head.version == 4 && self.flags & ESCAPED_4 != 0
    }

    /// Returns the bytes before its value: its group, and its length without zeros.
    pub(super) fn before_value(&self) -> u64 {
        let has = |flag| u64::from(self.flags & flag != 0);
        match self.head.version {
            4 => has(GROUPED_4).saturating_add(has(HAS_LENGTH_4).saturating_mul(4)),
            _ => has(GROUPED_3),
        }
    }
}
