#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use crate::input::Reason;
use crate::limits::SYNC_BYTES;
use crate::tests::{facts, read};

/// An empty tag, without which sound must begin with the first byte.
const TAG: &[u8] = b"ID3\x03\0\0\0\0\0\0";

/// A second of frames with 128,000 bits a second.
fn second() -> Vec<u8> {
    let mut frame = vec![0xff, 0xfb, 0x90, 0x64];
    frame.resize(417, 0);
    let mut sound = vec![frame; 38].concat();
    sound.resize(16_000, 0);
    sound
}

#[test]
fn a_duration_is_by_the_rate_if_no_frames_are_counted() {
    assert_eq!(facts(&second()).duration, Some(Duration::from_secs(1)));
    let mut counted = second();
    counted[36..48].copy_from_slice(b"Xing\0\0\0\x01\0\0\x01\0");
    let samples = 256 * 1_152 * 1_000_000_000_u64;
    assert_eq!(
        facts(&counted).duration,
        Some(Duration::from_nanos(samples / 44_100))
    );
}

#[test]
fn a_first_frame_is_searched_for_within_the_limit() {
    let limit = SYNC_BYTES as usize;
    for (padding, expected) in [
        (vec![0; limit - 1], Ok(Some(Duration::from_secs(1)))),
        (vec![0; limit], Err(Reason::Damaged)),
        // Bytes that look like a frame, of which no other follows.
        (
            [0xff, 0xfb, 0x90, 0x64, 0].repeat(40),
            Ok(Some(Duration::from_secs(1))),
        ),
    ] {
        let file = [TAG, &padding, &second()].concat();
        assert_eq!(
            read(&file).map(|it| it.duration),
            expected,
            "{}",
            padding.len()
        );
    }
    assert_eq!(read(&[&[0][..], &second()].concat()), Err(Reason::Unknown));
}

#[test]
fn damaged_sound() {
    for (file, expected) in [
        (&b""[..], Reason::Unknown),
        (b"\xff\xfb\x90\x64", Reason::Unknown),
        (TAG, Reason::Damaged),
        (b"ID3\x03\0\0\x7f\x7f\x7f\x7f", Reason::Damaged),
        (b"no sound at all", Reason::Unknown),
    ] {
        assert_eq!(read(file).map(|it| it.duration), Err(expected), "{file:x?}");
    }
}
