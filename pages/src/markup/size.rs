//! Numbers and times for people.

use core::fmt;

use h1::syntax::date;
use h1::syntax::digits::Digits;

use super::writes::{Writes, written};

/// A number of bytes for people: `512 B`, `1.5 KiB`, `3.0 GiB`, in steps of 1,024. There is
/// no larger unit, because Kodi knows none. The number has a point, because lftp reads a
/// number without one as bytes, whatever follows it.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u64);

impl Writes for Size {
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        const UNITS: [(u32, &str); 3] = [(30, " GiB"), (20, " MiB"), (10, " KiB")];
        let whole = |bits: u32| self.0.checked_shr(bits).unwrap_or(0);
        let mut units = UNITS.into_iter();
        let Some((bits, unit)) = units.find(|(bits, _)| whole(*bits) > 0) else {
            out.write_str(Digits::decimal(self.0).as_str())?;
            return out.write_str(" B");
        };
        let beyond = self.0.saturating_sub(whole(bits) << bits);
        let tenths = beyond.saturating_mul(10).checked_shr(bits).unwrap_or(0);
        out.write_str(Digits::decimal(whole(bits)).as_str())?;
        out.write_str(".")?;
        out.write_str(Digits::decimal(tenths).as_str())?;
        out.write_str(unit)
    }
}

/// A whole number with a comma between thousands.
#[derive(Clone, Copy, Debug)]
pub struct Grouped(pub u64);

impl Writes for Grouped {
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let digits = Digits::decimal(self.0);
        let mut rest = digits.as_str();
        loop {
            // The first group has one, two or three digits.
            let count = rest.len().saturating_sub(1) % 3;
            let (group, after) = rest
                .split_at_checked(count.saturating_add(1))
                .unwrap_or_default();
            out.write_str(group)?;
            if after.is_empty() {
                return Ok(());
            }
            out.write_str(",")?;
            rest = after;
        }
    }
}

/// A time in UTC.
#[derive(Clone, Copy, Debug)]
pub struct Moment([u8; 19]);

impl Moment {
    /// Returns the moment that is so many seconds after 1970.
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        Self(date::listing(seconds))
    }

    /// Returns the time to the second, `2026-11-27 10:12:45`.
    #[must_use]
    pub fn second(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the time to the minute, `2026-11-27 10:12`.
    #[must_use]
    pub fn minute(&self) -> &str {
        self.second().get(..16).unwrap_or_default()
    }
}

written!(Size, Grouped);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn sizes_for_people() {
        // (bytes, size, number)
        let cases = [
            (0, "0 B", "0"),
            (1_023, "1023 B", "1,023"),
            (1_024, "1.0 KiB", "1,024"),
            (1_536, "1.5 KiB", "1,536"),
            (11 << 20, "11.0 MiB", "11,534,336"),
            (3 << 30, "3.0 GiB", "3,221,225,472"),
            (1_000_000, "976.5 KiB", "1,000,000"),
            (2_000 << 30, "2000.0 GiB", "2,147,483,648,000"),
            (u64::MAX, "17179869183.9 GiB", "18,446,744,073,709,551,615"),
        ];
        for (bytes, size, number) in cases {
            assert_eq!(Size(bytes).to_string(), size);
            assert_eq!(Grouped(bytes).to_string(), number);
        }
    }

    #[test]
    fn times_to_the_second_and_to_the_minute() {
        let moment = Moment::at(1_000_000_000);
        assert_eq!(moment.second(), "2001-09-09 01:46:40");
        assert_eq!(moment.minute(), "2001-09-09 01:46");
    }
}
