//! Lines of the access log for people in front of a terminal:
//! `22:18:10  206     1.4 GiB     12.3 s  192.168.1.20     GET  /films/Dune (2021).mkv`
//!
//! The path stands last, because its length is the only one that is not known, so the
//! columns stay below each other.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use h1::request::head::{method_and_target, request_line};
use h1::syntax::concealed::concealed;
use h1::syntax::shown;
use pages::markup::size::Size;

use super::{Access, Line, Sent, Time};
use crate::limits::{LOG_METHOD_BYTES, LOG_PATH_BYTES};

/// The look of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub colors: bool,
    /// Difference of the times shown to UTC.
    pub utc_offset_seconds: i64,
}

const RESET: &str = "\x1b[0m";
const FAINT: &str = "\x1b[2m";

impl Style {
    fn set(self, line: &mut Line<'_>, style: &str) -> fmt::Result {
        match self.colors {
            true => line.write_str(style),
            false => Ok(()),
        }
    }

    /// Writes the part before the number of bytes.
    pub fn write_start(self, access: &Access<'_>, line: &mut Line<'_>) -> fmt::Result {
        self.set(line, FAINT)?;
        let time = match &access.time {
            Time::Second(date) | Time::Precise(date, _) => date.get(17..25),
            Time::Internet(time, _) => time.get(11..19),
        };
        line.bytes(time.unwrap_or_default())?;
        if let Time::Precise(_, milliseconds) = access.time {
            write!(line, ".{milliseconds:03}")?;
        }
        self.set(line, RESET)?;
        line.write_str("  ")?;
        self.set(line, color(access.status))?;
        write!(line, "{}", access.status)?;
        self.set(line, RESET)?;
        line.write_str("  ")
    }

    /// Writes how much was sent, and in which time.
    pub fn write_sent(line: &mut Line<'_>, sent: Sent) -> fmt::Result {
        let size = Size(sent.bytes).to_string();
        write!(line, "{size:>10}")?;
        let mut duration = String::new();
        write_duration(&mut duration, sent.nanoseconds.unwrap_or_default())?;
        write!(line, "  {duration:>9}")
    }

    /// Writes the part after that.
    pub fn write_end(access: &Access<'_>, line: &mut Line<'_>) -> fmt::Result {
        // Most addresses have this length at most.
        write!(line, "  {:15}", access.peer.host().to_string())?;
        let (method, target) = method_and_target(request_line(access.head));
        let mut shown_method = String::new();
        shown::write(method, LOG_METHOD_BYTES, &mut shown_method)?;
        write!(line, "  {shown_method:4} ")?;
        match target {
            b"" => line.write_str("-"),
            target => {
                let target: Vec<u8> = concealed(target).flatten().copied().collect();
                shown::write(&target, LOG_PATH_BYTES, line)
            }
        }
    }
}

/// Returns the colour of a status: whether all is well, or whose fault it is.
fn color(status: u16) -> &'static str {
    match status {
        ..=299 => "\x1b[32m",
        300..=399 => "\x1b[36m",
        400..=499 => "\x1b[33m",
        _ => "\x1b[31m",
    }
}

