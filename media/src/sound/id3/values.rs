//! Values in frames: texts, pictures and chapters.

use alloc::string::String;
use core::time::Duration;

use crate::bytes::Bytes;
use crate::facts::{Chapter, FRONT_COVER, Facts, Picture};
use crate::input::{Input, Reason};
use crate::sound::id3::contents::{self, Contents};
use crate::sound::id3::frame::Frame;
use crate::sound::id3::tag;
use crate::text;

/// Bytes of a chapter that are looked at: its name, times and title. A picture may follow.
const CHAPTER_BYTES: u64 = 2 * text::ENOUGH_BYTES;

/// Bytes of the texts before a picture that are looked at.
const PICTURE_HEAD_BYTES: u64 = text::ENOUGH_BYTES;

/// Encodings of texts.
const LATIN_1: u8 = 0;
const UTF_16: u8 = 1;
const UTF_16_BE: u8 = 2;

/// Reads the value of a frame, as far as it is needed.
pub(super) async fn read(
    input: &mut Input,
    contents: &mut Contents,
    frame: &Frame,
    facts: &mut Facts,
) -> Result<(), Reason> {
    if frame.is_packed() {
        return Ok(());
    }
    let before = frame.before_value().min(frame.length);
    match frame.id() {
        b"APIC" | b"PIC" if !frame.is_escaped() => {
            contents.skip(input, before).await?;
            read_picture(
                input,
                contents,
                frame,
                frame.length.saturating_sub(before),
                facts,
            )
            .await
        }
        b"CHAP" => {
            let value = value(input, contents, frame, CHAPTER_BYTES).await?;
            if let Some(chapter) = chapter(&value, frame) {
                facts.add_chapter(chapter);
            }
            Ok(())
        }
        id => {
            if let Some(tag) = tag(id) {
                let value = value(input, contents, frame, text::ENOUGH_BYTES).await?;
                facts.tags.add(tag, encoded(&value));
            }
            Ok(())
        }
    }
}

/// Takes the value of a frame, up to so many bytes.
async fn value(
    input: &mut Input,
    contents: &mut Contents,
    frame: &Frame,
    most: u64,
) -> Result<alloc::vec::Vec<u8>, Reason> {
    let before = frame.before_value().min(frame.length);
    contents.skip(input, before).await?;
    let length = frame.length.saturating_sub(before).min(most);
    let value = contents.take(input, length).await?;
    Ok(if frame.is_escaped() {
        contents::without_zeros(&value)
    } else {
        value
    })
}

/// Returns a text behind the number of its encoding.
fn encoded(value: &[u8]) -> Option<String> {
    let (encoding, text) = value.split_first()?;
    match *encoding {
        LATIN_1 => text::latin_1(text),
        UTF_16 => text::utf_16(text, u16::from_le_bytes),
        UTF_16_BE => text::utf_16(text, u16::from_be_bytes),
        _ => text::utf_8(text),
    }
}

/// Reads the texts before a picture, and keeps the place of the picture: that of the front
/// cover, or else of the first one. In an escaped tag it stands nowhere as it is.
async fn read_picture(
    input: &mut Input,
    contents: &mut Contents,
    frame: &Frame,
    length: u64,
    facts: &mut Facts,
) -> Result<(), Reason> {
    let Some(plain) = contents.plain().map(|rest| rest.first(length)) else {
        return Ok(());
    };
    let head = contents.take(input, length.min(PICTURE_HEAD_BYTES)).await?;
    if let Some((kind, before)) = before_picture(&head, frame.id() == b"PIC")
        && (facts.cover.is_none() || u32::from(kind) == FRONT_COVER)
    {
        let picture = Picture::find(input, plain.after(before)).await?;
        facts.cover = picture.or(facts.cover);
    }
    Ok(())
}

/// Returns the kind of a picture, and the bytes of the texts before it: an encoding, a
/// media type, the kind, and a description that ends with a zero in its encoding.
fn before_picture(head: &[u8], is_old: bool) -> Option<(u8, u64)> {
    let mut fields = Bytes::new(head);
    let encoding = fields.u8()?;
    if is_old {
        fields.skip(3)?;
    } else {
        let end = fields.rest().iter().position(|byte| *byte == 0)?;
        fields.skip(end.checked_add(1)?)?;
    }
    let kind = fields.u8()?;
    let description = fields.rest();
    let end = if matches!(encoding, UTF_16 | UTF_16_BE) {
        let (letters, _) = description.as_chunks::<2>();
        let end = letters.iter().position(|letter| letter == &[0, 0])?;
        end.checked_add(1)?.checked_mul(2)?
    } else {
        description
            .iter()
            .position(|byte| *byte == 0)?
            .checked_add(1)?
    };
    fields.skip(end)?;
    let before = head.len().checked_sub(fields.rest().len())?;
    Some((kind, u64::try_from(before).ok()?))
}

/// Returns a chapter: a name that ends with a zero, two times, two places, and frames, of
/// which one is its title.
fn chapter(value: &[u8], frame: &Frame) -> Option<Chapter> {
    let end = value.iter().position(|byte| *byte == 0)?;
    let mut fields = Bytes::new(value.get(end.checked_add(1)?..)?);
    let start = fields.u32()?;
    fields.skip(12)?;
    let mut title = None;
    while let Some(part) = Frame::parse(&mut fields, &frame.head) {
        let length = usize::try_from(part.length).ok()?.min(fields.rest().len());
        let value = fields.take(length)?;
        if part.id() == b"TIT2" && !part.is_packed() {
            title = encoded(value);
            break;
        }
    }
    Some(Chapter {
        start: Duration::from_millis(start.into()),
        title,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_follow_texts() {
        for (head, is_old, expected) in [
            (&b"\0image/jpeg\0\x03\0\xff\xd8"[..], false, Some((3, 14))),
            (
                b"\x01image/png\0\x04\xff\xfea\0\0\0\x89P",
                false,
                Some((4, 18)),
            ),
            (b"\0JPG\x03name\0\xff", true, Some((3, 10))),
            (b"\0image/jpeg", false, None),
            (b"\x01image/png\0\x04a\0b", false, None),
            (b"", true, None),
        ] {
            assert_eq!(before_picture(head, is_old), expected, "{head:x?}");
        }
    }

    #[test]
    fn texts_have_an_encoding() {
        for (value, expected) in [
            (&b"\0B\xe4r"[..], Some("Bär")),
            (b"\x01\xff\xfeB\0", Some("B")),
            (b"\x02\0B", Some("B")),
            (b"\x03B\xc3\xa4r", Some("Bär")),
            (b"\x03", None),
            (b"", None),
        ] {
            assert_eq!(encoded(value).as_deref(), expected, "{value:x?}");
        }
    }
}
