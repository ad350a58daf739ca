//! FLAC: blocks of facts before the frames.

use crate::bytes::Bytes;
use crate::facts::{FRONT_COVER, Facts, Picture, Track, ticks};
use crate::input::{Input, Reason, Span};
use crate::sound::id3;
use crate::sound::vorbis::{self, Block};

/// `fLaC` at the start.
const MAGIC_BYTES: u64 = 4;

/// Kind and length of a block.
const HEAD_BYTES: u64 = 4;

/// Kinds of blocks (RFC 9639 §8.1). The bit before them is that of the last one.
const STREAM_INFO: u8 = 0;
const COMMENTS: u8 = 4;
const PICTURE: u8 = 6;
const KIND: u8 = 0x7f;
const IS_LAST: u8 = 0x80;

/// Most bytes of the texts before a picture that are looked at.
const PICTURE_HEAD_BYTES: u64 = 4 * 1024;

/// Reads the facts of a FLAC. Some programs write the tags of MP3 before it.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let start = id3::end_of_tags(input).await?;
    if input.array(start).await? != *b"fLaC" {
        return Err(Reason::Damaged);
    }
    let mut rest = input.whole().after(start).after(MAGIC_BYTES);
    let mut is_front = false;
    loop {
        input.step()?;
        let [kind, a, b, c] = input.array(rest.start).await?;
        let length = u64::from(u32::from_be_bytes([0, a, b, c]));
        let block = Span::new(rest.after(HEAD_BYTES).start, length);
        match kind & KIND {
            STREAM_INFO => {
                read_stream(&input.array(block.start).await?, facts).ok_or(Reason::Damaged)?;
            }
            COMMENTS => vorbis::read(input, &mut Block::new(block), facts).await?,
            PICTURE if !is_front => {
                let head = input.read(block.first(PICTURE_HEAD_BYTES)).await?;
                if let Some((kind, part)) = picture(head)
                    && (kind == FRONT_COVER || facts.cover.is_none())
                {
                    let data = block.after(part.start).first(part.length);
                    facts.cover = Picture::find(input, data).await?.or(facts.cover);
                    is_front = kind == FRONT_COVER;
                }
            }
            _ => {}
        }
        if kind & IS_LAST != 0 {
            return Ok(());
        }
        rest = rest.after(HEAD_BYTES).after(length);
    }
}

/// Reads the rate and the count of samples, which share eight bytes: 20 bits, 8 bits for
/// other things, and 36 bits.
pub(crate) fn read_stream(block: &[u8; 18], facts: &mut Facts) -> Option<()> {
    let mut fields = Bytes::new(block);
    fields.skip(10)?;
    let packed = fields.u64()?;
    let rate = packed >> 44;
    let samples = packed & 0xf_ffff_ffff;
    facts.duration = ticks(samples, rate);
    facts.add_track(Track::sound("flac"));
    (rate > 0).then_some(())
}

/// Returns the kind of a picture, and its place in the block.
fn picture(block: &[u8]) -> Option<(u32, Span)> {
    let mut fields = Bytes::new(block);
    let kind = fields.u32()?;
    for _texts in 0..2 {
        let length = fields.u32()?;
        fields.skip(usize::try_from(length).ok()?)?;
    }
    // Width, height, and two numbers of its colours.
    fields.skip(16)?;
    let length = fields.u32()?;
    let before = block.len().checked_sub(fields.rest().len())?;
    Some((kind, Span::new(u64::try_from(before).ok()?, length.into())))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::time::Duration;

    use super::*;
    use crate::tests::{facts, read};

    fn block(kind: u8, body: &[u8]) -> Vec<u8> {
        let [_, length @ ..] = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind][..], &length, body].concat()
    }

    /// Half a second with 48,000 samples a second.
    fn stream() -> Vec<u8> {
        let packed = (48_000_u64 << 44 | 24_000).to_be_bytes();
        block(STREAM_INFO, &[&[0; 10][..], &packed, &[0; 16]].concat())
    }

    fn picture_block(kind: u32, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        let texts = b"\0\0\0\x0aimage/jpeg\0\0\0\x02hi";
        block(
            PICTURE,
            &[&kind.to_be_bytes()[..], texts, &[0; 16], &length, data].concat(),
        )
    }

    fn file(blocks: &[Vec<u8>]) -> Vec<u8> {
        [&b"fLaC"[..], &blocks.concat(), &[IS_LAST | 1, 0, 0, 0]].concat()
    }

    #[test]
    fn blocks_are_facts() {
        let comments = block(COMMENTS, b"\x01\0\0\0x\x01\0\0\0\x09\0\0\0TITLE=One");
        let back = picture_block(4, b"\xff\xd8\xff\xe0 back");
        let front = picture_block(FRONT_COVER, b"\xff\xd8\xff\xe0 front");
        let second = picture_block(FRONT_COVER, b"\xff\xd8\xff\xe0 second");
        let file = file(&[stream(), comments, back, front, second]);
        let tagged = [&b"ID3\x03\0\0\0\0\0\x02\0\0"[..], &file].concat();
        for file in [file, tagged] {
            let facts = facts(&file);
            assert_eq!(facts.duration, Some(Duration::from_millis(500)));
            assert_eq!(facts.tags.title.as_deref(), Some("One"));
            let span = facts.cover.unwrap().span;
            let start = usize::try_from(span.start).unwrap();
            assert!(
                file.get(start..)
                    .unwrap()
                    .starts_with(b"\xff\xd8\xff\xe0 front")
            );
            assert_eq!((span.length, facts.cut), (10, None));
        }
    }

    #[test]
    fn damaged_sound() {
        let endless = block(COMMENTS, b"\0\0\0\0\xff\xff\xff\xff");
        let far = block(PICTURE, &[&[0; 8][..], b"\xff\xff\xff\xff"].concat());
        let no_rate = block(STREAM_INFO, &[0; 34]);
        for (file, expected) in [
            (file(&[stream(), endless]), Ok(Some(Reason::Damaged))),
            (file(&[stream(), far]), Ok(None)),
            (file(&[stream(), picture_block(3, b"<html>")]), Ok(None)),
            (file(&[no_rate]), Ok(Some(Reason::Damaged))),
            (b"fLaC\0\xff\xff\xff".to_vec(), Err(Reason::Truncated)),
            (
                b"fLaC\x01\xff\xff\xff\0\0\0\0".to_vec(),
                Err(Reason::Truncated),
            ),
        ] {
            assert_eq!(read(&file).map(|it| it.cut), expected, "{file:x?}");
        }
    }
}
