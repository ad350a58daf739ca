//! What a stream is, by its first packet.

use crate::bytes::Bytes;
use crate::facts::{Facts, Kind, Size, Track};
use crate::input::{Input, Reason};
use crate::sound::ogg::page::Page;

/// Bytes of the first packet that are looked at. The facts of FLAC are the longest.
const HEAD_BYTES: u64 = 51;

/// Positions of Opus in a second, whatever rate it was made of.
const OPUS_RATE: u64 = 48_000;

/// A stream of packets.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) serial: u32,
    /// Positions in a second; none if its positions are no times.
    pub(super) rate: u64,
    /// Positions before the sound starts.
    pub(super) before_start: u64,
    /// Bytes before the comments in their packet.
    pub(super) before_comments: u64,
    codec: &'static str,
    size: Option<Size>,
}

impl Stream {
    /// Reads the first packet of a stream; `None` if the stream is nothing to see or hear.
    pub(super) async fn read(input: &mut Input, page: &Page) -> Result<Option<Self>, Reason> {
        let bytes = input.read(page.body.first(HEAD_BYTES)).await?;
        Ok(Self::parse(page.serial, bytes))
    }

    fn parse(serial: u32, bytes: &[u8]) -> Option<Self> {
        let mut fields = Bytes::new(bytes);
        let (rate, before_start, before_comments, codec) = match bytes {
            [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => {
                fields.skip(10)?;
                (OPUS_RATE, fields.u16_le()?.into(), 8, "opus")
            }
            [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => {
                fields.skip(12)?;
                (fields.u32_le()?.into(), 0, 7, "vorbis")
            }
            [0x7f, b'F', b'L', b'A', b'C', ..] => {
                // The names of the mapping and of FLAC, and the head of the first block.
                fields.skip(27)?;
                (u64::from(fields.u24()? >> 4), 0, 4, "flac")
            }
            [b'S', b'p', b'e', b'e', b'x', b' ', ..] => {
                fields.skip(36)?;
                (fields.u32_le()?.into(), 0, 0, "speex")
            }
            [0x80, b't', b'h', b'e', b'o', b'r', b'a', ..] => (0, 0, 7, "theora"),
            _ => return None,
        };
        let size = if codec == "theora" {
            picture_size(bytes)
        } else {
            None
        };
        Some(Self {
            serial,
            rate,
            before_start,
            before_comments,
            codec,
            size,
        })
    }

    /// Adds the track, and the size of a film.
    pub(super) fn add_to(&self, facts: &mut Facts) {
        let kind = if self.codec == "theora" {
            Kind::Video
        } else {
            Kind::Audio
        };
        facts.size = facts.size.or(self.size);
        facts.add_track(Track {
            codec: Some(self.codec.into()),
            ..Track::new(kind)
        });
    }
}

/// Returns the size of a film of Theora, behind its version and its size in blocks.
fn picture_size(bytes: &[u8]) -> Option<Size> {
    let mut fields = Bytes::new(bytes);
    fields.skip(14)?;
    Size::new(fields.u24()?, fields.u24()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_say_what_they_are() {
        for (bytes, expected) in [
            (
                &b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0"[..],
                Some(("opus", 48_000, 312)),
            ),
            (
                b"\x01vorbis\0\0\0\0\x02\x44\xac\0\0",
                Some(("vorbis", 44_100, 0)),
            ),
            (
                b"\x7fFLAC\x01\0\0\x01fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x42\xf0",
                Some(("flac", 44_100, 0)),
            ),
            (
                b"\x80theora\x03\x02\x01\0\x14\0\x0f\0\x01\x40\0\0\xf0",
                Some(("theora", 0, 0)),
            ),
            (b"OpusHead", None),
            (b"fishead\0", None),
            (b"", None),
        ] {
            let stream = Stream::parse(1, bytes);
            let found = stream.map(|it| (it.codec, it.rate, it.before_start));
            assert_eq!(found, expected, "{bytes:x?}");
        }
    }
}
