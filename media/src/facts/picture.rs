//! Pictures inside of files.

use crate::input::{Input, Reason, Span};

/// A picture inside of a file, as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its type by its own first bytes: what the file says of it is not believed, because
    /// it will be the media type of a response.
    pub kind: PictureType,
    /// Its bytes in the file.
    pub span: Span,
}

/// A format of pictures that browsers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum PictureType {
    Gif,
    Jpeg,
    Png,
    WebP,
}

/// The number that ID3 and FLAC have for a picture that is the front cover.
pub(crate) const FRONT_COVER: u32 = 3;

/// Bytes at the start that tell the formats apart.
const MAGIC_BYTES: u64 = 12;

impl Picture {
    /// Returns the picture in a part of a file, if there is one.
    pub(crate) async fn find(input: &mut Input, span: Span) -> Result<Option<Self>, Reason> {
        if !input.whole().has(span) {
            return Ok(None);
        }
        let kind = PictureType::of(input.read(span.first(MAGIC_BYTES)).await?);
        Ok(kind.map(|kind| Self { kind, span }))
    }
}

impl PictureType {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::WebP),
            _ => None,
        }
    }

    /// Returns its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_what_their_first_bytes_say() {
        for (bytes, expected) in [
            (&b"\xff\xd8\xff\xe0"[..], Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n", Some("image/png")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\0\0\0\0WAVEfmt ", None),
            (b"<svg onload=", None),
            (b"<html>", None),
            (b"", None),
        ] {
            assert_eq!(
                PictureType::of(bytes).map(PictureType::media_type),
                expected
            );
        }
    }
}
