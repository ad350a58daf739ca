//! The times of a cue, and the line with them as SubRip and WebVTT write it.

use alloc::string::String;
use core::fmt::Write as _;

/// The separator of the two times.
pub(super) const ARROW: &str = "-->";

/// Settings of WebVTT that are kept (WebVTT §4.4). Regions are not, because their
/// definitions are dropped.
const SETTINGS: [&str; 5] = ["vertical", "line", "position", "size", "align"];

/// Longest value of a setting, as in `line:-12.25%,center`.
const SETTING_BYTES: usize = 24;

/// The times of a cue in milliseconds, and what follows them on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timing<'t> {
    start: u64,
    end: u64,
    rest: &'t str,
}

impl<'t> Timing<'t> {
    /// Returns times in milliseconds, and settings as WebVTT has them.
    pub(super) const fn new(start: u64, end: u64, settings: &'t str) -> Self {
        Self {
            start,
            end,
            rest: settings,
        }
    }

    /// Reads a line; `None` if it has no two times.
    pub(super) fn parse(line: &'t str) -> Option<Self> {
        // Most lines are text, and an arrow is rarely part of it.
        let (start, rest) = line
            .as_bytes()
            .contains(&b'>')
            .then(|| line.split_once(ARROW))??;
        let rest = rest.trim_start();
        let length = rest.find([' ', '\t']).unwrap_or(rest.len());
        let (end, rest) = rest.split_at_checked(length)?;
        Some(Self {
            start: milliseconds(start.trim())?,
            end: milliseconds(end)?,
            rest,
        })
    }

    /// Whether the cue is never shown.
    pub(super) fn is_empty(&self) -> bool {
        self.end <= self.start
    }

    /// Appends the times as WebVTT has them.
    pub(super) fn write(&self, out: &mut String) {
        write_time(self.start, out);
        out.push_str(" --> ");
        write_time(self.end, out);
    }

    /// Appends those settings that are well-formed, each of them once. Returns whether there is
    /// one.
    pub(super) fn write_settings(&self, out: &mut String) -> bool {
        let mut seen = [false; SETTINGS.len()];
        for setting in self.rest.split_ascii_whitespace() {
            let Some((name, value)) = setting.split_once(':') else {
                continue;
            };
            let known = seen.iter_mut().zip(SETTINGS);
            let is_well_formed = (1..=SETTING_BYTES).contains(&value.len())
                && value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"%.,-".contains(&byte));
            for (seen, _) in known.filter(|(_, known)| *known == name && is_well_formed) {
                if !core::mem::replace(seen, true) {
                    let _ = write!(out, " {name}:{value}");
                }
            }
        }
        seen.contains(&true)
    }
}

/// Reads `hours:minutes:seconds,fraction`, where the hours and the fraction may be missing
/// and a point may stand for the comma.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let (whole, fraction) = match text.split_once([',', '.']) {
        Some((whole, fraction)) => (whole, thousandths(fraction)?),
        None => (text, 0),
    };
    let (minutes, seconds) = whole.rsplit_once(':')?;
    let (hours, minutes) = minutes.rsplit_once(':').unwrap_or(("0", minutes));
    let minutes = number(hours, 4)?
        .checked_mul(60)?
        .checked_add(number(minutes, 2)?)?;
    let seconds = number(seconds, 2).filter(|_| seconds.len() == 2)?;
    let seconds = minutes.checked_mul(60)?.checked_add(seconds)?;
    seconds.checked_mul(1_000)?.checked_add(fraction)
}

/// Reads one to three digits after the comma: `5` are 500 milliseconds.
fn thousandths(digits: &str) -> Option<u64> {
    let steps = match digits.len() {
        1 => 100,
        2 => 10,
        _ => 1,
    };
    number(digits, 3)?.checked_mul(steps)
}

fn number(digits: &str, most: usize) -> Option<u64> {
    let is_number =
        (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// Appends a time without `core::fmt`, because every cue has two of them.
fn write_time(milliseconds: u64, out: &mut String) {
    let (seconds, fraction) = (milliseconds / 1_000, milliseconds % 1_000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let (hours, minute) = (minutes / 60, minutes % 60);
    if hours >= 100 {
        let _ = write!(out, "{}", hours / 100);
    }
    for (number, end) in [(hours % 100, ':'), (minute, ':'), (second, '.')] {
        out.extend([digit(number / 10), digit(number), end]);
    }
    out.extend([fraction / 100, fraction / 10, fraction].map(digit));
}

/// Returns the last digit of a number.
fn digit(number: u64) -> char {
    char::from(b'0' | (number % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let cases = [
            (
                "00:00:01,000 --> 00:00:02,500",
                Some("00:00:01.000 --> 00:00:02.500"),
            ),
            (
                "00:01.000-->100:00:02.500  X1:40 Y1:60",
                Some("00:00:01.000 --> 100:00:02.500"),
            ),
            (
                "  1:2:03,5\t-->  1:2:04,05",
                Some("01:02:03.500 --> 01:02:04.050"),
            ),
            ("0:00 --> 0:01", Some("00:00:00.000 --> 00:00:01.000")),
            (
                "00:59:99,000 --> 01:99:00,000",
                Some("01:00:39.000 --> 02:39:00.000"),
            ),
            ("00:00:01,0000 --> 00:00:02,500", None),
            ("00:00:1,000 --> 00:00:02,500", None),
            ("00:00:01, --> 00:00:02,500", None),
            ("00:+1:01,000 --> 00:00:02,500", None),
            ("-00:00:01,000 --> 00:00:02,500", None),
            ("00:00:01,000 -> 00:00:02,500", None),
            ("00:00:01,000 --> 00:00:02,500x", None),
            ("12345:00:01,000 --> 00:00:02,500", None),
            ("01,000 --> 02,500", None),
            ("-->", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let written = Timing::parse(line).map(|timing| {
                let mut out = String::new();
                timing.write(&mut out);
                out
            });
            assert_eq!(written.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn only_well_formed_settings_are_kept() {
        let cases = [
            ("line:0 align:start", " line:0 align:start"),
            (
                "line:-1.5%,end  size:40%\tvertical:rl",
                " line:-1.5%,end size:40% vertical:rl",
            ),
            ("region:a X1:40 line: :0 line", ""),
            ("line:0 line:1 line:<b>", " line:0"),
            ("align:start-->", ""),
            ("position:10000000000000000000000000", ""),
        ];
        for (settings, expected) in cases {
            let line = alloc::format!("0:00 --> 0:01 {settings}");
            let mut out = String::new();
            let has_settings = Timing::parse(&line).unwrap().write_settings(&mut out);
            assert_eq!(out, expected, "{settings}");
            assert_eq!(has_settings, !expected.is_empty());
        }
    }
}
