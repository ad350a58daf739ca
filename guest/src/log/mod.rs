//! The access log and the connection log.
//!
//! Lines are written when all connections that were ready have had their turn: together
//! under load, and at once otherwise. So they stand in the order in which responses were
//! sent, also among the lines of other workers. Lines that the reader does not take in time
//! are dropped and counted. Nothing grows: a line that does not fit is dropped as well.

pub mod json;
pub mod pending;
pub mod terminal;

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt::{self, Write as _};

use h1::request::head::request_line;
use h1::syntax::concealed::concealed;
use h1::syntax::json::Escaper;
use h1::syntax::name;
use wit_bindgen::rt::async_support::{FutureReader, StreamWriter};

use crate::bindings::wasi::cli::{stdout, types::ErrorCode};
use crate::bindings::wit_stream;
use crate::host::TlsVersion;
use crate::limits::{LOG_BYTES, LOG_FIELD_BYTES};
use crate::peer::Peer;
use crate::runtime::notify::Notify;

/// Forms of the lines of the access log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The combined log format, which programs read.
    #[default]
    Combined,
    /// The same without referrer and user agent.
    Common,
    /// An object of JSON a line, for programs too.
    Json,
    /// Columns for people.
    Terminal(terminal::Style),
}

/// One request and its response, for a line of the access log.
pub struct Access<'a> {
    pub peer: Peer,
    /// Version of TLS, if the format has it and the host tells it.
    pub tls: Option<TlsVersion>,
    pub time: Time,
    /// Nanoseconds of the monotonic clock when the response was begun, if the format shows
    /// how long it took.
    pub started: Option<u64>,
    /// The same when its first bytes left, if the format shows that and they have.
    pub first_byte: Option<u64>,
    /// The bytes received, from the request line on.
    pub head: &'a [u8],
    pub status: u16,
    /// The user whose password was right.
    pub user: Option<&'a str>,
    pub range: Option<&'a [u8]>,
    pub referer: Option<&'a [u8]>,
    pub user_agent: Option<&'a [u8]>,
}

/// Time of the response: a value of `Date`, possibly with milliseconds. Time of the request
/// for JSON: a time of RFC 3339, with milliseconds.
#[derive(Clone, Copy)]
pub enum Time {
    Second([u8; 29]),
    Precise([u8; 29], u32),
    Internet([u8; 19], u32),
}

/// The part of a response that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Bytes of content.
    pub bytes: u64,
    /// Time that it took, if the format shows it.
    pub nanoseconds: Option<u64>,
    /// Time until its first bytes left, if the format shows that and they have.
    pub first_byte: Option<u64>,
}

impl Sent {
    /// Returns what was sent by `now`, of a response that was `started` and whose first bytes
    /// left at `first_byte`.
    pub fn by(now: Option<u64>, bytes: u64, started: Option<u64>, first_byte: Option<u64>) -> Self {
        let since = |time: Option<u64>| {
            let both = time.zip(started);
            both.map(|(time, started)| time.saturating_sub(started))
        };
        Self {
            bytes,
            nanoseconds: since(now),
            first_byte: since(first_byte),
        }
    }
}

/// Standard output, as lines.
pub struct Log {
    format: Format,
    lines: RefCell<Vec<u8>>,
    dropped: Cell<u64>,
    some: Notify,
}

