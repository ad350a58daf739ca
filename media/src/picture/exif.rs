//! EXIF: what a camera says of a photo, in the form of TIFF.
//!
//! Three directories are read, each once and by its place: the photo's, that of EXIF, and
//! the thumbnail's. So no chain of directories has a circle. The directory of places (GPS)
//! is not among them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::facts::{Facts, Orientation, Picture};
use crate::input::{Input, Reason, Span};

const ORIENTATION: u16 = 0x0112;
const DATE_TIME: u16 = 0x0132;
const EXIF_DIRECTORY: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const THUMBNAIL_OFFSET: u16 = 0x0201;
const THUMBNAIL_LENGTH: u16 = 0x0202;

/// Bytes of a date as text: `2026:11:28 09:30:00`.
const DATE_BYTES: u32 = 19;

/// Bytes of EXIF that are looked at: as many as a segment of JPEG has.
const EXIF_BYTES: u64 = 64 * 1024;

/// Bytes of an entry of a directory.
const ENTRY_BYTES: usize = 12;

/// EXIF in memory, with the order of its numbers.
struct Tiff<'b> {
    bytes: &'b [u8],
    is_little: bool,
}

/// An entry of a directory: its tag, the count of its values, and the four bytes of its
/// value or of the place of it.
struct Entry<'b> {
    tag: u16,
    count: u32,
    value: &'b [u8],
}

/// Reads EXIF at a place in the file. What is damaged in it is not damage to the photo.
pub(crate) async fn read(input: &mut Input, span: Span, facts: &mut Facts) -> Result<(), Reason> {
    let found = Tiff::new(input.read(span.first(EXIF_BYTES)).await?).map(|tiff| tiff.found());
    let Some(found) = found else {
        return Ok(());
    };
    facts.orientation = facts.orientation.or(found.orientation);
    facts.taken = facts.taken.take().or(found.taken);
    if let Some(part) = found.thumbnail {
        let thumbnail = Span::new(span.start.saturating_add(part.start), part.length);
        if span.has(thumbnail) {
            facts.thumbnail = Picture::find(input, thumbnail).await?;
        }
    }
    Ok(())
}

/// Contents of EXIF that are of use. The thumbnail is counted from its start.
#[derive(Default)]
struct Found {
    orientation: Option<Orientation>,
    taken: Option<String>,
    thumbnail: Option<Span>,
}

impl<'b> Tiff<'b> {
    /// Returns EXIF, if it is in the form of TIFF. In some files the name stands before it
    /// once more.
    fn new(bytes: &'b [u8]) -> Option<Self> {
        match bytes {
            [b'I', b'I', 42, 0, ..] => Some(true),
            [b'M', b'M', 0, 42, ..] => Some(false),
            _ => None,
        }
        .map(|is_little| Self { bytes, is_little })
    }

    fn found(&self) -> Found {
        let mut found = Found::default();
        let Some((entries, next)) = self
            .at(4)
            .and_then(|mut fields| self.directory(self.u32(&mut fields)?))
        else {
            return found;
        };
        let mut changed = None;
        for entry in entries {
            match entry.tag {
                ORIENTATION => found.orientation = self.number(&entry).and_then(Orientation::of),
                DATE_TIME => changed = self.date(&entry),
                EXIF_DIRECTORY => found.taken = self.number(&entry).and_then(|at| self.taken(at)),
                _ => {}
            }
        }
        found.taken = found.taken.or(changed);
        found.thumbnail = next.and_then(|at| self.thumbnail(at));
        found
    }

    /// Returns the date in the directory of EXIF.
    fn taken(&self, at: u32) -> Option<String> {
        let (entries, _) = self.directory(at)?;
        let entry = entries
            .iter()
            .find(|entry| entry.tag == DATE_TIME_ORIGINAL)?;
        self.date(entry)
    }

    /// Returns the place of the thumbnail in its directory.
    fn thumbnail(&self, at: u32) -> Option<Span> {
        let (entries, _) = self.directory(at)?;
        let number = |tag| self.number(entries.iter().find(|entry| entry.tag == tag)?);
        let (start, length) = (number(THUMBNAIL_OFFSET)?, number(THUMBNAIL_LENGTH)?);
        Some(Span::new(start.into(), length.into()))
    }

    /// Returns the entries of the directory at a place, and the place of the next one.
    fn directory(&self, at: u32) -> Option<(Vec<Entry<'b>>, Option<u32>)> {
        let mut fields = self.at(at)?;
        let count = self.u16(&mut fields)?;
        let (entries, _) = fields.rest().as_chunks::<ENTRY_BYTES>();
        let entries: Vec<_> = entries
            .iter()
            .take(count.into())
            .filter_map(|entry| self.entry(entry))
            .collect();
        fields.skip(usize::from(count).checked_mul(ENTRY_BYTES)?);
        let next = self.u32(&mut fields).filter(|next| *next > 0);
        Some((entries, next))
    }

