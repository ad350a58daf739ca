//! The files in a film. One of them may be its cover.

use crate::facts::{Facts, Picture};
use crate::film::matroska::element::Elements;
use crate::input::{Input, Reason, Span};

pub(super) const ATTACHMENTS: u32 = 0x1941_a469;
const FILE: u32 = 0x61a7;
const NAME: u32 = 0x466e;
const DATA: u32 = 0x465c;

/// Start of the name of a cover (RFC 9559 §20.3): `cover.jpg` is one to look at,
/// `small_cover.jpg` the same in small, and `cover_land.jpg` the same across.
const COVER: &str = "cover.";

/// Finds the cover: the file of that name, or else the first picture.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let mut is_named = false;
    let mut files = Elements::within(body);
    while let Some(file) = files.next(input).await? {
        if file.id != FILE || is_named {
            continue;
        }
        let (mut has_name, mut data) = (false, None);
        let mut fields = Elements::within(file.body);
        while let Some(field) = fields.next(input).await? {
            match field.id {
                NAME => {
                    let name = field.text(input).await?.unwrap_or_default();
                    has_name = name.to_ascii_lowercase().starts_with(COVER);
                }
                DATA => data = Some(field.body),
                _ => {}
            }
        }
        if let Some(data) = data
            && (has_name || facts.cover.is_none())
            && let Some(picture) = Picture::find(input, data).await?
        {
            (facts.cover, is_named) = (Some(picture), has_name);
        }
    }
    Ok(())
}
