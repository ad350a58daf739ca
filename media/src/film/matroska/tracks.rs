//! The tracks of a film.

use alloc::string::String;

use crate::facts::{Facts, Kind, Size, Track};
use crate::film::codec::SETTINGS_BYTES;
use crate::film::matroska::codec;
use crate::film::matroska::element::{Element, Elements};
use crate::input::{Input, Reason, Span};
use crate::text;

pub(super) const TRACKS: u32 = 0x1654_ae6b;
const ENTRY: u32 = 0xae;
const TYPE: u32 = 0x83;
const IS_DEFAULT: u32 = 0x88;
const IS_FORCED: u32 = 0x55aa;
const NAME: u32 = 0x536e;
const LANGUAGE: u32 = 0x0022_b59c;
const LANGUAGE_BCP_47: u32 = 0x0022_b59d;
const CODEC_ID: u32 = 0x86;
const CODEC_SETTINGS: u32 = 0x63a2;
const VIDEO: u32 = 0xe0;
const WIDTH: u32 = 0xb0;
const HEIGHT: u32 = 0xba;

/// Kinds of tracks by their numbers.
const FILM: u64 = 1;
const SOUND: u64 = 2;
const SUBTITLES: u64 = 17;

/// Language of a track that does not say one (RFC 9559 §5.1.4.1.19).
const DEFAULT_LANGUAGE: &str = "eng";

/// A track of which not all has been seen yet.
#[derive(Default)]
struct Entry {
    kind: u64,
    is_not_default: bool,
    is_forced: bool,
    name: Option<String>,
    language: Option<String>,
    language_bcp_47: Option<String>,
    codec: Option<String>,
    settings: Option<Span>,
    size: Option<Size>,
}

/// Reads the tracks.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let mut entries = Elements::within(body);
    while let Some(found) = entries.next(input).await? {
        if found.id == ENTRY {
            let mut entry = Entry::default();
            let mut fields = Elements::within(found.body);
            while let Some(field) = fields.next(input).await? {
                entry.read_field(input, field).await?;
            }
            entry.add_to(input, facts).await?;
        }
    }
    Ok(())
}

impl Entry {
    async fn read_field(&mut self, input: &mut Input, field: Element) -> Result<(), Reason> {
        match field.id {
            TYPE => self.kind = field.number(input).await?,
            IS_DEFAULT => self.is_not_default = field.number(input).await? == 0,
            IS_FORCED => self.is_forced = field.number(input).await? != 0,
            NAME => self.name = field.text(input).await?,
            LANGUAGE => self.language = field.text(input).await?,
            LANGUAGE_BCP_47 => self.language_bcp_47 = field.text(input).await?,
            CODEC_ID => self.codec = field.text(input).await?,
            CODEC_SETTINGS => self.settings = Some(field.body.first(SETTINGS_BYTES)),
            VIDEO => self.size = size(input, field.body).await?,
            _ => {}
        }
        Ok(())
    }

    /// Adds the track to the facts, if it is a film, a sound or subtitles.
    async fn add_to(self, input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
        let kind = match self.kind {
            FILM => Kind::Video,
            SOUND => Kind::Audio,
            SUBTITLES => Kind::Subtitles,
            _ => return Ok(()),
        };
        let settings = match self.settings {
            Some(span) => input.read(span).await?,
            None => &[],
        };
        let codec = self
            .codec
            .as_deref()
            .and_then(|id| codec::name(id, settings));
        let language = self.language_bcp_47.or(self.language);
        facts.size = facts.size.or(self.size);
        facts.add_track(Track {
            kind,
            codec,
            language: text::language(language.as_deref().unwrap_or(DEFAULT_LANGUAGE)),
            name: self.name,
            is_default: !self.is_not_default,
            is_forced: self.is_forced,
        });
        Ok(())
    }
}

/// Reads the size of a film.
async fn size(input: &mut Input, body: Span) -> Result<Option<Size>, Reason> {
    let (mut width, mut height) = (0, 0);
    let mut fields = Elements::within(body);
    while let Some(field) = fields.next(input).await? {
        match field.id {
            WIDTH => width = field.number(input).await?,
            HEIGHT => height = field.number(input).await?,
            _ => {}
        }
    }
    let sides = u32::try_from(width).ok().zip(u32::try_from(height).ok());
    Ok(sides.and_then(|(width, height)| Size::new(width, height)))
}
