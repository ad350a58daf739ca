//! The tags of a film. Those of single tracks, chapters and attachments are left out.

use crate::facts::{Facts, Tag};
use crate::film::matroska::element::Elements;
use crate::input::{Input, Reason, Span};

pub(super) const TAGS: u32 = 0x1254_c367;
const TAG: u32 = 0x7373;
const TARGETS: u32 = 0x63c0;
const LEVEL: u32 = 0x68ca;
const SIMPLE_TAG: u32 = 0x67c8;
const NAME: u32 = 0x45a3;
const VALUE: u32 = 0x4487;

/// Numbers of a track, an edition, a chapter and an attachment that a tag is for.
const PARTS: [u32; 4] = [0x63c5, 0x63c9, 0x63c4, 0x63c6];

/// Level of an album or a film (RFC 9559 §5.1.8.1.1.1), and that of one piece of an album.
const ALBUM: u64 = 50;
const PIECE: u64 = 30;

/// Part of the film that a tag is for.
struct Target {
    level: u64,
    is_part: bool,
}

/// Reads the tags.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let mut tags = Elements::within(body);
    while let Some(found) = tags.next(input).await? {
        if found.id != TAG {
            continue;
        }
        let mut target = Target {
            level: ALBUM,
            is_part: false,
        };
        let mut fields = Elements::within(found.body);
        while let Some(field) = fields.next(input).await? {
            match field.id {
                TARGETS => target = read_target(input, field.body).await?,
                SIMPLE_TAG if !target.is_part => {
                    read_tag(input, field.body, target.level, facts).await?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

async fn read_target(input: &mut Input, body: Span) -> Result<Target, Reason> {
    let mut target = Target {
        level: ALBUM,
        is_part: false,
    };
    let mut fields = Elements::within(body);
    while let Some(field) = fields.next(input).await? {
        match field.id {
            LEVEL => target.level = field.number(input).await?,
            // A zero is for all of them.
            id if PARTS.contains(&id) => target.is_part |= field.number(input).await? != 0,
            _ => {}
        }
    }
    Ok(target)
}

async fn read_tag(
    input: &mut Input,
    body: Span,
    level: u64,
    facts: &mut Facts,
) -> Result<(), Reason> {
    let (mut name, mut value) = (None, None);
    let mut fields = Elements::within(body);
    while let Some(field) = fields.next(input).await? {
        match field.id {
            NAME => name = field.text(input).await?,
            VALUE => value = field.text(input).await?,
            _ => {}
        }
    }
    if let Some(tag) = name.and_then(|name| tag(&name, level)) {
        facts.tags.add(tag, value);
    }
    Ok(())
}

/// Returns what a tag is about. The title of an album is the film's, if it has none.
fn tag(name: &str, level: u64) -> Option<Tag> {
    match (name.to_ascii_uppercase().as_str(), level) {
        ("TITLE", ALBUM | PIECE) => Some(Tag::Title),
        ("ARTIST", ALBUM | PIECE) => Some(Tag::Artist),
        ("ALBUM", _) => Some(Tag::Album),
        ("ALBUM_ARTIST" | "ALBUMARTIST", _) => Some(Tag::AlbumArtist),
        ("PART_NUMBER" | "TRACK", ALBUM | PIECE) => Some(Tag::Track),
        ("TOTAL_PARTS", ALBUM) => Some(Tag::Tracks),
        ("DISC", _) => Some(Tag::Disc),
        ("DATE_RELEASED" | "DATE", ALBUM | PIECE) => Some(Tag::Date),
        _ => None,
    }
}
