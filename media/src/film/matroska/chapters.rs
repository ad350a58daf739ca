//! The chapters of a film. Of several editions the default one counts, or else the first;
//! chapters in chapters are left out.

use alloc::vec::Vec;
use core::time::Duration;

use crate::facts::{Chapter, Facts};
use crate::film::matroska::element::Elements;
use crate::input::{Input, Reason, Span};
use crate::limits::CHAPTERS as LIMIT;

pub(super) const CHAPTERS: u32 = 0x1043_a770;
const EDITION: u32 = 0x45b9;
const EDITION_IS_DEFAULT: u32 = 0x45db;
const ATOM: u32 = 0xb6;
const START: u32 = 0x91;
const IS_HIDDEN: u32 = 0x98;
const DISPLAY: u32 = 0x80;
const TITLE: u32 = 0x85;

/// An edition of a film.
#[derive(Default)]
struct Edition {
    chapters: Vec<Chapter>,
    is_default: bool,
}

/// Reads the chapters.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let mut chosen: Option<Edition> = None;
    let mut editions = Elements::within(body);
    while let Some(found) = editions.next(input).await? {
        if found.id == EDITION {
            let edition = read_edition(input, found.body).await?;
            if chosen
                .as_ref()
                .is_none_or(|chosen| edition.is_default && !chosen.is_default)
            {
                chosen = Some(edition);
            }
        }
    }
    for chapter in chosen.unwrap_or_default().chapters {
        facts.add_chapter(chapter);
    }
    Ok(())
}

async fn read_edition(input: &mut Input, body: Span) -> Result<Edition, Reason> {
    let mut edition = Edition::default();
    let mut fields = Elements::within(body);
    while let Some(field) = fields.next(input).await? {
        match field.id {
            EDITION_IS_DEFAULT => edition.is_default = field.number(input).await? != 0,
            ATOM if edition.chapters.len() < LIMIT => {
                edition
                    .chapters
                    .extend(read_chapter(input, field.body).await?);
            }
            _ => {}
        }
    }
    Ok(edition)
}

/// Reads a chapter, unless it is not for people. Of titles in several languages the first
/// one counts.
async fn read_chapter(input: &mut Input, body: Span) -> Result<Option<Chapter>, Reason> {
    let mut chapter = Chapter {
        start: Duration::ZERO,
        title: None,
    };
    let mut fields = Elements::within(body);
    while let Some(field) = fields.next(input).await? {
        match field.id {
            START => chapter.start = Duration::from_nanos(field.number(input).await?),
            IS_HIDDEN if field.number(input).await? != 0 => return Ok(None),
            DISPLAY if chapter.title.is_none() => {
                let mut texts = Elements::within(field.body);
                while let Some(text) = texts.next(input).await? {
                    if text.id == TITLE {
                        chapter.title = text.text(input).await?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(Some(chapter))
}
