//! Log lines about responses that have not left their connection's buffer yet.
//!
//! Responses to pipelined requests are sent together. The number of bytes that were sent of
//! each is known only then, so a line waits for its number.

use alloc::vec::Vec;

use super::{Access, Format, Log, Sent, append};
use crate::limits::PENDING_LINES_BYTES;

/// The lines of one connection, in order.
#[derive(Default)]
pub struct PendingLines {
    /// Text of all lines.
    text: Vec<u8>,
    lines: Vec<Line>,
}

struct Line {
    /// Position of the number in the text, and of the end of the line.
    number_at: usize,
    end: usize,
    /// Positions of the content's start and end among the bytes of the connection.
    content_at: u64,
    content_end: u64,
    /// As in [`Access`].
    started: Option<u64>,
    first_byte: Option<u64>,
}

impl PendingLines {
    /// Adds a line if it fits into [`PENDING_LINES_BYTES`], and returns whether it does.
    pub fn add(
        &mut self,
        format: Format,
        access: &Access<'_>,
        content_at: u64,
        content_end: u64,
    ) -> bool {
        if self.text.capacity() == 0 {
            self.text = Vec::with_capacity(PENDING_LINES_BYTES);
        }
        let before = self.text.len();
        if !append(&mut self.text, |text| format.write_start(access, text)) {
            return false;
        }
        let number_at = self.text.len();
        if !append(&mut self.text, |text| format.write_end(access, text)) {
            self.text.truncate(before);
            return false;
        }
        self.lines.push(Line {
            number_at,
            end: self.text.len(),
            content_at,
            content_end,
            started: access.started,
            first_byte: access.first_byte,
        });
        true
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Logs all lines: `written` bytes of the connection have left its buffer. `now` is the
    /// time if lines say how long responses took, and `flushed` the time at which the buffer
    /// was sent, if they say when the first bytes left.
    pub fn write_to(&mut self, log: &Log, written: u64, now: Option<u64>, flushed: Option<u64>) {
        let mut from = 0;
        for line in self.lines.drain(..) {
            let start = self.text.get(from..line.number_at).unwrap_or_default();
            let end = self.text.get(line.number_at..line.end).unwrap_or_default();
            let bytes = written.min(line.content_end);
            let bytes = bytes.saturating_sub(line.content_at);
            let sent = Sent::by(now, bytes, line.started, line.first_byte.or(flushed));
            log.line(|out| {
                out.bytes(start)?;
                log.format().write_sent(out, sent)?;
                out.bytes(end)
            });
            from = line.end;
        }
        self.text.clear();
    }

    /// Releases the memory that an idle connection does not need.
    pub fn rest(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Time;
    use crate::log::terminal::Style;
    use crate::peer::Peer;
    use alloc::string::String;

    fn access(head: &[u8]) -> Access<'_> {
        Access {
            peer: Peer::Unknown,
            user: None,
            tls: None,
            time: Time::Second(*b"Sun, 22 Nov 2026 22:18:10 GMT"),
            started: Some(5_000_000),
            first_byte: None,
            head,
            status: 200,
            range: None,
            referer: None,
            user_agent: None,
        }
    }

    #[test]
    fn each_line_says_what_has_left_the_buffer() {
        let mut pending = PendingLines::default();
        let log = Log::new(Format::Combined);
        // The heads have ten bytes, the contents a hundred; the connection broke within the
        // second content.
        assert!(pending.add(Format::Combined, &access(b"GET /a\r\n"), 10, 110));
        assert!(pending.add(Format::Combined, &access(b"GET /b\r\n"), 120, 220));
        assert!(pending.add(Format::Combined, &access(b"GET /c\r\n"), 230, 330));
        pending.write_to(&log, 150, None, None);
        assert!(pending.add(Format::Combined, &access(b"GET /d\r\n"), 340, 340));
        pending.write_to(&log, 340, None, None);
        let said = String::from_utf8(log.said()).unwrap();
        let numbers: Vec<_> = said
            .lines()
            .map(|line| line.split('"').skip(1).take(2).collect::<String>())
            .collect();
        let expected = [
            "GET /a 200 100 ",
            "GET /b 200 30 ",
            "GET /c 200 0 ",
            "GET /d 200 0 ",
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn a_line_for_people_says_when_the_last_byte_left() {
        let mut pending = PendingLines::default();
        let format = Format::Terminal(Style::default());
        let log = Log::new(format);
        assert!(pending.add(format, &access(b"GET /a HTTP/1.1"), 10, 1_034));
        pending.write_to(&log, 1_034, Some(12_000_000), None);
        let said = String::from_utf8(log.said()).unwrap();
        assert!(said.contains(" 1.0 KiB     7.0 ms "), "{said}");
        assert!(said.ends_with(" GET  /a\n"), "{said}");
    }

    /// Of a large response the beginning left long before the end, and of small ones in one
    /// buffer all left at once.
    #[test]
    fn each_line_has_the_time_at_which_its_first_byte_left() {
        let mut pending = PendingLines::default();
        let log = Log::new(Format::Json);
        for (first_byte, head) in [(Some(7_000_000), b"GET /a\r\n"), (None, b"GET /b\r\n")] {
            let access = Access {
                first_byte,
                ..access(head)
            };
            assert!(pending.add(Format::Json, &access, 0, 0));
        }
        pending.write_to(&log, 0, Some(12_000_000), Some(9_000_000));
        let said = String::from_utf8(log.said()).unwrap();
        let parts = |line: &'_ str| line.split(',').map(String::from).collect::<Vec<_>>();
        let times: Vec<_> = said.lines().map(parts).collect();
        let expected = ["\"first_byte_us\":2000", "\"first_byte_us\":4000"];
        for (parts, expected) in times.iter().zip(expected) {
            for expected in [expected, "\"duration_us\":7000"] {
                assert!(parts.iter().any(|part| part == expected), "{parts:?}");
            }
        }
        assert_eq!(times.len(), 2);
    }

    #[test]
    fn lines_beyond_the_bound_are_written_at_once() {
        let mut pending = PendingLines::default();
        let long = [b'a'; 400];
        assert!(pending.add(Format::Combined, &access(&long), 0, 0));
        assert!(pending.add(Format::Combined, &access(&long), 0, 0));
        assert!(!pending.add(Format::Combined, &access(&long), 0, 0));
        assert_eq!(pending.text.capacity(), PENDING_LINES_BYTES);
        let log = Log::new(Format::Combined);
        pending.write_to(&log, 0, None, None);
        assert_eq!(String::from_utf8(log.said()).unwrap().lines().count(), 2);
        assert!(pending.add(Format::Combined, &access(&long), 0, 0));
    }
}
