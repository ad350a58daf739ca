//! Boxes: a kind and a length, and then fields or further boxes.

use crate::bytes::Bytes;
use crate::input::{Input, Reason, Span};

/// Length and kind; if the length is one, the real one follows in eight bytes.
const HEAD_BYTES: u64 = 8;
const LONG_HEAD_BYTES: u64 = 16;

/// Version and flags at the start of many boxes.
const VERSION_BYTES: u64 = 4;

/// A box: its kind, and the place of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BoxHead {
    pub(crate) kind: [u8; 4],
    pub(crate) body: Span,
}

/// The boxes in a part of a file, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Boxes {
    rest: Span,
}

impl Boxes {
    pub(crate) const fn within(rest: Span) -> Self {
        Self { rest }
    }

    /// Returns the next box. It never ends behind what it is in, and never where it starts.
    pub(crate) async fn next(&mut self, input: &mut Input) -> Result<Option<BoxHead>, Reason> {
        // Some programs end a list of boxes with four zeros.
        if self.rest.length < HEAD_BYTES {
            return Ok(None);
        }
        input.step()?;
        let [length @ .., a, b, c, d] = input.array::<8>(self.rest.start).await?;
        let (head, length) = match u32::from_be_bytes(length) {
            0 => (HEAD_BYTES, self.rest.length),
            1 => {
                let long = input.array(self.rest.after(HEAD_BYTES).start).await?;
                (LONG_HEAD_BYTES, u64::from_be_bytes(long))
            }
            length => (HEAD_BYTES, length.into()),
        };
        if length < head {
            return Err(Reason::Damaged);
        }
        let body = self.rest.first(length).after(head);
        self.rest = self.rest.after(length);
        let kind = [a, b, c, d];
        Ok(Some(BoxHead { kind, body }))
    }
}

/// Returns the first box of a kind in a part of a file.
pub(crate) async fn find(
    input: &mut Input,
    span: Span,
    kind: &[u8; 4],
) -> Result<Option<Span>, Reason> {
    let mut boxes = Boxes::within(span);
    while let Some(found) = boxes.next(input).await? {
        if found.kind == *kind {
            return Ok(Some(found.body));
        }
    }
    Ok(None)
}

/// Returns the version of a box, its flags, and up to so many bytes behind them.
pub(crate) async fn full(
    input: &mut Input,
    body: Span,
    most: u64,
) -> Result<(u8, u32, Bytes<'_>), Reason> {
    let bytes = input
        .read(body.first(most.saturating_add(VERSION_BYTES)))
        .await?;
    let mut fields = Bytes::new(bytes);
    let head = fields.u8().zip(fields.u24());
    let (version, flags) = head.ok_or(Reason::Damaged)?;
    Ok((version, flags, fields))
}
