//! Tags of MP3 (ID3): those of version 2 before the sound, and the old ones behind it.
//!
//! | file | holds |
//! | --- | --- |
//! | `head` | the head of a tag, and where it ends |
//! | `contents` | what is in a tag, without the bytes that keep it from looking like sound |
//! | `frame` | the head of one frame |
//! | `values` | texts, pictures and chapters in frames |
//! | `old` | tags of version 1 |

mod contents;
mod frame;
mod head;
mod old;
mod values;

pub(crate) use head::end_of_tags;
pub(crate) use old::{OLD_BYTES, read_old};

use crate::facts::{Facts, Tag};
use crate::input::{Input, Reason, Span};
use crate::sound::id3::contents::Contents;
use crate::sound::id3::frame::Frame;
use crate::sound::id3::head::Head;

/// Reads the tag at the start of a part of the file. Returns the place behind it.
pub(crate) async fn read(input: &mut Input, span: Span, facts: &mut Facts) -> Result<u64, Reason> {
    let Some(head) = Head::read(input, span.start).await? else {
        return Ok(span.start);
    };
    let body = span.after(head::HEAD_BYTES).first(head.length);
    let mut contents = Contents::new(body, head.is_escaped());
    if head.has_more_head() {
        let length = head
            .number(&contents.take(input, 4).await?)
            .ok_or(Reason::Damaged)?;
        // From version 4 on, the length counts itself.
        let counted = if head.version == 4 { 4 } else { 0 };
        contents.skip(input, length.saturating_sub(counted)).await?;
    }
    while let Some(frame) = Frame::next(input, &mut contents, &head).await? {
        let end = contents.taken().saturating_add(frame.length);
        values::read(input, &mut contents, &frame, facts).await?;
        contents
            .skip(input, end.saturating_sub(contents.taken()))
            .await?;
    }
    Ok(head.end(span.start))
}

/// Returns what a frame of text is about.
fn tag(id: &[u8]) -> Option<Tag> {
    match id {
        b"TIT2" | b"TT2" => Some(Tag::Title),
        b"TPE1" | b"TP1" => Some(Tag::Artist),
        b"TALB" | b"TAL" => Some(Tag::Album),
        b"TPE2" | b"TP2" => Some(Tag::AlbumArtist),
        b"TRCK" | b"TRK" => Some(Tag::Track),
        b"TPOS" | b"TPA" => Some(Tag::Disc),
        b"TDRC" | b"TYER" | b"TYE" => Some(Tag::Date),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
