//! JPEG: a chain of segments before the pixels.

use crate::bytes::Bytes;
use crate::facts::{Facts, Size};
use crate::input::{Input, Reason, Span};
use crate::picture::exif;

/// The mark of the start, before the first segment.
const START_BYTES: u64 = 2;

/// Marker and length of a segment.
const HEAD_BYTES: u64 = 4;

/// The name before EXIF in its segment.
const EXIF_NAME: &[u8] = b"Exif\0\0";

/// Marker of the segment that EXIF stands in, and that of the pixels.
const APP_1: u8 = 0xe1;
const SCAN: u8 = 0xda;

/// Reads the facts of a JPEG. What is behind the start of the pixels is not looked for.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut place = START_BYTES;
    loop {
        input.step()?;
        let [mark, marker, high, low] = input.array(place).await?;
        if mark != 0xff {
            return Err(Reason::Damaged);
        }
        // Any number of bytes may fill the space before a marker.
        if marker == 0xff {
            place = place.saturating_add(1);
            continue;
        }
        let length = u64::from(u16::from_be_bytes([high, low]));
        let length = length.checked_sub(2).ok_or(Reason::Damaged)?;
        let segment = Span::new(place.saturating_add(HEAD_BYTES), length);
        match marker {
            SCAN => return facts.size.map(drop).ok_or(Reason::Damaged),
            APP_1 => read_exif(input, segment, facts).await?,
            _ if is_frame(marker) => facts.size = size(input.read(segment.first(5)).await?),
            _ => {}
        }
        place = segment.end();
    }
}

async fn read_exif(input: &mut Input, segment: Span, facts: &mut Facts) -> Result<(), Reason> {
    let name = segment.first(EXIF_NAME.len() as u64);
    if input.read(name).await? == EXIF_NAME {
        exif::read(input, segment.after(name.length), facts).await?;
    }
    Ok(())
}

/// Whether a segment begins a frame (ISO 10918-1 B.1.1.3). Tables are among the numbers.
const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

fn size(segment: &[u8]) -> Option<Size> {
    let mut fields = Bytes::new(segment);
    let _precision = fields.u8()?;
    let height = fields.u16()?;
    Size::new(fields.u16()?.into(), height.into())
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::tests::{facts, read};

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).unwrap().checked_add(2).unwrap();
        [&[0xff, marker][..], &length.to_be_bytes(), body].concat()
    }

    fn photo(segments: &[Vec<u8>]) -> Vec<u8> {
        [
            &b"\xff\xd8"[..],
            &segments.concat(),
            b"\xff\xda\0\x02pixels",
        ]
        .concat()
    }

    fn frame() -> Vec<u8> {
        segment(0xc2, b"\x08\x01\xe0\x02\x80\x03")
    }

    #[test]
    fn segments_are_walked_up_to_the_pixels() {
        let jfif = segment(0xe0, b"JFIF\0\x01\x01");
        let table = segment(0xc4, b"\x08\0\x01\0\x01\x03");
        let filled = [&[0xff, 0xff][..], &frame()].concat();
        let exif = crate::tests::big_endian_exif();
        let exif = segment(0xe1, &[EXIF_NAME, &exif].concat());
        let other = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>");
        for segments in [
            Vec::from([frame()]),
            Vec::from([jfif, table, filled]),
            Vec::from([other, exif.clone(), frame()]),
        ] {
            let facts = facts(&photo(&segments));
            let size = facts.size.map(|size| (size.width, size.height));
            assert_eq!((size, facts.cut), (Some((640, 480)), None));
            let has_exif = segments.contains(&exif);
            assert_eq!(facts.orientation.is_some(), has_exif);
        }
    }

    #[test]
    fn damaged_photos() {
        let cut = photo(&[frame()]);
        for (file, expected) in [
            (photo(&[]), Err(Reason::Damaged)),
            (
                photo(&[Vec::from(*b"\xff\xe0\0\x01")]),
                Err(Reason::Damaged),
            ),
            (
                photo(&[Vec::from(*b"\xff\xe0\xff\xff")]),
                Err(Reason::Truncated),
            ),
            (
                photo(&[frame(), Vec::from(*b"\0\0\0\0")]),
                Ok(Some(Reason::Damaged)),
            ),
            (cut.get(..12).unwrap().to_vec(), Ok(Some(Reason::Truncated))),
        ] {
            assert_eq!(read(&file).map(|it| it.cut), expected, "{file:x?}");
        }
    }
}