/// Writes a duration with two or three digits: `0.4 ms`, `320 ms`, `12.3 s`, `2 min 5 s`.
fn write_duration(out: &mut String, nanoseconds: u64) -> fmt::Result {
    let (tenths, milliseconds) = (nanoseconds / 100_000, nanoseconds / 1_000_000);
    let (deciseconds, seconds) = (milliseconds / 100, milliseconds / 1_000);
    match seconds {
        0 if milliseconds < 10 => write!(out, "{}.{} ms", tenths / 10, tenths % 10),
        0 => write!(out, "{milliseconds} ms"),
        1..60 => write!(out, "{}.{} s", deciseconds / 10, deciseconds % 10),
        60..3_600 => write!(out, "{}m {:02}s", seconds / 60, seconds % 60),
        _ => write!(out, "{}h {:02}m", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Format, Log};
    use crate::peer::Peer;

    fn line(style: Style, access: &Access<'_>, sent: Sent) -> String {
        let log = Log::new(Format::Terminal(style));
        log.access(access, sent);
        String::from_utf8(log.said()).unwrap()
    }

    fn access<'a>(peer: &str, status: u16, head: &'a [u8]) -> Access<'a> {
        Access {
            peer: peer.parse().map_or(Peer::Unknown, Peer::At),
            user: None,
            tls: None,
            time: Time::Second(*b"Sun, 22 Nov 2026 22:18:10 GMT"),
            started: None,
            first_byte: None,
            head,
            status,
            range: None,
            referer: Some(b"not shown"),
            user_agent: Some(b"not shown"),
        }
    }

    fn sent(bytes: u64, milliseconds: u64) -> Sent {
        Sent {
            bytes,
            nanoseconds: Some(milliseconds.saturating_mul(1_000_000)),
            first_byte: None,
        }
    }

    #[test]
    fn columns_stand_below_each_other() {
        let film = b"GET /Dune%20(2021).mkv HTTP/1.1\r\n";
        let cases = [
            (
                access("192.168.1.20:5", 206, film),
                sent(1_503_238_553, 12_345),
                "22:18:10  206     1.3 GiB     12.3 s  192.168.1.20     GET  /Dune (2021).mkv\n",
            ),
            (
                access("[2001:db8::1]:5", 404, b"HEAD /%1b[2J HTTP/1.1"),
                sent(0, 0),
                "22:18:10  404         0 B     0.0 ms  2001:db8::1      HEAD /%1B[2J\n",
            ),
            (
                access("", 400, b"\x16\x03\x01 x\r\n"),
                sent(15, 61_000),
                "22:18:10  400        15 B     1m 01s  -                     %16%03%01 x\n",
            ),
            (
                access("127.0.0.1:1", 503, b""),
                sent(24, 7_380_000),
                "22:18:10  503        24 B     2h 03m  127.0.0.1             -\n",
            ),
        ];
        for (access, sent, expected) in cases {
            assert_eq!(line(Style::default(), &access, sent), expected);
        }
    }

    #[test]
    fn the_status_has_the_colour_of_its_class() {
        let style = Style {
            colors: true,
            ..Style::default()
        };
        for (status, color) in [(200, 32), (304, 36), (404, 33), (500, 31), (503, 31)] {
            let text = line(
                style,
                &access("1.1.1.1:1", status, b"GET / HTTP/1.1"),
                sent(1, 1),
            );
            let expected = alloc::format!("\x1b[2m22:18:10\x1b[0m  \x1b[{color}m{status}\x1b[0m  ");
            assert!(text.starts_with(&expected), "{text:?}");
            // Nothing that a client sent can be coloured.
            assert_eq!(text.matches('\x1b').count(), 4, "{text:?}");
        }
    }

    #[test]
    fn a_line_is_bounded_whatever_the_client_sends() {
        let heads = [
            ["GET /", &"a".repeat(8_000), " HTTP/1.1"].concat(),
            ["GET /", &"%00".repeat(2_000), " HTTP/1.1"].concat(),
            ["A".repeat(8_000), " / HTTP/1.1".to_string()].concat(),
            "\x00".repeat(8_000),
        ];
        for head in heads {
            let text = line(
                Style::default(),
                &access("1.1.1.1:1", 400, head.as_bytes()),
                sent(u64::MAX, u64::MAX),
            );
            assert!(text.len() < LOG_PATH_BYTES + 120, "{}", text.len());
            assert!(text.ends_with('\n') && !text.trim_end().contains(char::is_control));
        }
    }

    #[test]
    fn durations_for_people() {
        let cases = [
            (0, "0.0 ms"),
            (449_999, "0.4 ms"),
            (9_999_999, "9.9 ms"),
            (10_000_000, "10 ms"),
            (999_999_999, "999 ms"),
            (1_000_000_000, "1.0 s"),
            (59_999_000_000, "59.9 s"),
            (125_000_000_000, "2m 05s"),
            (3_600_000_000_000, "1h 00m"),
        ];
        let shown = |nanoseconds| {
            let mut out = String::new();
            write_duration(&mut out, nanoseconds).unwrap();
            out
        };
        let durations: Vec<_> = cases.iter().map(|(given, _)| shown(*given)).collect();
        let expected: Vec<_> = cases.iter().map(|(_, expected)| *expected).collect();
        assert_eq!(durations, expected);
    }
}
