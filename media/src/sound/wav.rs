//! WAV: chunks of RIFF with the form of the sound, its length, and names.

use alloc::format;

use crate::bytes::Bytes;
use crate::facts::{Facts, Tag, Track, ticks};
use crate::input::{Input, Reason, Span};
use crate::riff::Chunks;
use crate::sound::id3;
use crate::text;

/// Length of the data that says that it stands elsewhere (EBU 3306).
const ELSEWHERE: u64 = u32::MAX as u64;

/// Number of the form of which the real one follows.
const EXTENSIBLE: u16 = 0xfffe;

/// The chunk with the form of the sound.
#[derive(Clone, Copy, Default)]
struct Form {
    number: u16,
    bytes_per_second: u32,
}

/// Reads the facts of a WAV.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut chunks = Chunks::of_file(input, u32::from_le_bytes);
    let mut form = Form::default();
    let mut long_length = None;
    while let Some(chunk) = chunks.next(input).await? {
        match &chunk.kind {
            b"ds64" => {
                let data_length = input.array(chunk.data.after(8).start).await?;
                long_length = Some(u64::from_le_bytes(data_length));
            }
            b"fmt " => {
                let fields = input.read(chunk.data.first(26)).await?;
                form = Form::parse(fields).ok_or(Reason::Damaged)?;
                facts.add_track(Track::sound(&format!("{:x}", form.number)));
            }
            b"data" => {
                let rest = input.whole().after(chunk.data.start);
                let length = match chunk.data.length {
                    ELSEWHERE => long_length.unwrap_or(ELSEWHERE),
                    length => length,
                };
                let length = rest.first(length).length;
                facts.duration = ticks(length, form.bytes_per_second.into());
                if length >= ELSEWHERE {
                    chunks = Chunks::within(rest.after(length), u32::from_le_bytes);
                }
            }
            b"LIST" => read_list(input, chunk.data, facts).await?,
            b"id3 " | b"ID3 " => id3::read(input, chunk.data, facts).await.map(drop)?,
            _ => {}
        }
    }
    Ok(())
}

impl Form {
    fn parse(chunk: &[u8]) -> Option<Self> {
        let mut fields = Bytes::new(chunk);
        let number = fields.u16_le()?;
        let _channels = fields.u16_le()?;
        let _rate = fields.u32_le()?;
        let bytes_per_second = fields.u32_le()?;
        // The real number begins the long one of 16 bytes.
        let number = match number {
            EXTENSIBLE => fields
                .skip(12)
                .and_then(|()| fields.u16_le())
                .unwrap_or(number),
            number => number,
        };
        Some(Self {
            number,
            bytes_per_second,
        })
    }
}

/// Reads a list of names.
async fn read_list(input: &mut Input, list: Span, facts: &mut Facts) -> Result<(), Reason> {
    let kind: [u8; 4] = input.array(list.start).await?;
    if &kind != b"INFO" {
        return Ok(());
    }
    let mut chunks = Chunks::within(list.after(4), u32::from_le_bytes);
    while let Some(chunk) = chunks.next(input).await? {
        let tag = match &chunk.kind {
            b"INAM" => Tag::Title,
            b"IART" => Tag::Artist,
            b"IPRD" => Tag::Album,
            b"ITRK" | b"IPRT" => Tag::Track,
            b"ICRD" => Tag::Date,
            _ => continue,
        };
        let value = text::utf_8(input.read(chunk.data.first(text::ENOUGH_BYTES)).await?);
        facts.tags.add(tag, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;
    use core::time::Duration;

    use super::*;
    use crate::tests::{chunk, facts, read, read_long};

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        [&b"RIFF\0\0\0\0WAVE"[..], &chunks.concat()].concat()
    }

    /// A form with 1,000 bytes a second.
    fn form(number: u16) -> Vec<u8> {
        let head = [
            &number.to_le_bytes()[..],
            &[1, 0],
            &[0; 4],
            &1_000_u32.to_le_bytes(),
        ];
        let extended = [&[0; 12][..], &7_u16.to_le_bytes(), &[0; 14]].concat();
        chunk(b"fmt ", &[&head.concat()[..], &extended].concat())
    }

    #[test]
    fn a_duration_is_the_length_of_the_data() {
        let head = file(&[form(1)]);
        let bytes = 5_u64 << 30;
        let place = (head.len() as u64).checked_add(8).unwrap();
        let ds64 = chunk(
            b"ds64",
            &[&[0; 8][..], &bytes.to_le_bytes(), &[0; 12]].concat(),
        );
        let long = [&file(&[ds64, form(1)])[..], b"data\xff\xff\xff\xff"].concat();
        let length = (long.len() as u64).checked_add(bytes).unwrap();
        let unknown = [&head[..], b"data\xff\xff\xff\xff"].concat();
        for (file, length, milliseconds) in [
            (file(&[form(1), chunk(b"data", &[0; 500])]), None, 500),
            // Data that the file has less of.
            (unknown, Some(place.checked_add(250).unwrap()), 250),
            (long, Some(length), bytes),
        ] {
            let length = length.unwrap_or(file.len() as u64);
            let facts = read_long(&file, length).end.unwrap();
            assert_eq!(facts.duration, Some(Duration::from_millis(milliseconds)));
            assert_eq!(facts.cut, None);
        }
    }

    #[test]
    fn forms_and_names_are_told() {
        let list = [
            &b"INFO"[..],
            &chunk(b"INAM", b"One\0"),
            &chunk(b"ICRD", b"1999"),
        ]
        .concat();
        for (number, codec) in [(1, "1"), (3, "3"), (0xfffe, "7")] {
            let facts = facts(&file(&[form(number), chunk(b"LIST", &list)]));
            let found = facts
                .tracks
                .first()
                .and_then(|track| track.codec.as_deref());
            assert_eq!(found, Some(codec));
            assert_eq!(facts.tags.title.as_deref(), Some("One"));
            assert_eq!(facts.tags.year, Some(1999));
        }
    }

    #[test]
    fn damaged_sound() {
        for (chunks, expected) in [
            (vec![chunk(b"fmt ", &[1, 0])], Err(Reason::Damaged)),
            (
                vec![b"fmt \xff\xff\xff\xff".to_vec()],
                Err(Reason::Truncated),
            ),
            (
                vec![form(1), b"LIST\x04\0\0\0INFO\0\0\0".to_vec()],
                Ok(None),
            ),
            (
                vec![form(1), b"LIST\x20\0\0\0INFO".to_vec()],
                Ok(Some(Reason::Truncated)),
            ),
        ] {
            assert_eq!(
                read(&file(&chunks)).map(|it| it.cut),
                expected,
                "{chunks:x?}"
            );
        }
    }
}
