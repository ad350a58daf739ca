//! The list of chapters, as Nero wrote it first.

use core::time::Duration;

use crate::boxes;
use crate::bytes::Bytes;
use crate::facts::{Chapter, Facts};
use crate::input::{Input, Reason, Span};
use crate::limits::CHAPTERS;
use crate::text;

/// Length of a tick of 100 ns.
const TICK_NANOSECONDS: u64 = 100;

/// Start of a chapter, and the length of its title.
const CHAPTER_BYTES: u64 = 9;

/// Reads the chapters of a list.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let (version, _, mut fields) = boxes::full(input, body, 5).await?;
    // The first version has four bytes more before the count.
    let before = if version == 0 { 0 } else { 4 };
    fields.skip(before).ok_or(Reason::Damaged)?;
    let count = fields.u8().ok_or(Reason::Damaged)?;
    let mut rest = body.after(before as u64).after(5);
    for _ in 0..usize::from(count).min(CHAPTERS) {
        input.step()?;
        let head: [u8; 9] = input.array(rest.start).await?;
        let mut fields = Bytes::new(&head);
        let (start, length) = fields.u64().zip(fields.u8()).ok_or(Reason::Damaged)?;
        let title = Span::new(rest.after(CHAPTER_BYTES).start, length.into());
        if !rest.has(title) {
            return Err(Reason::Damaged);
        }
        facts.add_chapter(Chapter {
            start: Duration::from_nanos(start.saturating_mul(TICK_NANOSECONDS)),
            title: text::utf_8(input.read(title).await?),
        });
        rest = rest.after(CHAPTER_BYTES).after(title.length);
    }
    Ok(())
}
