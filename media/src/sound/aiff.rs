//! AIFF and AIFF-C: chunks with the highest byte first.

use crate::bytes::Bytes;
use crate::facts::{Facts, Tag, Track, ticks};
use crate::input::{Input, Reason};
use crate::riff::Chunks;
use crate::sound::id3;
use crate::text;

/// Reads the facts of an AIFF.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut chunks = Chunks::of_file(input, u32::from_be_bytes);
    while let Some(chunk) = chunks.next(input).await? {
        let tag = match &chunk.kind {
            b"COMM" => {
                let common = input.read(chunk.data.first(22)).await?;
                read_common(common, facts).ok_or(Reason::Damaged)?;
                continue;
            }
            b"ID3 " | b"id3 " => {
                id3::read(input, chunk.data, facts).await?;
                continue;
            }
            b"NAME" => Tag::Title,
            b"AUTH" => Tag::Artist,
            _ => continue,
        };
        let value = text::utf_8(input.read(chunk.data.first(text::ENOUGH_BYTES)).await?);
        facts.tags.add(tag, value);
    }
    Ok(())
}

/// Reads the chunk with the count of samples and their rate.
fn read_common(common: &[u8], facts: &mut Facts) -> Option<()> {
    let mut fields = Bytes::new(common);
    let _channels = fields.u16()?;
    let frames = fields.u32()?;
    let _bits = fields.u16()?;
    facts.duration = ticks(frames.into(), rate(fields.array()?)?);
    // AIFF-C says what the samples are; those of AIFF are plain numbers.
    let codec = fields.array().and_then(text::four_letters);
    facts.add_track(Track::sound(codec.as_deref().unwrap_or("twos")));
    Some(())
}

/// Returns a rate, which is a number with a point in 80 bits: fifteen for the exponent, and
/// one digit before the point.
fn rate(bytes: [u8; 10]) -> Option<u64> {
    let mut fields = Bytes::new(&bytes);
    let (exponent, digits) = (fields.u16()?, fields.u64()?);
    let point = u32::from(exponent).checked_sub(16_383)?;
    digits.checked_shr(63_u32.checked_sub(point)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_numbers_with_a_point() {
        for (exponent, digits, expected) in [
            (16_383, 1 << 63, Some(1)),
            (16_398, 0xac44 << 48, Some(44_100)),
            (16_398, 0xbb80 << 48, Some(48_000)),
            (16_382, 1 << 63, None),
            (16_447, 1 << 63, None),
            (0, 0, None),
            (u16::MAX, u64::MAX, None),
        ] {
            let mut bytes = [0; 10];
            bytes[..2].copy_from_slice(&u16::to_be_bytes(exponent));
            bytes[2..].copy_from_slice(&u64::to_be_bytes(digits));
            assert_eq!(rate(bytes), expected, "{exponent} {digits:x}");
        }
    }
}
