//! The head of a frame of sound (ISO 11172-3 §2.4.1.3, ISO 13818-3 §2.4.2.3).

/// Bytes of the head of a frame.
pub(super) const HEAD_BYTES: u64 = 4;

/// Thousands of bits a second, by the number in the head: of the layers of MPEG-1, and of
/// the first layer and the others of MPEG-2.
const RATES: [[u32; 15]; 5] = [
    [
        0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
    ],
    [
        0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
    ],
    [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [
        0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
    ],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// Samples a second in MPEG-1; MPEG-2 has half of them, and MPEG-2.5 a quarter.
const SAMPLE_RATES: [u32; 3] = [44_100, 48_000, 32_000];

/// A version of MPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
    TwoAndAHalf,
}

/// Content of the head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    version: Version,
    layer: u8,
    is_mono: bool,
    /// Samples a second.
    pub(super) rate: u32,
    pub(super) bits_per_second: u32,
    /// Samples of a frame.
    pub(super) samples: u32,
    /// Bytes of the frame with its head.
    pub(super) length: u64,
}

impl Frame {
    /// Reads the head of a frame.
    pub(super) fn parse(head: &[u8; 4]) -> Option<Self> {
        let [0xff, kind, rates, mode] = *head else {
            return None;
        };
        if kind & 0xe0 != 0xe0 {
            return None;
        }
        let version = match kind >> 3 & 3 {
            3 => Version::One,
            2 => Version::Two,
            0 => Version::TwoAndAHalf,
            _ => return None,
        };
        let layer = 4_u8.checked_sub(kind >> 1 & 3).filter(|layer| *layer < 4)?;
        let (table, samples) = match (version, layer) {
            (Version::One, 1) => (0, 384),
            (Version::One, 2) => (1, 1_152),
            (Version::One, _) => (2, 1_152),
            (_, 1) => (3, 384),
            (_, 2) => (4, 1_152),
            (_, _) => (4, 576),
        };
        let thousands = *RATES.get(table)?.get(usize::from(rates >> 4))?;
        let rate = *SAMPLE_RATES.get(usize::from(rates >> 2 & 3))?;
        let rate = match version {
            Version::One => rate,
            Version::Two => rate / 2,
            Version::TwoAndAHalf => rate / 4,
        };
        let bits_per_second = thousands.checked_mul(1_000).filter(|bits| *bits > 0)?;
        // Frames of the first layer are made of slots of four bytes.
        let slot = if layer == 1 { 4 } else { 1 };
        let bytes = (samples / 8_u32)
            .checked_mul(bits_per_second)?
            .checked_div(rate)?;
        let padding = if rates & 2 == 0 { 0 } else { slot };
        Some(Self {
            version,
            layer,
            is_mono: mode >> 6 == 3,
            rate,
            bits_per_second,
            samples,
            length: u64::from(bytes.checked_div(slot)?.checked_mul(slot)?)
                .checked_add(padding.into())?,
        })
    }

    /// Whether the frame may be of the same file as another.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let kind = |frame: &Self| (frame.version, frame.layer, frame.rate);
        kind(self) == kind(other)
    }

    /// Returns the name of its codec.
    pub(super) const fn codec(&self) -> &'static str {
        match self.layer {
            1 => "mp1",
            2 => "mp2",
            _ => "mp3",
        }
    }

    /// Returns the bytes between its head and its data, if it is of the third layer.
    pub(super) fn side_bytes(&self) -> Option<usize> {
        let is_one = self.version == Version::One;
        (self.layer == 3).then_some(match (is_one, self.is_mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_say_rates_and_lengths() {
        for (head, expected) in [
            (
                [0xff, 0xfb, 0x90, 0x64],
                Some(("mp3", 44_100, 128_000, 417)),
            ),
            (
                [0xff, 0xfb, 0x92, 0x64],
                Some(("mp3", 44_100, 128_000, 418)),
            ),
            ([0xff, 0xf3, 0x84, 0xc4], Some(("mp3", 24_000, 64_000, 192))),
            ([0xff, 0xe3, 0x18, 0xc4], Some(("mp3", 8_000, 8_000, 72))),
            ([0xff, 0xfd, 0xa4, 0], Some(("mp2", 48_000, 192_000, 576))),
            ([0xff, 0xff, 0xc4, 0], Some(("mp1", 48_000, 384_000, 384))),
            // A rate that is free, and others that are reserved.
            ([0xff, 0xfb, 0x00, 0x64], None),
            ([0xff, 0xfb, 0xf0, 0x64], None),
            ([0xff, 0xfb, 0x9c, 0x64], None),
            ([0xff, 0xeb, 0x90, 0x64], None),
            ([0xff, 0xf9, 0x90, 0x64], None),
            ([0xff, 0x1b, 0x90, 0x64], None),
            ([0, 0, 0, 0], None),
        ] {
            let found =
                Frame::parse(&head).map(|it| (it.codec(), it.rate, it.bits_per_second, it.length));
            assert_eq!(found, expected, "{head:x?}");
        }
    }
}
