//! Ogg with Opus, Vorbis, FLAC, Speex or Theora (RFC 3533).
//!
//! | file | holds |
//! | --- | --- |
//! | `page` | pages, which packets of all streams are spread over |
//! | `packet` | one packet, across its pages |
//! | `stream` | what a stream is, by its first packet |

mod packet;
mod page;
mod stream;

use alloc::vec::Vec;

use crate::facts::{Facts, longest, ticks};
use crate::input::{Input, Reason};
use crate::limits::{PIECE_BYTES, TRACKS};
use crate::sound::vorbis::{self, Source as _};
use packet::Packet;
use page::Page;
use stream::Stream;

/// Bytes at the end in which the last page is looked for: at first few, then as many as the
/// longest page has.
const TAILS: [u64; 2] = [8 * 1024, PIECE_BYTES];

/// Reads the facts of a file. Of files that were joined, those of the first one.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut streams = Vec::new();
    let mut place = 0;
    // All streams say what they are before the first of them goes on.
    let mut page = Page::read(input, place).await?;
    while page.is_first {
        let stream = Stream::read(input, &page).await?;
        streams.extend(stream.filter(|_| streams.len() < TRACKS));
        place = page.end();
        page = Page::read(input, place).await?;
    }
    for stream in &streams {
        stream.add_to(facts);
    }
    for stream in &streams {
        let mut packet = Packet::of(stream.serial, place);
        packet.skip(input, stream.before_comments).await?;
        vorbis::read(input, &mut packet, facts).await?;
    }
    facts.duration = longest(facts.duration, duration(input, &streams).await?);
    Ok(())
}

/// Returns the time of the last page that has one.
async fn duration(
    input: &mut Input,
    streams: &[Stream],
) -> Result<Option<core::time::Duration>, Reason> {
    for bytes in TAILS {
        let tail = input.read(input.whole().last(bytes)).await?;
        let last = page::last_position(tail, |serial| {
            streams
                .iter()
                .find(|stream| stream.serial == serial && stream.rate > 0)
        });
        if let Some((stream, position)) = last {
            return Ok(ticks(
                position.saturating_sub(stream.before_start),
                stream.rate,
            ));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
