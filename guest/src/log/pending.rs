//! Responses that have not left their connection's buffer yet: their log lines, and what the
//! host counts.
//!
//! Responses to pipelined requests are sent together. The number of bytes that were sent of
//! each is known only then, so a line waits for its number.

use alloc::vec::Vec;

use super::{Access, Format, Log, Sent, append};
use crate::host::CountedResponse;
use crate::limits::{PENDING_LINES_BYTES, PENDING_RESPONSES};

/// The responses of one connection, in order.
#[derive(Default)]
pub struct PendingResponses {
    /// Text of all lines.
    text: Vec<u8>,
    responses: Vec<Pending>,
}

struct Pending {
    counted: Option<CountedResponse>,
    /// Position of the number in the text, and of the end of the line. Both are those of the
    /// end before if there is no line.
    number_at: usize,
    end: usize,
    /// Positions of the content's start and end among the bytes of the connection.
    content_at: u64,
    content_end: u64,
    /// As in [`Access`].
    started: Option<u64>,
    first_byte: Option<u64>,
}

impl PendingResponses {
    /// Adds a response if there is space for it, up to [`PENDING_LINES_BYTES`] and
    /// [`PENDING_RESPONSES`], and returns whether there is. `logged` is for a line, unless
    /// responses are not logged. `content` has the positions of the content's start and end.
    pub fn add(
        &mut self,
        format: Format,
        logged: Option<&Access<'_>>,
        counted: Option<CountedResponse>,
        (content_at, content_end): (u64, u64),
    ) -> bool {
        if self.responses.len() >= PENDING_RESPONSES {
            return false;
        }
        let Some(number_at) = self.add_line(format, logged) else {
            return false;
        };
        self.responses.push(Pending {
            counted,
            number_at,
            end: self.text.len(),
            content_at,
            content_end,
            started: logged.and_then(|access| access.started),
            first_byte: logged.and_then(|access| access.first_byte),
        });
        true
    }

    /// Adds a line without its number, and returns where that belongs.
    fn add_line(&mut self, format: Format, logged: Option<&Access<'_>>) -> Option<usize> {
        let Some(access) = logged else {
            return Some(self.text.len());
        };
        if self.text.capacity() == 0 {
            self.text = Vec::with_capacity(PENDING_LINES_BYTES);
        }
        let before = self.text.len();
        if !append(&mut self.text, |text| format.write_start(access, text)) {
            return None;
        }
        let number_at = self.text.len();
        if !append(&mut self.text, |text| format.write_end(access, text)) {
            self.text.truncate(before);
            return None;
        }
        Some(number_at)
    }

    pub fn is_empty(&self) -> bool {
        self.responses.is_empty()
    }

