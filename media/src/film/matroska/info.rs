//! What a film says of all of itself: duration and title.

use core::time::Duration;

use crate::facts::{Facts, Tag, ticks};
use crate::film::matroska::element::Elements;
use crate::film::matroska::float::Float;
use crate::input::{Input, Reason, Span};

pub(super) const INFO: u32 = 0x1549_a966;
const TIMESTAMP_SCALE: u32 = 0x002a_d7b1;
const DURATION: u32 = 0x4489;
const TITLE: u32 = 0x7ba9;

/// Nanoseconds of a tick, if the film does not say otherwise.
const DEFAULT_SCALE: u64 = 1_000_000;

const NANOSECONDS: u64 = 1_000_000_000;

/// Reads the duration and the title.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let (mut scale, mut count) = (DEFAULT_SCALE, None);
    let mut fields = Elements::within(body);
    while let Some(field) = fields.next(input).await? {
        match field.id {
            TIMESTAMP_SCALE => scale = field.number(input).await?,
            DURATION => count = field.float(input).await?,
            TITLE => facts.tags.add(Tag::Title, field.text(input).await?),
            _ => {}
        }
    }
    facts.duration = count.and_then(|count| duration(count, scale));
    Ok(())
}

/// Returns the duration of a count of ticks, which may have a fraction.
fn duration(count: Float, scale: u64) -> Option<Duration> {
    ticks(count.times(scale)?, NANOSECONDS)
}
