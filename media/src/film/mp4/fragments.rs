//! The duration of a film in fragments, which is not known when its movie is written.
//!
//! It is looked for where the fewest reads find it: the index before the fragments, the
//! last fragment by the index at the end of the file, and else the fragments one by one.

use core::time::Duration;

use crate::boxes::{self, BoxHead, Boxes};
use crate::bytes::Bytes;
use crate::facts::{longest, ticks};
use crate::film::mp4::movie::Movie;
use crate::film::mp4::time;
use crate::input::{Input, Reason, Span};

/// The last box of the index at the end, which has the length of the whole index.
const LAST_BOX_BYTES: u64 = 16;

/// Most bytes of a run of samples that are read. A fragment of two seconds has about 1 KiB.
const RUN_BYTES: u64 = 32 * 1024;

/// Flags of a fragment's head and of its runs (ISO 14496-12 §8.8.7 and §8.8.8).
const HAS_BASE: u32 = 0x1;
const HAS_DESCRIPTION: u32 = 0x2;
const HAS_DURATION: u32 = 0x8;
const HAS_OFFSET: u32 = 0x1;
const HAS_FIRST_FLAGS: u32 = 0x4;
const HAS_DURATIONS: u32 = 0x100;
const SAMPLE_FIELDS: u32 = 0xf00;

/// Returns the duration of the fragments in `boxes`, which follow the movie.
pub(super) async fn duration(
    input: &mut Input,
    mut boxes: Boxes,
    movie: &Movie,
) -> Result<Option<Duration>, Reason> {
    if let Some(last) = last_fragment(input).await? {
        return end_of_fragment(input, last, movie).await;
    }
    let mut end = None;
    while let Some(found) = boxes.next(input).await? {
        match &found.kind {
            b"sidx" => {
                if let Some(indexed) = indexed(input, found.body).await? {
                    return Ok(Some(indexed));
                }
            }
            b"moof" => {
                end = longest(end, end_of_fragment(input, found.body, movie).await?);
            }
            _ => {}
        }
    }
    Ok(end)
}

/// Returns the duration of all that an index of segments has (ISO 14496-12 §8.16.3).
async fn indexed(input: &mut Input, body: Span) -> Result<Option<Duration>, Reason> {
    let (version, _, mut fields) = boxes::full(input, body, RUN_BYTES).await?;
    let sum = || {
        let _track = fields.u32()?;
        let per_second = fields.u32()?;
        time::number(version, &mut fields)?;
        time::number(version, &mut fields)?;
        fields.skip(4)?;
        // Size, duration and access of each segment.
        let (segments, _) = fields.rest().as_chunks::<12>();
        let durations = segments.iter().filter_map(|segment| {
            let mut fields = Bytes::new(segment);
            fields.u32()?;
            fields.u32().map(u64::from)
        });
        ticks(durations.fold(0, u64::saturating_add), per_second.into())
    };
    Ok({ sum }())
}

/// Returns the last fragment by the index at the end of the file.
async fn last_fragment(input: &mut Input) -> Result<Option<Span>, Reason> {
    let tail = input.whole().last(LAST_BOX_BYTES);
    if tail.length < LAST_BOX_BYTES {
        return Ok(None);
    }
    let tail: [u8; 16] = input.array(tail.start).await?;
    let mut fields = Bytes::new(&tail);
    let (Some(16), Some(b"mfro"), Some(_), Some(length)) =
        (fields.u32(), fields.take(4), fields.u32(), fields.u32())
    else {
        return Ok(None);
    };
    let mut boxes = Boxes::within(input.whole().last(length.into()));
    let Some(BoxHead { kind, body }) = boxes.next(input).await? else {
        return Ok(None);
    };
    let index = if kind == *b"mfra" {
        boxes::find(input, body, b"tfra").await?
    } else {
        None
    };
    let Some(index) = index else {
        return Ok(None);
    };
    let (version, _, mut fields) = boxes::full(input, index, 12).await?;
    let head = (fields.u32(), fields.u32(), fields.u32());
    let (Some(_), Some(sizes), Some(count)) = head else {
        return Ok(None);
    };
    last_entry(input, index, version, sizes, count).await
}