impl Log {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            lines: RefCell::new(Vec::with_capacity(LOG_BYTES)),
            dropped: Cell::new(0),
            some: Notify::default(),
        }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Adds a line to the access log.
    pub fn access(&self, access: &Access<'_>, sent: Sent) {
        self.line(|line| {
            self.format.write_start(access, line)?;
            self.format.write_sent(line, sent)?;
            self.format.write_end(access, line)
        });
    }

    /// Adds a line to the connection log. `time` is given for the formats that have it.
    pub fn event(&self, time: Option<Time>, words: fmt::Arguments<'_>) {
        self.line(|line| self.format.write_event(line, time, words));
    }

    /// Adds a line, whole or not at all.
    pub fn line(&self, write: impl FnOnce(&mut Line<'_>) -> fmt::Result) {
        let mut lines = self.lines.borrow_mut();
        if !append(&mut lines, |line| {
            write(line)?;
            line.write_str("\n")
        }) {
            self.dropped.set(self.dropped.get().saturating_add(1));
        }
        self.some.raise();
    }

    /// Writes lines as they come, until [`Log::close`] or until their reader is gone.
    pub async fn run(&self, closed: &Cell<bool>) {
        let (mut writer, data) = wit_stream::new();
        let _outcome: FutureReader<Result<(), ErrorCode>> = stdout::write_via_stream(data);
        let mut spare = Vec::with_capacity(LOG_BYTES);
        while !closed.get() || !self.lines.borrow().is_empty() {
            self.some.wait().await;
            spare = match self.flush(&mut writer, spare).await {
                Some(spare) => spare,
                None => return,
            };
        }
    }

    /// Ends [`Log::run`] after the lines so far.
    pub fn close(&self, closed: &Cell<bool>) {
        closed.set(true);
        self.some.raise();
    }

    /// Returns the lines that wait to be written.
    #[cfg(test)]
    pub fn said(&self) -> Vec<u8> {
        self.lines.take()
    }

    async fn flush(&self, writer: &mut StreamWriter<u8>, spare: Vec<u8>) -> Option<Vec<u8>> {
        let mut lines = self.lines.replace(spare);
        let dropped = self.dropped.get();
        let words = format_args!("log: {dropped} lines dropped, the reader is too slow");
        let said = |line: &mut Line<'_>| {
            self.format.write_event(line, None, words)?;
            line.write_str("\n")
        };
        if dropped > 0 && append(&mut lines, said) {
            self.dropped.set(0);
        }
        let length = lines.len();
        let mut rest = writer.write_all(lines).await;
        let taken = rest.is_empty() || length == 0;
        rest.clear();
        taken.then_some(rest)
    }
}

/// Appends text whole or not at all. Returns false if it does not fit.
pub fn append(text: &mut Vec<u8>, write: impl FnOnce(&mut Line<'_>) -> fmt::Result) -> bool {
    let before = text.len();
    let fits = write(&mut Line(text)).is_ok();
    if !fits {
        text.truncate(before);
    }
    fits
}

/// Text that does not grow beyond its capacity.
pub struct Line<'a>(&'a mut Vec<u8>);

impl fmt::Write for Line<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes())
    }
}

impl Line<'_> {
    /// Appends bytes that are already part of a log line.
    pub fn bytes(&mut self, bytes: &[u8]) -> fmt::Result {
        if bytes.len() > self.0.capacity().saturating_sub(self.0.len()) {
            return Err(fmt::Error);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// Bytes from a client, escaped for a log: printable ASCII without quotes and backslashes
/// stays, the rest becomes `\xHH`, so that no client can forge a line or control a
/// terminal. Tokens of links that expire are cut.
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = LOG_FIELD_BYTES;
        for piece in concealed(self.0) {
            match piece.split_at_checked(left) {
                Some((shown, rest)) if !rest.is_empty() => {
                    escape(shown, f)?;
                    return f.write_str("...");
                }
                _ => escape(piece, f)?,
            }
            left = left.saturating_sub(piece.len());
        }
        Ok(())
    }
}

fn escape(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    for piece in bytes.chunk_by(|a, b| is_plain(a) && is_plain(b)) {
        match piece {
            [byte] if !is_plain(byte) => write!(f, "\\x{byte:02X}")?,
            plain => f.write_str(core::str::from_utf8(plain).unwrap_or_default())?,
        }
    }
    Ok(())
}

/// A name or a path, escaped for a log: the bytes that it stands for, as [`Escaped`] writes
/// them.
pub struct EscapedName<'a>(pub &'a str);

impl fmt::Display for EscapedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One byte more than is shown, so that the cut is marked.
        let bytes = name::bytes(self.0).take(LOG_FIELD_BYTES.saturating_add(1));
        Escaped(&bytes.collect::<Vec<_>>()).fmt(f)
    }
}

