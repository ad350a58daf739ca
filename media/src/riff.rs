//! Chunks of RIFF, and those of AIFF, which are the same with the highest byte first.

use crate::input::{Input, Reason, Span};

/// Four letters, a length, and the four letters of the form.
const FORM_BYTES: u64 = 12;

/// Kind and length of a chunk.
const HEAD_BYTES: u64 = 8;

/// A chunk: its kind, and the place of its data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    pub(crate) kind: [u8; 4],
    pub(crate) data: Span,
}

/// The chunks of a form or of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunks {
    rest: Span,
    number: fn([u8; 4]) -> u32,
}

impl Chunks {
    /// Returns those of a file. Its own length is not believed, because players that stop
    /// in the middle of a recording leave it at zero.
    pub(crate) const fn of_file(input: &Input, number: fn([u8; 4]) -> u32) -> Self {
        Self::within(input.whole().after(FORM_BYTES), number)
    }

    /// Returns those in a part of the file.
    pub(crate) const fn within(rest: Span, number: fn([u8; 4]) -> u32) -> Self {
        Self { rest, number }
    }

    /// Returns the next chunk. Its data may end behind the file.
    pub(crate) async fn next(&mut self, input: &mut Input) -> Result<Option<Chunk>, Reason> {
        if self.rest.length < HEAD_BYTES {
            return Ok(None);
        }
        input.step()?;
        let [a, b, c, d, length @ ..] = input.array::<8>(self.rest.start).await?;
        let length = u64::from((self.number)(length));
        let data = Span::new(self.rest.after(HEAD_BYTES).start, length);
        // Chunks begin at even places.
        let padded = length.saturating_add(length % 2);
        self.rest = self.rest.after(padded.saturating_add(HEAD_BYTES));
        let kind = [a, b, c, d];
        Ok(Some(Chunk { kind, data }))
    }
}
