//! Comments of Vorbis, which FLAC and Ogg have: texts of the form `NAME=value`.

use core::time::Duration;

use crate::facts::{Chapter, Facts, Tag};
use crate::input::{Input, Reason, Span};
use crate::text;

/// Bytes of a comment that are looked at: a name and the longest text.
const COMMENT_BYTES: u64 = text::ENOUGH_BYTES;

/// Place of comments: in a block of FLAC, or in a packet that is spread over pages.
pub(crate) trait Source {
    /// Takes up to so many bytes, and hands them over.
    async fn take<T>(
        &mut self,
        input: &mut Input,
        count: u64,
        then: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Reason>;

    /// Leaves so many bytes out.
    async fn skip(&mut self, input: &mut Input, count: u64) -> Result<(), Reason>;
}

/// Reads comments: the name of a program, a count, and so many texts, each with its length.
pub(crate) async fn read(
    input: &mut Input,
    source: &mut impl Source,
    facts: &mut Facts,
) -> Result<(), Reason> {
    let vendor = length(input, source).await?;
    source.skip(input, vendor.into()).await?;
    let count = length(input, source).await?;
    for _ in 0..count {
        input.step()?;
        let length = u64::from(length(input, source).await?);
        let read = length.min(COMMENT_BYTES);
        source
            .take(input, read, |comment| add(comment, facts))
            .await?;
        // Only a picture is longer.
        source.skip(input, length.saturating_sub(read)).await?;
    }
    Ok(())
}

async fn length(input: &mut Input, source: &mut impl Source) -> Result<u32, Reason> {
    let bytes = source.take(input, 4, |bytes| bytes.try_into().ok()).await?;
    bytes.map(u32::from_le_bytes).ok_or(Reason::Damaged)
}

fn add(comment: &[u8], facts: &mut Facts) {
    let mut parts = comment.splitn(2, |byte| *byte == b'=');
    let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
        return;
    };
    let name = name.to_ascii_uppercase();
    let tag = match name.as_slice() {
        b"TITLE" => Tag::Title,
        b"ARTIST" => Tag::Artist,
        b"ALBUM" => Tag::Album,
        b"ALBUMARTIST" | b"ALBUM_ARTIST" | b"ALBUM ARTIST" => Tag::AlbumArtist,
        b"TRACKNUMBER" | b"TRACK" => Tag::Track,
        b"TRACKTOTAL" | b"TOTALTRACKS" => Tag::Tracks,
        b"DISCNUMBER" | b"DISC" => Tag::Disc,
        b"DISCTOTAL" | b"TOTALDISCS" => Tag::Discs,
        b"DATE" | b"YEAR" => Tag::Date,
        [b'C', b'H', b'A', b'P', b'T', b'E', b'R', rest @ ..] => {
            return add_chapter(rest, value, facts);
        }
        _ => return,
    };
    facts.tags.add(tag, text::utf_8(value));
}

/// Adds a chapter, or the title of the last one: `CHAPTER001=00:01:02.345` is followed by
/// `CHAPTER001NAME=Title`.
fn add_chapter(name: &[u8], value: &[u8], facts: &mut Facts) {
    let value = text::utf_8(value);
    match name {
        [a, b, c] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => {
            if let Some(start) = value.and_then(|time| start(&time)) {
                facts.add_chapter(Chapter { start, title: None });
            }
        }
        [_, _, _, b'N', b'A', b'M', b'E'] => {
            if let Some(chapter) = facts.chapters.last_mut() {
                chapter.title = chapter.title.take().or(value);
            }
        }
        _ => {}
    }
}

/// Returns the time of a chapter: hours, minutes, seconds and thousandths.
fn start(time: &str) -> Option<Duration> {
    let mut parts = time.split([':', '.']).map(|part| part.parse::<u16>().ok());
    let [hours, minutes, seconds, thousandths] = core::array::from_fn(|_| parts.next().flatten());
    let minutes = u64::from(hours?)
        .checked_mul(60)?
        .checked_add(minutes?.into())?;
    let seconds = minutes.checked_mul(60)?.checked_add(seconds?.into())?;
    let milliseconds = seconds
        .checked_mul(1_000)?
        .checked_add(thousandths?.into())?;
    Some(Duration::from_millis(milliseconds))
}

/// Comments that stand in one part of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    rest: Span,
}

impl Block {
    pub(crate) const fn new(rest: Span) -> Self {
        Self { rest }
    }
}

impl Source for Block {
    async fn take<T>(
        &mut self,
        input: &mut Input,
        count: u64,
        then: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Reason> {
        let part = self.rest.first(count);
        if part.length < count {
            return Err(Reason::Damaged);
        }
        self.rest = self.rest.after(count);
        Ok(then(input.read(part).await?))
    }

    async fn skip(&mut self, _: &mut Input, count: u64) -> Result<(), Reason> {
        if self.rest.length < count {
            return Err(Reason::Damaged);
        }
        self.rest = self.rest.after(count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Container;

    #[test]
    fn comments_are_tags_and_chapters() {
        let mut facts = Facts::new(Container::Flac);
        for comment in [
            "title=a=b",
            "TITLE=second",
            "TrackNumber=4",
            "TOTALTRACKS=9",
            "CHAPTER000NAME=before any",
            "CHAPTER000=00:00:00.000",
            "CHAPTER000NAME=One",
            "CHAPTER001=01:02:03.004",
            "CHAPTER00X=00:00:00.000",
            "CHAPTER002=soon",
            "LICENSE",
            "",
        ] {
            add(comment.as_bytes(), &mut facts);
        }
        assert_eq!(facts.tags.title.as_deref(), Some("a=b"));
        let track = facts.tags.track.map(|it| (it.number, it.of));
        assert_eq!(track, Some((4, Some(9))));
        let chapters = facts.chapters.iter();
        let chapters: alloc::vec::Vec<_> = chapters
            .map(|it| (it.start.as_millis(), it.title.as_deref()))
            .collect();
        assert_eq!(chapters, [(0, Some("One")), (3_723_004, None)]);
    }
}
