//! WebP: chunks of RIFF with the size first, and EXIF at the end.

use crate::bytes::Bytes;
use crate::facts::{Facts, Size};
use crate::input::{Input, Reason};
use crate::picture::exif;
use crate::riff::Chunks;

/// Bits of a side in a picture of VP8.
const SIDE_BITS: u16 = 0x3fff;

/// Reads the facts of a WebP.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut chunks = Chunks::of_file(input, u32::from_le_bytes);
    while let Some(chunk) = chunks.next(input).await? {
        let size = match &chunk.kind {
            b"VP8X" => extended(&input.array(chunk.data.start).await?),
            b"VP8L" => lossless(&input.array(chunk.data.start).await?),
            b"VP8 " => lossy(&input.array(chunk.data.start).await?),
            b"EXIF" => {
                exif::read(input, chunk.data, facts).await?;
                continue;
            }
            _ => continue,
        };
        facts.size = facts.size.or(size);
    }
    facts.size.map(drop).ok_or(Reason::Damaged)
}

/// Returns the size of the canvas, of which each side is less by one.
fn extended(chunk: &[u8; 10]) -> Option<Size> {
    let mut fields = Bytes::new(chunk);
    let _flags = fields.u32_le()?;
    let (width, height) = (fields.u24_le()?, fields.u24_le()?);
    Size::new(width.checked_add(1)?, height.checked_add(1)?)
}

/// Returns the size of a picture without loss: two sides of 14 bits, less by one.
fn lossless(chunk: &[u8; 5]) -> Option<Size> {
    let mut fields = Bytes::new(chunk);
    let _signature = fields.u8()?;
    let sides = fields.u32_le()?;
    let side = |bits: u32| (bits & u32::from(SIDE_BITS)).checked_add(1);
    Size::new(side(sides)?, side(sides >> 14)?)
}

/// Returns the size of a picture with loss, behind the head of its frame.
fn lossy(chunk: &[u8; 10]) -> Option<Size> {
    let mut fields = Bytes::new(chunk);
    let _head = fields.u24()?;
    if fields.array()? != [0x9d, 0x01, 0x2a] {
        return None;
    }
    let (width, height) = (fields.u16_le()?, fields.u16_le()?);
    Size::new((width & SIDE_BITS).into(), (height & SIDE_BITS).into())
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::tests::{chunk, facts, read};

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        [&b"RIFF\0\0\0\0WEBP"[..], &chunks.concat()].concat()
    }

    #[test]
    fn all_three_forms_have_a_size() {
        let extended = chunk(b"VP8X", &[0x08, 0, 0, 0, 0x3f, 0x01, 0, 0xef, 0, 0]);
        let lossless = chunk(b"VP8L", &[0x2f, 0x3f, 0xc1, 0x3b, 0]);
        let lossy = chunk(
            b"VP8 ",
            &[0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x41, 0xf0, 0x40],
        );
        let exif = chunk(b"EXIF", &crate::tests::big_endian_exif());
        for chunks in [
            Vec::from([extended, lossy.clone(), exif.clone()]),
            Vec::from([lossless, exif.clone()]),
            Vec::from([lossy]),
        ] {
            let facts = facts(&file(&chunks));
            let size = facts.size.map(|size| (size.width, size.height));
            assert_eq!(size, Some((320, 240)));
            assert_eq!(facts.orientation.is_some(), chunks.contains(&exif));
        }
    }

    #[test]
    fn damaged_pictures() {
        for (chunks, expected) in [
            (Vec::new(), Reason::Damaged),
            (Vec::from([chunk(b"VP8 ", &[0; 10])]), Reason::Damaged),
            (
                Vec::from([chunk(b"VP8X", &[0xff; 10]), chunk(b"ALPH", &[])]),
                Reason::Damaged,
            ),
            (Vec::from([chunk(b"VP8L", &[])]), Reason::Truncated),
        ] {
            assert_eq!(read(&file(&chunks)), Err(expected), "{chunks:x?}");
        }
    }
}
