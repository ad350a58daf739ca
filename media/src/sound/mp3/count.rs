//! The count of frames, which programs write into a first frame without sound.

use crate::bytes::Bytes;
use crate::sound::mp3::frame::{Frame, HEAD_BYTES};

/// Flag of a count that is there.
const HAS_FRAMES: u32 = 1;

/// Place of the count that Fraunhofer's programs write, behind the head.
const VBRI_PLACE: usize = 32;

/// Returns the count of frames in the first one: by Xing and LAME behind what the third
/// layer has beside its data, by Fraunhofer at a fixed place.
pub(super) fn frames(first: &[u8], frame: &Frame) -> Option<u32> {
    let body = first.get(HEAD_BYTES as usize..)?;
    xing(body.get(frame.side_bytes()?..)?).or_else(|| vbri(body.get(VBRI_PLACE..)?))
}

fn xing(bytes: &[u8]) -> Option<u32> {
    let mut fields = Bytes::new(bytes);
    let is_known = matches!(fields.take(4)?, b"Xing" | b"Info");
    let has_frames = fields.u32()? & HAS_FRAMES != 0;
    let count = fields.u32()?;
    (is_known && has_frames && count > 0).then_some(count)
}

fn vbri(bytes: &[u8]) -> Option<u32> {
    let mut fields = Bytes::new(bytes);
    let is_known = fields.take(4)? == b"VBRI";
    // Version, delay, quality, and the count of bytes.
    fields.skip(10)?;
    let count = fields.u32()?;
    (is_known && count > 0).then_some(count)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn counts_stand_where_the_programs_put_them() {
        let stereo = [0xff, 0xfb, 0x90, 0x64];
        let mono = [0xff, 0xfb, 0x90, 0xc4];
        let layer_2 = [0xff, 0xfd, 0xa4, 0];
        for (head, before, count, expected) in [
            (
                stereo,
                32_usize,
                &b"Xing\0\0\0\x0f\0\0\x01\0"[..],
                Some(256),
            ),
            (mono, 17, b"Info\0\0\0\x01\0\0\0\x09", Some(9)),
            (stereo, 32, b"VBRI\0\x01\0\0\0\0\0\0\0\0\0\0\0\x07", Some(7)),
            (mono, 32, b"VBRI\0\x01\0\0\0\0\0\0\0\0\0\0\0\x07", Some(7)),
            (stereo, 32, b"Xing\0\0\0\x0e\0\0\x01\0", None),
            (stereo, 32, b"Xing\0\0\0\x01\0\0\0\0", None),
            (stereo, 31, b"Xing\0\0\0\x01\0\0\0\x09\0", None),
            (stereo, 32, b"Xing\0\0\0\x01\0", None),
            (layer_2, 32, b"Xing\0\0\0\x01\0\0\0\x09", None),
        ] {
            let mut first = Vec::from(head);
            first.resize(before.saturating_add(4), 0);
            first.extend(count);
            let frame = Frame::parse(&head).unwrap();
            assert_eq!(frames(&first, &frame), expected, "{head:x?} {count:x?}");
        }
    }
}
