//! The formats, and how they are told apart.

use alloc::boxed::Box;

use crate::facts::{Container, Facts};
use crate::film::{matroska, mp4};
use crate::input::{Input, Reason};
use crate::picture::{gif, heif, jpeg, png, webp};
use crate::sound::{aiff, flac, id3, mp3, ogg, wav};

/// A format of files, with a reader of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Format {
    Aiff,
    Flac,
    Gif,
    Heif,
    Jpeg,
    Matroska,
    Mp3,
    Mp4,
    Ogg,
    Png,
    Wav,
    WebP,
}

/// Bytes that tell most formats apart.
const MAGIC_BYTES: u64 = 12;

/// Reads a file. Facts are found even if the file is damaged behind them.
pub(crate) async fn facts(format: Option<Format>, mut input: Input) -> Result<Box<Facts>, Reason> {
    let format = match format {
        Some(format) => format,
        None => Format::find(&mut input).await?,
    };
    let empty = Facts::new(format.container());
    let mut facts = Box::new(empty.clone());
    match format.read(&mut input, &mut facts).await {
        Err(reason) if *facts == empty => Err(reason),
        end => {
            facts.cut = end.err();
            Ok(facts)
        }
    }
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 12] = [
        Self::Aiff,
        Self::Flac,
        Self::Gif,
        Self::Heif,
        Self::Jpeg,
        Self::Matroska,
        Self::Mp3,
        Self::Mp4,
        Self::Ogg,
        Self::Png,
        Self::Wav,
        Self::WebP,
    ];

    /// Finds the format of a file by its first bytes, and by those behind a tag.
    async fn find(input: &mut Input) -> Result<Self, Reason> {
        let start = id3::end_of_tags(input).await?;
        let after = input.whole().after(start);
        match Self::of(input.read(after.first(MAGIC_BYTES)).await?) {
            Some(format) => Ok(format),
            None if start > 0 || mp3::is_first_frame(input, start).await? => Ok(Self::Mp3),
            None => Err(Reason::Unknown),
        }
    }

    /// Returns the format of a file with these first bytes.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [
                b'F',
                b'O',
                b'R',
                b'M',
                _,
                _,
                _,
                _,
                b'A',
                b'I',
                b'F',
                b'F' | b'C',
            ] => Some(Self::Aiff),
            [b'f', b'L', b'a', b'C', ..] => Some(Self::Flac),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Self::Matroska),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => Some(Self::WebP),
            [
                b'R',
                b'I' | b'F',
                b'F' | b'6',
                b'F' | b'4',
                _,
                _,
                _,
                _,
                b'W',
                b'A',
                b'V',
                b'E',
            ] => Some(Self::Wav),
            [_, _, _, _, kind @ .., _, _, _, _] if kind == b"ftyp" => {
                let brand = bytes.last_chunk().copied().unwrap_or_default();
                Some(if heif::is_brand(brand) {
                    Self::Heif
                } else {
                    Self::Mp4
                })
            }
            // Old films of QuickTime begin without a brand.
            [_, _, _, _, kind @ .., _, _, _, _] if mp4::is_first_box(kind) => Some(Self::Mp4),
            _ => None,
        }
    }

    /// Returns the container before more is known.
    const fn container(self) -> Container {
        match self {
            Self::Aiff => Container::Aiff,
            Self::Flac => Container::Flac,
            Self::Gif => Container::Gif,
            Self::Heif => Container::Heic,
            Self::Jpeg => Container::Jpeg,
            Self::Matroska => Container::Matroska,
            Self::Mp3 => Container::Mp3,
            Self::Mp4 => Container::Mp4,
            Self::Ogg => Container::Ogg,
            Self::Png => Container::Png,
            Self::Wav => Container::Wav,
            Self::WebP => Container::WebP,
        }
    }

    async fn read(self, input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
        match self {
            Self::Aiff => aiff::read(input, facts).await,
            Self::Flac => flac::read(input, facts).await,
            Self::Gif => gif::read(input, facts).await,
            Self::Heif => heif::read(input, facts).await,
            Self::Jpeg => jpeg::read(input, facts).await,
            Self::Matroska => matroska::read(input, facts).await,
            Self::Mp3 => mp3::read(input, facts).await,
            Self::Mp4 => mp4::read(input, facts).await,
            Self::Ogg => ogg::read(input, facts).await,
            Self::Png => png::read(input, facts).await,
            Self::Wav => wav::read(input, facts).await,
            Self::WebP => webp::read(input, facts).await,
        }
    }
}