/// The name of a user, as [`Escaped`] but without spaces, because a space ends it in a line.
struct EscapedUser<'a>(&'a [u8]);

impl fmt::Display for EscapedUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, word) in self.0.split(|byte| *byte == b' ').enumerate() {
            if place > 0 {
                f.write_str("\\x20")?;
            }
            escape(word, f)?;
        }
        Ok(())
    }
}

impl Format {
    /// Whether lines say how long responses took.
    pub fn shows_durations(self) -> bool {
        matches!(self, Self::Terminal(_) | Self::Json)
    }

    /// Whether lines say when the first bytes of responses left, and by which version of TLS.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json)
    }

    /// Writes a line of the connection log.
    fn write_event(
        self,
        line: &mut Line<'_>,
        time: Option<Time>,
        words: fmt::Arguments<'_>,
    ) -> fmt::Result {
        if !self.is_json() {
            return line.write_fmt(words);
        }
        line.write_str("{")?;
        if let Some(time) = time {
            line.write_str("\"time\":\"")?;
            time.write(line)?;
            line.write_str("\",")?;
        }
        line.write_str("\"event\":\"")?;
        Escaper(line).write_fmt(words)?;
        line.write_str("\"}")
    }

    /// Writes the part of a line before what was sent.
    pub fn write_start(self, access: &Access<'_>, line: &mut Line<'_>) -> fmt::Result {
        match self {
            Self::Combined | Self::Common => access.write_start(line),
            Self::Json => json::write_start(access, line),
            Self::Terminal(style) => style.write_start(access, line),
        }
    }

    pub fn write_sent(self, line: &mut Line<'_>, sent: Sent) -> fmt::Result {
        match self {
            Self::Combined | Self::Common => write!(line, "{}", sent.bytes),
            Self::Json => json::write_sent(line, sent),
            Self::Terminal(_) => terminal::Style::write_sent(line, sent),
        }
    }

    /// Writes the part of a line after what was sent.
    pub fn write_end(self, access: &Access<'_>, line: &mut Line<'_>) -> fmt::Result {
        match self {
            Self::Combined => access.write_end(line),
            Self::Common => Ok(()),
            Self::Json => json::write_end(access, line),
            Self::Terminal(_) => terminal::Style::write_end(access, line),
        }
    }
}

/// The combined format, of which the common one is the part before the referrer:
/// `peer - user [22/Nov/2026:22:18:10 +0000] "request line" status sent "referer" "user agent"`
impl Access<'_> {
    /// Writes the part before the number of bytes.
    fn write_start(&self, line: &mut Line<'_>) -> fmt::Result {
        let user = self.user.unwrap_or("-").as_bytes();
        write!(line, "{} - {} [", self.peer.host(), EscapedUser(user))?;
        self.time.write(line)?;
        let request = Escaped(request_line(self.head));
        write!(line, "] \"{request}\" {} ", self.status)
    }

    /// Writes the part after the number of bytes.
    fn write_end(&self, line: &mut Line<'_>) -> fmt::Result {
        write!(
            line,
            " \"{}\" \"{}\"",
            Escaped(self.referer.unwrap_or(b"-")),
            Escaped(self.user_agent.unwrap_or(b"-")),
        )
    }
}

impl Time {
    /// Writes `Sun, 22 Nov 2026 22:18:10 GMT` as `22/Nov/2026:22:18:10 +0000`, and a time of
    /// RFC 3339 as it is.
    fn write(self, line: &mut Line<'_>) -> fmt::Result {
        let date = match self {
            Self::Second(date) | Self::Precise(date, _) => date,
            Self::Internet(time, milliseconds) => {
                line.bytes(&time)?;
                return write!(line, ".{milliseconds:03}Z");
            }
        };
        for (range, after) in [(5..7, "/"), (8..11, "/"), (12..16, ":"), (17..25, "")] {
            line.bytes(date.get(range).unwrap_or_default())?;
            line.write_str(after)?;
        }
        if let Self::Precise(_, milliseconds) = self {
            write!(line, ".{milliseconds:03}")?;
        }
        line.write_str(" +0000")
    }
}

#[cfg(test)]
mod tests;
