//! MP3, and the other layers of MPEG sound.
//!
//! | file | holds |
//! | --- | --- |
//! | `frame` | the head of a frame of sound |
//! | `count` | the count of frames that the first one may have |

mod count;
mod frame;

use crate::facts::{Facts, Track, ticks};
use crate::input::{Input, Reason, Span};
use crate::limits::SYNC_BYTES;
use crate::sound::id3::{self, OLD_BYTES};
use frame::{Frame, HEAD_BYTES};

/// Bytes of the first frame that are looked at.
const FIRST_FRAME_BYTES: u64 = 192;

/// Bits of a byte.
const BITS: u64 = 8;

/// Whether sound begins at a place: one frame there, and another where it ends.
pub(crate) async fn is_first_frame(input: &mut Input, place: u64) -> Result<bool, Reason> {
    let Some(frame) = frame_at(input, place).await? else {
        return Ok(false);
    };
    let next = frame_at(input, place.saturating_add(frame.length)).await?;
    Ok(next.is_some_and(|next| next.is_like(&frame)))
}

/// Reads the facts of a file of sound.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut start = 0;
    loop {
        let end = id3::read(input, input.whole().after(start), facts).await?;
        if end == start {
            break;
        }
        start = end;
    }
    let tail = input.whole().last(OLD_BYTES);
    let has_old = id3::read_old(input.read(tail).await?, facts).is_some();
    let end = if has_old { tail.start } else { tail.end() };
    let Some((place, frame)) = first_frame(input, start).await? else {
        return Err(Reason::Damaged);
    };
    facts.add_track(Track::sound(frame.codec()));
    let sound = Span::new(place, end.saturating_sub(place));
    let bytes = input.read(sound.first(FIRST_FRAME_BYTES)).await?;
    facts.duration = match count::frames(bytes, &frame) {
        Some(count) => {
            let samples = u64::from(count).saturating_mul(frame.samples.into());
            ticks(samples, frame.rate.into())
        }
        None => ticks(
            sound.length.saturating_mul(BITS),
            frame.bits_per_second.into(),
        ),
    };
    Ok(())
}

/// Finds the first frame behind the tags.
async fn first_frame(input: &mut Input, start: u64) -> Result<Option<(u64, Frame)>, Reason> {
    let padding = input.whole().after(start).first(SYNC_BYTES);
    for place in padding.start..padding.end() {
        input.step()?;
        // Few bytes have all bits, so that few places are looked at twice.
        if is_first_frame(input, place).await? {
            return Ok(frame_at(input, place).await?.map(|frame| (place, frame)));
        }
    }
    // A file that is cut in its first frame.
    Ok(frame_at(input, start).await?.map(|frame| (start, frame)))
}

async fn frame_at(input: &mut Input, place: u64) -> Result<Option<Frame>, Reason> {
    let head = Span::new(place, HEAD_BYTES);
    if !input.whole().has(head) {
        return Ok(None);
    }
    Ok(Frame::parse(&input.array(place).await?))
}

#[cfg(test)]
mod tests;
