use alloc::string::String;

use super::*;

/// A function, the settings that it reads, and the name of the codec.
type Row = (
    fn(&[u8]) -> Option<String>,
    &'static [u8],
    Option<&'static str>,
);

#[test]
fn settings_are_named_as_browsers_know_them() {
    let table: [Row; 16] = [
        (
            |it| avc("avc1", it),
            &[1, 0x64, 0, 0x28, 0xff],
            Some("avc1.640028"),
        ),
        (|it| avc("avc1", it), &[1, 0x42, 0xe0], None),
        (|it| avc("avc1", it), &[0, 0x42, 0xe0, 0x1e], None),
        (
            |it| hevc("hvc1", it),
            &[1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93],
            Some("hvc1.1.6.L93.90"),
        ),
        (
            |it| hevc("hev1", it),
            &[1, 0x62, 0x20, 0, 0, 0, 0xb0, 0x23, 0, 0, 0, 0, 153],
            Some("hev1.A2.4.H153.B0.23"),
        ),
        (
            |it| hevc("hev1", it),
            &[1, 1, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30],
            Some("hev1.1.6.L30"),
        ),
        (|it| hevc("hvc1", it), &[1, 1, 0x60], None),
        (av1, &[0x81, 0x08, 0x0c, 0], Some("av01.0.08M.08")),
        (av1, &[0x81, 0x2d, 0xc4, 0], Some("av01.1.13H.10")),
        (av1, &[0x81, 0x48, 0x60, 0], Some("av01.2.08M.12")),
        (av1, &[0x01, 0x08], None),
        (vp9, &[0, 31, 0x80], Some("vp09.00.31.08")),
        (vp9, &[2], None),
        (aac, &[0x12, 0x10], Some("mp4a.40.2")),
        (aac, &[0x2b, 0x92, 0x08, 0], Some("mp4a.40.5")),
        (aac, &[0xf9, 0x48, 0x40], Some("mp4a.40.42")),
    ];
    for (codec, settings, expected) in table {
        assert_eq!(codec(settings).as_deref(), expected, "{settings:x?}");
    }
}

#[test]
fn descriptors_of_mpeg_4_are_walked() {
    for (bytes, expected) in [
        // Lengths of one byte, and of four.
        (
            &b"\x03\x16\0\x02\0\x04\x11\x40\x15\0\0\0\0\0\0\0\0\0\0\0\x05\x02\x12\x10"[..],
            Some("mp4a.40.2"),
        ),
        (
            b"\x03\x80\x80\x80\x1b\0\x02\0\x04\x80\x80\x80\x0d\x6b\x15\0\0\0\0\0\0\0\0\0\0\0",
            Some("mp4a.6B"),
        ),
        (
            b"\x03\x16\0\x02\0\x04\x11\x20\x11\0\0\0\0\0\0\0\0\0\0\0\x05\x02\0\0",
            Some("mp4a.20"),
        ),
        // A stream that depends on another one, with an address and a clock.
        (
            b"\x03\x16\0\x02\xe0\0\x01\x02ab\0\x03\x04\x11\x6b",
            Some("mp4a.6B"),
        ),
        (b"\x03\x16\0\x02\0\x05", None),
        (b"\x03", None),
        (b"", None),
    ] {
        assert_eq!(mpeg_4("mp4a", bytes).as_deref(), expected, "{bytes:x?}");
    }
}
