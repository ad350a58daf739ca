//! The codec of a track, by the description of its samples.

use alloc::string::String;

use crate::boxes::{self, BoxHead};
use crate::bytes::Bytes;
use crate::facts::{Kind, Size};
use crate::film::codec::{self, SETTINGS_BYTES};
use crate::input::{Input, Reason, Span};
use crate::text;

/// Bytes before the size in the description of a picture, and those before its boxes.
const BEFORE_SIZE_BYTES: u64 = 24;
const PICTURE_BYTES: u64 = 78;

/// Bytes before the version in the description of a sound, and those before its boxes.
/// Versions 1 and 2 are of QuickTime.
const BEFORE_VERSION_BYTES: u64 = 8;
const SOUND_BYTES: u64 = 28;
const SOUND_1_BYTES: u64 = 44;
const SOUND_2_BYTES: u64 = 64;

/// Flags of subtitles that are all forced, or some of them (3GPP TS 26.245 §5.16).
const FORCED_FLAGS: u32 = 0xc000_0000;

/// Content of a description of samples.
#[derive(Default)]
pub(super) struct Sample {
    pub(super) codec: Option<String>,
    pub(super) size: Option<Size>,
    pub(super) is_forced: bool,
}

/// Reads the description of the samples of a track.
pub(super) async fn read(input: &mut Input, kind: Kind, entry: BoxHead) -> Result<Sample, Reason> {
    let mut sample = Sample::default();
    let boxes = match kind {
        Kind::Video => {
            let sides: [u8; 4] = input
                .array(entry.body.after(BEFORE_SIZE_BYTES).start)
                .await?;
            let mut fields = Bytes::new(&sides);
            let sides = fields.u16().zip(fields.u16());
            sample.size = sides.and_then(|(width, height)| Size::new(width.into(), height.into()));
            entry.body.after(PICTURE_BYTES)
        }
        Kind::Audio => {
            let version = input
                .array(entry.body.after(BEFORE_VERSION_BYTES).start)
                .await?;
            entry.body.after(match u16::from_be_bytes(version) {
                1 => SOUND_1_BYTES,
                2 => SOUND_2_BYTES,
                _ => SOUND_BYTES,
            })
        }
        Kind::Subtitles => {
            if entry.kind == *b"tx3g" {
                let flags = input
                    .array(entry.body.after(BEFORE_VERSION_BYTES).start)
                    .await?;
                sample.is_forced = u32::from_be_bytes(flags) & FORCED_FLAGS != 0;
            }
            entry.body.after(entry.body.length)
        }
    };
    sample.codec = match settings(input, entry.kind, boxes).await? {
        Some(codec) => Some(codec),
        None => plain(entry.kind),
    };
    Ok(sample)
}

/// Names a codec that has settings in a box of its own.
async fn settings(input: &mut Input, kind: [u8; 4], boxes: Span) -> Result<Option<String>, Reason> {
    let holder = match &kind {
        b"avc1" | b"avc3" => b"avcC",
        b"hvc1" | b"hev1" => b"hvcC",
        b"av01" => b"av1C",
        b"vp08" | b"vp09" => b"vpcC",
        b"mp4a" | b"mp4v" => b"esds",
        _ => return Ok(None),
    };
    let mut place = boxes::find(input, boxes, holder).await?;
    // QuickTime wraps the settings of a sound once more.
    if place.is_none() && holder == b"esds" {
        place = match boxes::find(input, boxes, b"wave").await? {
            Some(wrapped) => boxes::find(input, wrapped, holder).await?,
            None => None,
        };
    }
    let Some(place) = place else {
        return Ok(None);
    };
    let bytes = input.read(place.first(SETTINGS_BYTES)).await?;
    let name = core::str::from_utf8(&kind).unwrap_or_default();
    let behind_version = bytes.get(4..).unwrap_or_default();
    Ok(match holder {
        b"avcC" => codec::avc(name, bytes),
        b"hvcC" => codec::hevc(name, bytes),
        b"av1C" => codec::av1(bytes),
        b"vpcC" if kind == *b"vp09" => codec::vp9(behind_version),
        b"esds" => codec::mpeg_4(name, behind_version),
        _ => None,
    })
}

/// Names a codec by its kind alone.
fn plain(kind: [u8; 4]) -> Option<String> {
    match &kind {
        b"Opus" => Some("opus".into()),
        b"fLaC" => Some("flac".into()),
        b".mp3" => Some("mp3".into()),
        b"vp08" => Some("vp8".into()),
        _ => text::four_letters(kind),
    }
}
