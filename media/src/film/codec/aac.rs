//! AAC, and what else MPEG-4 has a number for.

use alloc::format;
use alloc::string::String;

use crate::bytes::Bytes;

/// Tags of descriptors (ISO 14496-1 §7.2.6).
const STREAM: u8 = 3;
const DECODER: u8 = 4;
const SETTINGS: u8 = 5;

/// Object type of AAC and of other sounds of MPEG-4.
const MPEG_4_AUDIO: u8 = 0x40;

/// Object type that says that the real one follows.
const ESCAPE: u16 = 31;

/// Names AAC by its settings (ISO 14496-3 §1.6.2.1), which begin with the object type.
pub(crate) fn aac(settings: &[u8]) -> Option<String> {
    let first = Bytes::new(settings).u16()?;
    let kind = match first >> 11 {
        ESCAPE => ((first >> 5) & 0x3f).saturating_add(32),
        kind => kind,
    };
    (kind > 0).then(|| format!("mp4a.40.{kind}"))
}

/// Names a codec by the descriptor of its stream (ISO 14496-1 §7.2.6.5).
pub(crate) fn mpeg_4(name: &str, descriptor: &[u8]) -> Option<String> {
    let mut fields = Bytes::new(descriptor);
    enter(&mut fields, STREAM)?;
    let _id = fields.u16()?;
    let flags = fields.u8()?;
    if flags & 0x80 != 0 {
        fields.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let address = fields.u8()?;
        fields.skip(address.into())?;
    }
    if flags & 0x20 != 0 {
        fields.skip(2)?;
    }
    enter(&mut fields, DECODER)?;
    let object = fields.u8()?;
    if object == MPEG_4_AUDIO {
        // Kind of stream, size of the buffer, and two rates.
        fields.skip(12)?;
        enter(&mut fields, SETTINGS)?;
        return aac(fields.rest());
    }
    Some(format!("{name}.{object:02X}"))
}

/// Takes the head of a descriptor: its tag, and a length of one to four bytes.
fn enter(fields: &mut Bytes<'_>, tag: u8) -> Option<()> {
    if fields.u8()? != tag {
        return None;
    }
    for _ in 0..4 {
        if fields.u8()? & 0x80 == 0 {
            return Some(());
        }
    }
    None
}
