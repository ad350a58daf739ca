//! The tags of a film: a list of iTunes, or plain texts of QuickTime.

use crate::boxes::{self, BoxHead, Boxes};
use crate::bytes::Bytes;
use crate::facts::{Facts, Picture, Tag};
use crate::input::{Input, Reason, Span};
use crate::text;

/// Kind and country before the value in a box of data.
const DATA_BYTES: u64 = 8;

/// Length and language before a text of QuickTime.
const TEXT_HEAD_BYTES: u64 = 4;

/// Reads the tags of a film: those of iTunes and those of QuickTime.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let mut boxes = Boxes::within(body);
    while let Some(found) = boxes.next(input).await? {
        match (&found.kind, tag(&found.kind)) {
            (b"meta", _) => read_meta(input, found.body, facts).await?,
            (_, Some(tag)) => {
                let text = found.body.after(TEXT_HEAD_BYTES).first(text::ENOUGH_BYTES);
                facts.tags.add(tag, text::utf_8(input.read(text).await?));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads the box around the tags of iTunes. That of QuickTime has no version.
pub(super) async fn read_meta(
    input: &mut Input,
    body: Span,
    facts: &mut Facts,
) -> Result<(), Reason> {
    let [_, _, _, _, kind @ ..] = input.array::<8>(body.start).await?;
    let boxes = if kind == *b"hdlr" {
        body
    } else {
        body.after(4)
    };
    let Some(list) = boxes::find(input, boxes, b"ilst").await? else {
        return Ok(());
    };
    let mut items = Boxes::within(list);
    while let Some(item) = items.next(input).await? {
        if let Some(data) = boxes::find(input, item.body, b"data").await? {
            read_item(input, item, data.after(DATA_BYTES), facts).await?;
        }
    }
    Ok(())
}

async fn read_item(
    input: &mut Input,
    item: BoxHead,
    value: Span,
    facts: &mut Facts,
) -> Result<(), Reason> {
    let place = match &item.kind {
        b"trkn" => Tag::Track,
        b"disk" => Tag::Disc,
        b"covr" => {
            if facts.cover.is_none() {
                facts.cover = Picture::find(input, value).await?;
            }
            return Ok(());
        }
        kind => {
            if let Some(tag) = tag(kind) {
                let text = text::utf_8(input.read(value.first(text::ENOUGH_BYTES)).await?);
                facts.tags.add(tag, text);
            }
            return Ok(());
        }
    };
    let mut fields = Bytes::new(input.read(value.first(6)).await?);
    if let (Some(_), Some(number), Some(of)) = (fields.u16(), fields.u16(), fields.u16()) {
        facts.tags.add_place(place, number.into(), of.into());
    }
    Ok(())
}

/// Returns what a tag is about, by its kind in either form.
const fn tag(kind: &[u8; 4]) -> Option<Tag> {
    match kind {
        b"\xa9nam" => Some(Tag::Title),
        b"\xa9ART" => Some(Tag::Artist),
        b"\xa9alb" => Some(Tag::Album),
        b"aART" => Some(Tag::AlbumArtist),
        b"\xa9day" => Some(Tag::Date),
        _ => None,
    }
}
