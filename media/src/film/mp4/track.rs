//! One track of a film.

use alloc::string::String;

use crate::boxes::{self, Boxes};
use crate::bytes::Bytes;
use crate::facts::{Facts, Kind, Size, Track};
use crate::film::mp4::{sample_entry, time};
use crate::input::{Input, Reason, Span};
use crate::text;

/// Time scale of a track, with the number of the track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) track: u32,
    pub(super) ticks_per_second: u64,
}

/// A track of which not all has been seen yet.
#[derive(Default)]
struct Found {
    number: u32,
    ticks_per_second: u64,
    kind: Option<Kind>,
    codec: Option<String>,
    language: Option<String>,
    name: Option<String>,
    size: Option<Size>,
    is_enabled: bool,
    is_turned: bool,
    is_forced: bool,
}

/// Reads a track. Only films, sounds and subtitles are told; the list of chapters is a
/// track, too, and so are the places of a camera.
pub(super) async fn read(
    input: &mut Input,
    body: Span,
    facts: &mut Facts,
) -> Result<Option<Timing>, Reason> {
    let mut track = Found::default();
    let mut boxes = Boxes::within(body);
    while let Some(found) = boxes.next(input).await? {
        match &found.kind {
            b"tkhd" => {
                let (version, flags, fields) = boxes::full(input, found.body, 92).await?;
                track.is_enabled = flags & 1 != 0;
                track.read_head(version, fields).ok_or(Reason::Damaged)?;
            }
            b"mdia" => track.read_media(input, found.body).await?,
            b"udta" => {
                if let Some(body) = boxes::find(input, found.body, b"name").await? {
                    track.name = text::utf_8(input.read(body.first(text::ENOUGH_BYTES)).await?);
                }
            }
            _ => {}
        }
    }
    Ok(track.add_to(facts))
}

impl Found {
    /// Reads the number of the track, and whether its picture is turned by a quarter: the
    /// matrix has zeros where it would scale then.
    fn read_head(&mut self, version: u8, mut fields: Bytes<'_>) -> Option<()> {
        time::number(version, &mut fields)?;
        time::number(version, &mut fields)?;
        self.number = fields.u32()?;
        fields.skip(4)?;
        time::number(version, &mut fields)?;
        fields.skip(16)?;
        let (across, down) = (fields.u32()?, fields.u32()?);
        self.is_turned = across == 0 && down != 0;
        Some(())
    }

    async fn read_media(&mut self, input: &mut Input, body: Span) -> Result<(), Reason> {
        let mut boxes = Boxes::within(body);
        while let Some(found) = boxes.next(input).await? {
            match &found.kind {
                b"mdhd" => {
                    let (version, _, fields) = boxes::full(input, found.body, 32).await?;
                    self.read_media_head(version, fields)
                        .ok_or(Reason::Damaged)?;
                }
                b"elng" => {
                    let (_, _, fields) = boxes::full(input, found.body, 36).await?;
                    let tag = core::str::from_utf8(fields.rest()).ok();
                    self.language = tag.and_then(text::language).or(self.language.take());
                }
                b"hdlr" => {
                    let (_, _, mut fields) = boxes::full(input, found.body, 8).await?;
                    fields.skip(4).ok_or(Reason::Damaged)?;
                    self.kind = match fields.rest() {
                        b"vide" => Some(Kind::Video),
                        b"soun" => Some(Kind::Audio),
                        b"sbtl" | b"subt" | b"text" | b"clcp" | b"subp" => Some(Kind::Subtitles),
                        _ => None,
                    };
                }
                b"minf" => self.read_samples(input, found.body).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads how the track counts its time, and its language: three letters of five bits.
    fn read_media_head(&mut self, version: u8, mut fields: Bytes<'_>) -> Option<()> {
        (self.ticks_per_second, _) = time::times(version, fields)?;
        fields.skip(if version == 0 { 16 } else { 28 })?;
        let packed = fields.u16()?;
        let letters = [packed >> 10, packed >> 5, packed];
        let letters = letters.map(|bits| char::from_u32(u32::from(bits & 0x1f | 0x60)));
        let letters: Option<String> = letters.into_iter().collect();
        let language = letters.as_deref().and_then(text::language);
        self.language = self.language.take().or(language);
        Some(())
    }

    /// Reads the first description of samples. More than one are for films that change
    /// their codec on the way.
    async fn read_samples(&mut self, input: &mut Input, body: Span) -> Result<(), Reason> {
        let Some(table) = boxes::find(input, body, b"stbl").await? else {
            return Ok(());
        };
        let Some(list) = boxes::find(input, table, b"stsd").await? else {
            return Ok(());
        };
        let mut entries = Boxes::within(list.after(8));
        if let (Some(kind), Some(entry)) = (self.kind, entries.next(input).await?) {
            let sample = sample_entry::read(input, kind, entry).await?;
            (self.codec, self.size, self.is_forced) = (sample.codec, sample.size, sample.is_forced);
        }
        Ok(())
    }

    /// Adds the track to the facts.
    fn add_to(self, facts: &mut Facts) -> Option<Timing> {
        let is_chapters =
            self.kind == Some(Kind::Subtitles) && self.codec.as_deref() == Some("text");
        let kind = self.kind.filter(|_| !is_chapters)?;
        let turned = self.size.filter(|_| self.is_turned).map(Size::turned);
        facts.size = facts.size.or(turned).or(self.size);
        facts.add_track(Track {
            kind,
            codec: self.codec,
            language: self.language,
            name: self.name,
            is_default: self.is_enabled,
            is_forced: self.is_forced,
        });
        Some(Timing {
            track: self.number,
            ticks_per_second: self.ticks_per_second,
        })
    }
}
