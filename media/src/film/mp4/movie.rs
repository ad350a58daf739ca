//! The box of the whole film.

use alloc::vec::Vec;

use crate::boxes::{self, Boxes};
use crate::facts::{Facts, longest, ticks};
use crate::film::mp4::time::{number, times};
use crate::film::mp4::track::{self, Timing};
use crate::film::mp4::{chapters, tags};
use crate::input::{Input, Reason, Span};
use crate::limits::TRACKS;

/// Parts of the movie that the fragments behind it are read with.
#[derive(Debug, Default)]
pub(super) struct Movie {
    /// Ticks of a second in the movie's own times.
    pub(super) ticks_per_second: u64,
    pub(super) is_fragmented: bool,
    /// Time scale of each track.
    pub(super) timings: Vec<Timing>,
    /// The duration of a sample that does not say its own, by the number of its track.
    pub(super) defaults: Vec<(u32, u32)>,
}

/// Reads the movie, and all that is in it.
pub(super) async fn read(
    input: &mut Input,
    body: Span,
    facts: &mut Facts,
) -> Result<Movie, Reason> {
    let mut movie = Movie::default();
    let mut boxes = Boxes::within(body);
    while let Some(found) = boxes.next(input).await? {
        match &found.kind {
            b"mvhd" => {
                let (version, _, fields) = boxes::full(input, found.body, 28).await?;
                let (per_second, count) = times(version, fields).ok_or(Reason::Damaged)?;
                movie.ticks_per_second = per_second;
                facts.duration = ticks(count, per_second);
            }
            b"trak" => {
                let timing = track::read(input, found.body, facts).await?;
                movie
                    .timings
                    .extend(timing.filter(|_| movie.timings.len() < TRACKS));
            }
            b"mvex" => {
                movie.is_fragmented = true;
                movie.read_extension(input, found.body, facts).await?;
            }
            b"udta" => {
                tags::read(input, found.body, facts).await?;
                if let Some(body) = boxes::find(input, found.body, b"chpl").await? {
                    chapters::read(input, body, facts).await?;
                }
            }
            b"meta" => tags::read_meta(input, found.body, facts).await?,
            _ => {}
        }
    }
    Ok(movie)
}

impl Movie {
    /// Reads what the movie says of its fragments.
    async fn read_extension(
        &mut self,
        input: &mut Input,
        body: Span,
        facts: &mut Facts,
    ) -> Result<(), Reason> {
        let mut boxes = Boxes::within(body);
        while let Some(found) = boxes.next(input).await? {
            match &found.kind {
                b"mehd" => {
                    let (version, _, mut fields) = boxes::full(input, found.body, 8).await?;
                    let count = number(version, &mut fields).ok_or(Reason::Damaged)?;
                    facts.duration = longest(facts.duration, ticks(count, self.ticks_per_second));
                }
                b"trex" if self.defaults.len() < TRACKS => {
                    let (_, _, mut fields) = boxes::full(input, found.body, 12).await?;
                    let (track, _description) = (fields.u32(), fields.u32());
                    self.defaults.extend(track.zip(fields.u32()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
