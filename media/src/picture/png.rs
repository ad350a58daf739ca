//! PNG: a chain of chunks, of which the first has the size.

use crate::bytes::Bytes;
use crate::facts::{Facts, Size};
use crate::input::{Input, Reason, Span};
use crate::picture::exif;

const SIGNATURE_BYTES: u64 = 8;

/// Length and kind before the data of a chunk, and the check sum behind it.
const HEAD_BYTES: u64 = 8;
const CHECK_BYTES: u64 = 4;
const AROUND_BYTES: u64 = HEAD_BYTES + CHECK_BYTES;

/// Reads the facts of a PNG. What is behind the pixels is not looked for.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut rest = input.whole().after(SIGNATURE_BYTES);
    loop {
        input.step()?;
        let head: [u8; 8] = input.array(rest.start).await?;
        let mut fields = Bytes::new(&head);
        let length = u64::from(fields.u32().unwrap_or_default());
        let data = Span::new(rest.after(HEAD_BYTES).start, length);
        match fields.rest() {
            b"IHDR" => facts.size = size(&input.array(data.start).await?),
            b"eXIf" => exif::read(input, data, facts).await?,
            b"IDAT" | b"IEND" => return Ok(()),
            _ if facts.size.is_none() => return Err(Reason::Damaged),
            _ => {}
        }
        rest = rest.after(length.saturating_add(AROUND_BYTES));
    }
}

fn size(sides: &[u8; 8]) -> Option<Size> {
    let mut fields = Bytes::new(sides);
    Size::new(fields.u32()?, fields.u32()?)
}