    /// Logs and counts all of them: `written` bytes of the connection have left its buffer.
    /// `now` is the time if lines say how long responses took, and `flushed` the time at which
    /// the buffer was sent, if that was noted.
    pub fn end(
        &mut self,
        log: &Log,
        written: u64,
        (now, flushed): (Option<u64>, Option<u64>),
        mut count: impl FnMut(CountedResponse),
    ) {
        let mut from = 0;
        for response in self.responses.drain(..) {
            let (number_at, until) = (response.number_at, response.end);
            let start = self.text.get(from..number_at).unwrap_or_default();
            let end = self.text.get(number_at..until).unwrap_or_default();
            let bytes = written.min(response.content_end);
            let bytes = bytes.saturating_sub(response.content_at);
            let first_byte = response.first_byte.or(flushed);
            if from < until {
                let sent = Sent::by(now, bytes, response.started, first_byte);
                log.line(|out| {
                    out.bytes(start)?;
                    log.format().write_sent(out, sent)?;
                    out.bytes(end)
                });
            }
            if let Some(counted) = response.counted {
                let first_byte = counted.first_byte.or(flushed);
                count(CountedResponse {
                    bytes,
                    first_byte,
                    ..counted
                });
            }
            from = until;
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
    use crate::host::{Method, StatusClass};
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

    /// Adds a response that is logged and not counted.
    fn add(
        pending: &mut PendingResponses,
        format: Format,
        access: &Access<'_>,
        content_at: u64,
        content_end: u64,
    ) -> bool {
        pending.add(format, Some(access), None, (content_at, content_end))
    }

    fn counted(started: u64) -> CountedResponse {
        CountedResponse {
            method: Method::Get,
            status: StatusClass::Successful,
            cache: None,
            password: None,
            bytes: 0,
            started,
            first_byte: None,
        }
    }

    /// Whether they are logged or not, with the bytes that have left the buffer of each.
    #[test]
    fn each_response_is_counted_once() {
        for logs in [false, true] {
            let mut pending = PendingResponses::default();
            let log = Log::new(Format::Combined);
            let access = access(b"GET /a\r\n");
            let logged = logs.then_some(&access);
            for (started, content) in [(1, (10, 110)), (2, (120, 220)), (3, (230, 330))] {
                assert!(pending.add(Format::Combined, logged, Some(counted(started)), content));
            }
            let mut found = Vec::new();
            let mut count = |response: CountedResponse| {
                found.push((response.started, response.bytes, response.first_byte));
            };
            pending.end(&log, 150, (None, Some(7)), &mut count);
            pending.end(&log, 330, (None, Some(8)), &mut count);
            assert_eq!(
                found,
                [(1, 100, Some(7)), (2, 30, Some(7)), (3, 0, Some(7))],
                "{logs}"
            );
            let lines = String::from_utf8(log.said()).unwrap().lines().count();
            assert_eq!(lines, if logs { 3 } else { 0 });
        }
    }

    #[test]
    fn responses_beyond_the_bound_are_counted_at_once() {
        let mut pending = PendingResponses::default();
        let log = Log::new(Format::Combined);
        for _ in 0..PENDING_RESPONSES {
            assert!(pending.add(Format::Combined, None, Some(counted(1)), (0, 0)));
        }
        assert!(!pending.add(Format::Combined, None, Some(counted(1)), (0, 0)));
        assert!(size_of::<Pending>() < 128);
        let mut count = 0;
        pending.end(&log, 0, (None, None), |_| count += 1);
        assert_eq!(count, PENDING_RESPONSES);
        assert!(pending.add(Format::Combined, None, Some(counted(1)), (0, 0)));
        assert_eq!(pending.text.capacity(), 0, "no line, no memory for lines");
    }

    #[test]
    fn each_line_says_what_has_left_the_buffer() {
        let mut pending = PendingResponses::default();
        let log = Log::new(Format::Combined);
        let add = |pending: &mut PendingResponses, head: &[u8], at, end| {
            assert!(add(pending, Format::Combined, &access(head), at, end));
        };
        // The heads have ten bytes, the contents a hundred; the connection broke within the
        // second content.
        add(&mut pending, b"GET /a\r\n", 10, 110);
        add(&mut pending, b"GET /b\r\n", 120, 220);
        add(&mut pending, b"GET /c\r\n", 230, 330);
        pending.end(&log, 150, (None, None), |_| unreachable!());
        add(&mut pending, b"GET /d\r\n", 340, 340);
        pending.end(&log, 340, (None, None), |_| unreachable!());
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
        let mut pending = PendingResponses::default();
        let format = Format::Terminal(Style::default());
        let log = Log::new(format);
        assert!(add(
            &mut pending,
            format,
            &access(b"GET /a HTTP/1.1"),
            10,
            1_034
        ));
        pending.end(&log, 1_034, (Some(12_000_000), None), |_| unreachable!());
        let said = String::from_utf8(log.said()).unwrap();
        assert!(said.contains(" 1.0 KiB     7.0 ms "), "{said}");
        assert!(said.ends_with(" GET  /a\n"), "{said}");
    }

    /// Of a large response the beginning left long before the end, and of small ones in one
    /// buffer all left at once.
    #[test]
    fn each_line_has_the_time_at_which_its_first_byte_left() {
        let mut pending = PendingResponses::default();
        let log = Log::new(Format::Json);
        for (first_byte, head) in [(Some(7_000_000), b"GET /a\r\n"), (None, b"GET /b\r\n")] {
            let access = Access {
                first_byte,
                ..access(head)
            };
            assert!(add(&mut pending, Format::Json, &access, 0, 0));
        }
        pending.end(
            &log,
            0,
            (Some(12_000_000), Some(9_000_000)),
            |_| unreachable!(),
        );
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
        let mut pending = PendingResponses::default();
        let long = [b'a'; 400];
        assert!(add(&mut pending, Format::Combined, &access(&long), 0, 0));
        assert!(add(&mut pending, Format::Combined, &access(&long), 0, 0));
        assert!(!add(&mut pending, Format::Combined, &access(&long), 0, 0));
        assert_eq!(pending.text.capacity(), PENDING_LINES_BYTES);
        let log = Log::new(Format::Combined);
        pending.end(&log, 0, (None, None), |_| unreachable!());
        assert_eq!(String::from_utf8(log.said()).unwrap().lines().count(), 2);
        assert!(add(&mut pending, Format::Combined, &access(&long), 0, 0));
    }
}
