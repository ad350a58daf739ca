//! Numbers and times for people.

use core::fmt;

use h1::syntax::date;

/// A number of bytes for people: `512 B`, `1.5 KiB`, `3.0 GiB`, in steps of 1,024. There is
/// no larger unit, because Kodi knows none. The number has a point, because lftp reads a
/// number without one as bytes, whatever follows it.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
        let mut unit = "B";
        let mut tenths = u128::from(self.0).saturating_mul(10);
        for larger in UNITS {
            if tenths < 10_240 {
                break;
            }
            unit = larger;
            tenths /= 1_024;
        }
        match unit {
            "B" => write!(f, "{} B", self.0),
            _ => write!(f, "{}.{} {unit}", tenths / 10, tenths % 10),
        }
    }
}

/// A whole number with a comma between thousands.
#[derive(Clone, Copy, Debug)]
pub struct Grouped(pub u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut divisor, mut rest, mut is_first) = (1_000_000_000_000_000_000_u64, self.0, true);
        while divisor > 0 {
            let group = rest.checked_div(divisor).unwrap_or(0);
            rest = rest.checked_rem(divisor).unwrap_or(0);
            if !is_first {
                write!(f, ",{group:03}")?;
            } else if group > 0 || divisor == 1 {
                write!(f, "{group}")?;
                is_first = false;
            }
            divisor /= 1_000;
        }
        Ok(())
    }
}

/// A time in UTC to the second, `2026-11-27 10:12:45`.
#[derive(Clone, Copy, Debug)]
pub struct Time(pub i64);

/// A time in UTC to the minute, `2026-11-27 10:12`.
#[derive(Clone, Copy, Debug)]
pub struct Minute(pub i64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_time(f, self.0, "yyyy-mm-dd hh:mm:ss".len())
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_time(f, self.0, "yyyy-mm-dd hh:mm".len())
    }
}

fn write_time(f: &mut fmt::Formatter<'_>, seconds: i64, length: usize) -> fmt::Result {
    let text = date::listing(seconds);
    let text = text.get(..length).map(core::str::from_utf8);
    f.write_str(text.and_then(Result::ok).unwrap_or_default())
}

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
        let seconds = 1_000_000_000;
        assert_eq!(Time(seconds).to_string(), "2001-09-09 01:46:40");
        assert_eq!(Minute(seconds).to_string(), "2001-09-09 01:46");
    }
}
