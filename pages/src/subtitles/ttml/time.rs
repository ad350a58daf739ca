//! Times as TTML writes them (TTML2 §12.3): clocks, and numbers with a unit.

/// Frames in a second of a document that does not say it.
const FRAMES_PER_SECOND: u64 = 30;

/// Most digits of a whole number, and of a fraction. A time of a year in ticks of a
/// nanosecond has as many.
const DIGITS: usize = 17;

/// The units of a document: what it says of frames and ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Units {
    /// Frames in `seconds_for_frames` seconds.
    frames: u64,
    seconds_for_frames: u64,
    ticks_per_second: Option<u64>,
    has_frames: bool,
}

impl Units {
    /// Those of a document that says nothing.
    pub(super) const DEFAULT: Self = Self {
        frames: FRAMES_PER_SECOND,
        seconds_for_frames: 1,
        ticks_per_second: None,
        has_frames: false,
    };

    /// Reads an attribute of the whole document.
    pub(super) fn read(&mut self, name: &str, value: &str) {
        let number = |digits: &str| whole(digits).filter(|it| (1..=1_000_000_000).contains(it));
        match name {
            "frameRate" => {
                if let Some(rate) = number(value) {
                    self.frames = self.frames.saturating_mul(rate) / FRAMES_PER_SECOND;
                    self.has_frames = true;
                }
            }
            "frameRateMultiplier" => {
                let parts = value.split_once(' ').or_else(|| value.split_once(':'));
                let parts = parts.and_then(|(a, b)| number(a).zip(number(b)));
                if let Some((factor, divisor)) = parts {
                    self.frames = self.frames.saturating_mul(factor);
                    self.seconds_for_frames = divisor;
                }
            }
            "tickRate" => self.ticks_per_second = number(value),
            _ => {}
        }
    }

    /// Returns a time in milliseconds.
    pub(super) fn milliseconds(&self, text: &str) -> Option<u64> {
        let text = text.trim();
        if text.contains(':') {
            return self.clock(text);
        }
        let end = text.find(|letter: char| letter.is_ascii_alphabetic())?;
        let (number, unit) = text.split_at_checked(end)?;
        let (factor, divisor) = match unit {
            "h" => (3_600_000, 1),
            "m" => (60_000, 1),
            "s" => (1_000, 1),
            "ms" => (1, 1),
            "f" => (
                1_000_u64.saturating_mul(self.seconds_for_frames),
                self.frames,
            ),
            "t" => (1_000, self.ticks()),
            _ => return None,
        };
        scaled(number, factor, divisor)
    }

    /// Returns ticks in a second: as many as frames, if the document says of those alone.
    fn ticks(&self) -> u64 {
        let frames = self.frames.checked_div(self.seconds_for_frames);
        let frames = frames.filter(|_| self.has_frames).unwrap_or(1);
        self.ticks_per_second.unwrap_or(frames)
    }

    /// Reads hours, minutes, seconds with a fraction, and frames.
    fn clock(&self, text: &str) -> Option<u64> {
        let mut parts = text.split(':');
        let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
        let minutes = whole(hours)?
            .checked_mul(60)?
            .checked_add(whole(minutes)?)?;
        let time = scaled(seconds, 1_000, 1)?.checked_add(minutes.checked_mul(60_000)?)?;
        let frames = match parts.next() {
            // Frames may have parts of a frame behind a point, as a fraction never has.
            Some(frames) => {
                let frames = frames.split_once('.').map_or(frames, |(frames, _)| frames);
                let factor = 1_000_u64.saturating_mul(self.seconds_for_frames);
                scaled(frames, factor, self.frames)?
            }
            None => 0,
        };
        time.checked_add(frames)
    }
}

/// Returns a number, which may have a fraction, times a factor, and divided.
fn scaled(number: &str, factor: u64, divisor: u64) -> Option<u64> {
    let (before, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let fraction = fraction.get(..DIGITS.min(fraction.len()))?;
    let ten = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let sum = u128::from(whole(before)?)
        .checked_mul(ten)?
        .checked_add(whole(fraction)?.into())?;
    let product = sum.checked_mul(factor.into())?;
    let divisor = ten.checked_mul(divisor.into())?;
    u64::try_from(product.checked_div(divisor)?).ok()
}

fn whole(digits: &str) -> Option<u64> {
    let is_number =
        (1..=DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_numbers_are_times() {
        let mut units = Units::DEFAULT;
        for (text, expected) in [
            ("00:00:01.500", Some(1_500)),
            ("01:02:03", Some(3_723_000)),
            ("00:00:01:15", Some(1_500)),
            ("00:00:01:15.1", Some(1_500)),
            ("1.5s", Some(1_500)),
            (" 1.25h ", Some(4_500_000)),
            ("2m", Some(120_000)),
            ("70ms", Some(70)),
            ("15f", Some(500)),
            ("3t", Some(3_000)),
            ("1.00000000000000000000001s", Some(1_000)),
            ("1", None),
            ("1x", None),
            ("s", None),
            ("-1s", None),
            ("00:01", None),
            ("a:b:c", None),
            ("00:00:\u{e9}", None),
            ("1.\u{e9}s", None),
            ("99999999999999999h", None),
            ("", None),
        ] {
            assert_eq!(units.milliseconds(text), expected, "{text}");
        }
        units.read("frameRateMultiplier", "1000 1001");
        units.read("frameRate", "24");
        assert_eq!(units.milliseconds("24f"), Some(1_001));
        assert_eq!(units.milliseconds("46t"), Some(2_000));
        units.read("tickRate", "10000000");
        units.read("tickRate", "x");
        units.read("tickRate", "10000000");
        assert_eq!(units.milliseconds("15000000t"), Some(1_500));
        for (name, value) in [("frameRate", "0"), ("frameRateMultiplier", "1 0")] {
            let before = units;
            units.read(name, value);
            assert_eq!(units, before, "{name}");
        }
    }
}