    fn entry(&self, bytes: &'b [u8]) -> Option<Entry<'b>> {
        let mut fields = Bytes::new(bytes);
        let tag = self.u16(&mut fields)?;
        let _form = self.u16(&mut fields)?;
        let count = self.u32(&mut fields)?;
        let value = fields.rest();
        Some(Entry { tag, count, value })
    }

    /// Returns the value of an entry as a number. A short one is at the start of its four
    /// bytes in both orders, so that a long one of a low value reads the same.
    fn number(&self, entry: &Entry<'_>) -> Option<u32> {
        let mut fields = Bytes::new(entry.value);
        if entry.tag == ORIENTATION {
            return self.u16(&mut fields).map(u32::from);
        }
        self.u32(&mut fields)
    }

    /// Returns a date with the letters that ISO 8601 has.
    fn date(&self, entry: &Entry<'_>) -> Option<String> {
        let at = self.u32(&mut Bytes::new(entry.value))?;
        let text = self
            .at(at)?
            .take(usize::try_from(DATE_BYTES.min(entry.count)).ok()?)?;
        let text = core::str::from_utf8(text).ok()?;
        let (date, time) = text.split_once(' ')?;
        let is_date = matches!(date.as_bytes(), [y, _, _, _, b':', m, _, b':', d, _]
            if [y, m, d].iter().all(|digit| digit.is_ascii_digit()));
        let is_time = matches!(time.as_bytes(), [_, _, b':', _, _, b':', _, _]);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        // Cameras without a clock write zeros.
        (is_date && is_time && digits == 14 && !date.starts_with("0000"))
            .then(|| format!("{}T{time}", date.replace(':', "-")))
    }

    fn at(&self, at: u32) -> Option<Bytes<'b>> {
        self.bytes.get(usize::try_from(at).ok()?..).map(Bytes::new)
    }

    fn u16(&self, fields: &mut Bytes<'_>) -> Option<u16> {
        if self.is_little {
            fields.u16_le()
        } else {
            fields.u16()
        }
    }

    fn u32(&self, fields: &mut Bytes<'_>) -> Option<u32> {
        if self.is_little {
            fields.u32_le()
        } else {
            fields.u32()
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::tests::{big_endian_exif, boxed, exif, facts};

    /// A PNG with EXIF.
    fn png(exif: &[u8]) -> Vec<u8> {
        let chunk = |kind: &[u8; 4], body: &[u8]| {
            let length = u32::try_from(body.len()).unwrap().to_be_bytes();
            [&length[..], kind, body, &[0; 4]].concat()
        };
        let head = chunk(b"IHDR", &[0, 0, 0, 9, 0, 0, 0, 7, 8, 2, 0, 0, 0]);
        let parts = [head, chunk(b"eXIf", exif), chunk(b"IDAT", &[])];
        [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
    }

    #[test]
    fn cameras_say_orientation_date_and_thumbnail() {
        for is_little in [true, false] {
            let file = png(&exif(is_little, 100, 150));
            let facts = facts(&file);
            assert_eq!(facts.orientation.map(Orientation::number), Some(6));
            assert_eq!(facts.taken.as_deref(), Some("2026-11-28T09:30:00"));
            let span = facts.thumbnail.unwrap().span;
            let start = usize::try_from(span.start).unwrap();
            assert!(
                file.get(start..)
                    .unwrap()
                    .starts_with(b"\xff\xd8\xff\xe0 picture")
            );
            assert_eq!(span.length, 12);
        }
    }

    #[test]
    fn damaged_exif_is_no_damage_to_the_photo() {
        let whole = big_endian_exif();
        let mut no_clock = whole.clone();
        no_clock.splice(130..149, *b"0000:00:00 00:00:00");
        let mut no_date = whole.clone();
        no_date.splice(130..149, *b"<script>alert(1)   ");
        let circle = exif(false, 8, 8);
        let far = exif(true, u32::MAX, u32::MAX);
        for (exif, has_date, has_thumbnail) in [
            (whole.clone(), true, true),
            (no_clock, false, true),
            (no_date, false, true),
            (circle, false, false),
            (far, false, false),
            (whole.get(..140).unwrap().to_vec(), false, false),
            (b"Exif\0\0".to_vec(), false, false),
            (b"II\x2a\0\xff\xff\xff\xff".to_vec(), false, false),
            (vec![], false, false),
        ] {
            let facts = facts(&png(&exif));
            assert_eq!(
                facts.size.map(|size| (size.width, size.height)),
                Some((9, 7))
            );
            let found = (facts.taken.is_some(), facts.thumbnail.is_some(), facts.cut);
            assert_eq!(found, (has_date, has_thumbnail, None), "{exif:x?}");
        }
    }

    #[test]
    fn nothing_leaves_exif_for_another_part_of_the_file() {
        let mut exif = big_endian_exif();
        // A thumbnail that would begin in EXIF and end behind it.
        exif.truncate(205);
        let file = [png(&exif), boxed(b"free", &[&[0; 50]])].concat();
        assert_eq!(facts(&file).thumbnail, None);
    }
}
