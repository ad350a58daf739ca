//! The access log and the connection log.
//!
//! Lines are gathered and written together: under load a line costs no write of
//! its own. What the reader does not take in time is dropped and counted.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt::{self, Write as _};
use core::future::poll_fn;
use core::net::SocketAddr;
use core::pin::pin;
use core::task::Poll;

use h1::head::request_line;
use wit_bindgen::rt::async_support::{FutureReader, StreamWriter};

use crate::bindings::wasi::cli::{stdout, types::ErrorCode};
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wit_stream;
use crate::limits::{LOG_BYTES, LOG_FIELD_BYTES, LOG_FULL, LOG_NANOSECONDS};
use crate::signal::Signal;

/// One request and its answer, for a line in the combined log format.
pub struct Access<'a> {
    pub peer: Option<SocketAddr>,
    /// The value of `Date`.
    pub date: &'a [u8],
    /// What was received, from the request line on.
    pub head: &'a [u8],
    pub status: u16,
    /// Bytes of content sent.
    pub sent: u64,
    pub referer: Option<&'a [u8]>,
    pub user_agent: Option<&'a [u8]>,
}

/// Standard output, as lines.
#[derive(Default)]
pub struct Log {
    lines: RefCell<Vec<u8>>,
    dropped: Cell<u64>,
    some: Signal,
    full: Signal,
}

impl Log {
    /// Adds a line to the access log.
    pub fn access(&self, access: &Access<'_>) {
        self.line(|line| write_access(line, access));
    }

    /// Adds a line to the connection log.
    pub fn event(&self, words: fmt::Arguments<'_>) {
        self.line(|line| {
            // Writing to memory can't fail.
            let _ = Line(line).write_fmt(words);
        });
    }

    fn line(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut lines = self.lines.borrow_mut();
        if lines.len() >= LOG_BYTES {
            self.dropped.set(self.dropped.get().saturating_add(1));
            return;
        }
        write(&mut lines);
        lines.push(b'\n');
        self.some.raise();
        if lines.len() >= LOG_FULL {
            self.full.raise();
        }
    }

    /// Writes lines as they come, until [`Log::close`] or until no one takes them.
    pub async fn run(&self, closed: &Cell<bool>) {
        let (mut writer, data) = wit_stream::new();
        let _outcome: FutureReader<Result<(), ErrorCode>> = stdout::write_via_stream(data);
        let mut spare = Vec::new();
        while !closed.get() {
            self.some.wait().await;
            if !closed.get() {
                self.company().await;
            }
            spare = match self.flush(&mut writer, spare).await {
                Some(spare) => spare,
                None => return,
            };
        }
    }

    /// Ends [`Log::run`] after what has been said.
    pub fn close(&self, closed: &Cell<bool>) {
        closed.set(true);
        self.some.raise();
        self.full.raise();
    }

    /// Waits for more lines, but not for long.
    async fn company(&self) {
        let mut full = pin!(self.full.wait());
        let mut late = pin!(monotonic_clock::wait_for(LOG_NANOSECONDS));
        poll_fn(|cx| match full.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => late.as_mut().poll(cx),
        })
        .await;
    }

    async fn flush(&self, writer: &mut StreamWriter<u8>, spare: Vec<u8>) -> Option<Vec<u8>> {
        let mut lines = self.lines.replace(spare);
        let dropped = self.dropped.replace(0);
        if dropped > 0 {
            let _ = writeln!(
                Line(&mut lines),
                "log: {dropped} lines dropped, the reader is too slow"
            );
        }
        let length = lines.len();
        let mut rest = writer.write_all(lines).await;
        let taken = rest.is_empty() || length == 0;
        rest.clear();
        taken.then_some(rest)
    }
}

struct Line<'a>(&'a mut Vec<u8>);

impl fmt::Write for Line<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Bytes that a client chose, as they go into a log: printable ASCII without
/// quotes and backslashes stays, the rest becomes `\xHH`, so that no one can
/// forge a line or steer a terminal.
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, cut) = match self.0.split_at_checked(LOG_FIELD_BYTES) {
            Some((shown, rest)) if !rest.is_empty() => (shown, true),
            _ => (self.0, false),
        };
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        for piece in shown.chunk_by(|a, b| is_plain(a) && is_plain(b)) {
            match piece {
                [byte] if !is_plain(byte) => write!(f, "\\x{byte:02X}")?,
                plain => f.write_str(core::str::from_utf8(plain).unwrap_or_default())?,
            }
        }
        if cut { f.write_str("...") } else { Ok(()) }
    }
}

/// `peer - - [22/Nov/2026:22:18:10 +0000] "request line" status sent "referer" "user agent"`
fn write_access(line: &mut Vec<u8>, access: &Access<'_>) {
    let mut out = Line(line);
    let _ = match access.peer {
        Some(peer) => write!(out, "{} - - [", peer.ip()),
        None => write!(out, "- - - ["),
    };
    write_time(out.0, access.date);
    let _ = write!(
        out,
        "] \"{}\" {} {} \"{}\" \"{}\"",
        Escaped(request_line(access.head)),
        access.status,
        access.sent,
        Escaped(access.referer.unwrap_or(b"-")),
        Escaped(access.user_agent.unwrap_or(b"-")),
    );
}

/// From `Sun, 22 Nov 2026 22:18:10 GMT` to `22/Nov/2026:22:18:10 +0000`.
fn write_time(line: &mut Vec<u8>, date: &[u8]) {
    let parts = [(5..7, "/"), (8..11, "/"), (12..16, ":"), (17..25, " +0000")];
    for (range, after) in parts {
        line.extend_from_slice(date.get(range).unwrap_or_default());
        line.extend_from_slice(after.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

    #[test]
    fn a_line_in_the_combined_format() {
        let mut line = Vec::new();
        write_access(
            &mut line,
            &Access {
                peer: "127.0.0.1:5".parse().ok(),
                date: b"Sun, 22 Nov 2026 22:18:10 GMT",
                head: b"GET /a\"b HTTP/1.1\r\nHost: a\r\n\r\n",
                status: 206,
                sent: 1_234,
                referer: None,
                user_agent: Some(b"curl/8"),
            },
        );
        let expected = "127.0.0.1 - - [22/Nov/2026:22:18:10 +0000] \"GET /a\\x22b HTTP/1.1\" 206 1234 \"-\" \"curl/8\"";
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }

    #[test]
    fn what_clients_send_cannot_forge_a_line() {
        let cases: &[(&[u8], &str)] = &[
            (b"plain", "plain"),
            (b"a\r\nb", "a\\x0D\\x0Ab"),
            (b"\x1b[2J", "\\x1B[2J"),
            (b"\"\\", "\\x22\\x5C"),
            (b"\xc3\xa9", "\\xC3\\xA9"),
        ];
        for (given, expected) in cases {
            assert_eq!(Escaped(given).to_string(), *expected);
        }
        let long = [b'a'; LOG_FIELD_BYTES + 1];
        assert_eq!(Escaped(&long).to_string().len(), LOG_FIELD_BYTES + 3);
    }

    #[test]
    fn lines_that_do_not_fit_are_dropped_and_counted() {
        let log = Log::default();
        let line = "x".repeat(LOG_BYTES / 2);
        for _ in 0..3 {
            log.event(format_args!("{line}"));
        }
        assert_eq!(log.dropped.get(), 1);
    }
}