/// Returns the fragment that the last entry of an index leads to. An entry has a time, a
/// place, and three numbers of one to four bytes.
async fn last_entry(
    input: &mut Input,
    index: Span,
    version: u8,
    sizes: u32,
    count: u32,
) -> Result<Option<Span>, Reason> {
    let two_numbers = if version == 0 { 8 } else { 16 };
    let sizes = [sizes, sizes >> 2, sizes >> 4].map(|bits| u64::from(bits & 3).saturating_add(1));
    let entry_bytes = sizes.into_iter().fold(two_numbers, u64::saturating_add);
    let before = u64::from(count.saturating_sub(1)).saturating_mul(entry_bytes);
    let entry = index.after(16).after(before).first(entry_bytes);
    if entry.length < entry_bytes {
        return Ok(None);
    }
    let mut fields = Bytes::new(input.read(entry).await?);
    let _time = time::number(version, &mut fields);
    let place = time::number(version, &mut fields).unwrap_or_default();
    let mut boxes = Boxes::within(input.whole().after(place));
    let fragment = boxes
        .next(input)
        .await?
        .filter(|found| found.kind == *b"moof");
    Ok(fragment.map(|found| found.body))
}

/// Returns the time at which the longest track of a fragment ends.
async fn end_of_fragment(
    input: &mut Input,
    fragment: Span,
    movie: &Movie,
) -> Result<Option<Duration>, Reason> {
    let mut end = None;
    let mut boxes = Boxes::within(fragment);
    while let Some(found) = boxes.next(input).await? {
        if found.kind == *b"traf" {
            end = longest(end, end_of_track(input, found.body, movie).await?);
        }
    }
    Ok(end)
}

async fn end_of_track(
    input: &mut Input,
    body: Span,
    movie: &Movie,
) -> Result<Option<Duration>, Reason> {
    let (mut track, mut default, mut time) = (0, 0, 0_u64);
    let mut boxes = Boxes::within(body);
    while let Some(found) = boxes.next(input).await? {
        match &found.kind {
            b"tfhd" => {
                let (_, flags, fields) = boxes::full(input, found.body, 24).await?;
                let own;
                (track, own) = head(flags, fields).ok_or(Reason::Damaged)?;
                let mut defaults = movie.defaults.iter();
                let of_all = defaults.find(|(other, _)| *other == track);
                default = own
                    .or(of_all.map(|(_, duration)| *duration))
                    .unwrap_or_default();
            }
            b"tfdt" => {
                let (version, _, mut fields) = boxes::full(input, found.body, 8).await?;
                time = time::number(version, &mut fields).ok_or(Reason::Damaged)?;
            }
            b"trun" => {
                let (_, flags, fields) = boxes::full(input, found.body, RUN_BYTES).await?;
                let run = run(flags, fields, default).ok_or(Reason::Damaged)?;
                time = time.saturating_add(run);
            }
            _ => {}
        }
    }
    let timing = movie.timings.iter().find(|timing| timing.track == track);
    Ok(timing.and_then(|timing| ticks(time, timing.ticks_per_second)))
}

/// Returns the track of a fragment, and the duration of its samples that do not say theirs.
fn head(flags: u32, mut fields: Bytes<'_>) -> Option<(u32, Option<u32>)> {
    let track = fields.u32()?;
    if flags & HAS_BASE != 0 {
        fields.skip(8)?;
    }
    if flags & HAS_DESCRIPTION != 0 {
        fields.skip(4)?;
    }
    let has_duration = flags & HAS_DURATION != 0;
    let duration = if has_duration {
        Some(fields.u32()?)
    } else {
        None
    };
    Some((track, duration))
}

/// Returns the duration of a run of samples.
fn run(flags: u32, mut fields: Bytes<'_>, default: u32) -> Option<u64> {
    let count = fields.u32()?;
    if flags & HAS_DURATIONS == 0 {
        return Some(u64::from(count).saturating_mul(default.into()));
    }
    if flags & HAS_OFFSET != 0 {
        fields.skip(4)?;
    }
    if flags & HAS_FIRST_FLAGS != 0 {
        fields.skip(4)?;
    }
    // The duration is the first of up to four numbers of each sample.
    let numbers = usize::try_from((flags & SAMPLE_FIELDS).count_ones()).ok()?;
    let samples = fields.rest().chunks_exact(numbers.checked_mul(4)?);
    let durations = samples.take(usize::try_from(count).ok()?);
    let durations = durations.filter_map(|sample| Bytes::new(sample).u32().map(u64::from));
    Some(durations.fold(0, u64::saturating_add))
}
