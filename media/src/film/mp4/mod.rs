//! MP4, M4A and QuickTime.
//!
//! | file | holds |
//! | --- | --- |
//! | `movie` | the box of the whole film: its duration, tracks and tags |
//! | `track` | one track: kind, language, name, size |
//! | `sample_entry` | the codec of a track |
//! | `tags` | the tags of iTunes and of QuickTime, and the cover |
//! | `chapters` | the list of chapters |
//! | `time` | times and durations in boxes |
//! | `fragments` | the duration of a film in fragments, which the movie does not know |

mod chapters;
mod fragments;
mod movie;
mod sample_entry;
mod tags;
mod time;
mod track;

use crate::boxes::Boxes;
use crate::facts::{Container, Facts};
use crate::input::{Input, Reason};

/// Whether a file may begin with a box of this kind. QuickTime had no brands at first.
pub(crate) fn is_first_box(kind: &[u8]) -> bool {
    [b"moov", b"mdat", b"wide", b"free", b"skip"].contains(&kind.first_chunk().unwrap_or(&[0; 4]))
}

/// Reads the facts of a film. The movie may stand before or behind the samples.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut boxes = Boxes::within(input.whole());
    while let Some(found) = boxes.next(input).await? {
        match &found.kind {
            b"ftyp" => {
                let brand: [u8; 4] = input.array(found.body.start).await?;
                if brand == *b"qt  " {
                    facts.container = Container::QuickTime;
                }
            }
            b"moov" => {
                let movie = movie::read(input, found.body, facts).await?;
                if facts.duration.is_none() && movie.is_fragmented {
                    facts.duration = fragments::duration(input, boxes, &movie).await?;
                }
                return Ok(());
            }
            _ => {}
        }
    }
    Err(Reason::Damaged)
}

#[cfg(test)]
mod tests;
