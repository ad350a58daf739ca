//! The head of a request: request line and fields (RFC 9112 §2, §3).
//!
//! The parser is strict where RFC 9112 lets a recipient be lenient: requests are smuggled
//! between two parsers that are lenient in different ways (§11.2).

pub mod secrets;

use crate::limits::{HEAD_BYTES, LEADING_EMPTY_LINES, TARGET_BYTES};
use crate::refusal::Refusal;
use crate::request::fields::{Fields, Section};
use crate::request::method::Method;
use crate::syntax::token::{is_tchar, run};

/// The version of a message, as far as it makes a difference (RFC 9110 §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1, and any later 1.x: the additional features of a higher minor version make
    /// no difference here.
    Http11,
}

/// A complete head, borrowed from the read buffer.
#[derive(Clone, Copy, Debug)]
pub struct Head<'b> {
    /// The request method.
    pub method: Method,
    /// The request target as received: visible ASCII without `#`, not empty.
    pub target: &'b [u8],
    /// The version of the request.
    pub version: Version,
    /// The fields.
    pub fields: Fields<'b>,
    /// Bytes from the start of the buffer, including empty lines before the request line
    /// and the empty line after the fields.
    pub len: usize,
}

/// Result of reading the bytes so far.
#[derive(Clone, Copy, Debug)]
pub enum Parse<'b> {
    /// A complete head.
    Complete(Head<'b>),
    /// The beginning of a head, valid so far.
    Partial,
    /// A head that no further bytes can make valid.
    Bad(Refusal),
}

/// Reads a head as it arrives. It looks at each byte once, so bytes that arrive one by one
/// cost no more than all at once. It finds a fault as soon as its byte arrives.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scanner {
    position: usize,
    part: Part,
    empty_lines: usize,
    method: Span,
    target: Span,
    major: u8,
    minor: u8,
    fields: Section,
}

impl Scanner {
    /// Continues in `bytes`, which begin where they did at the last call and have more at
    /// the end. Once the head is complete, every call returns the same head.
    ///
    /// Of several faults, the first one in the order of the bytes is reported. So it
    /// doesn't matter how the bytes were split.
    // If it was part of a larger function, its loops would run out of registers.
    #[inline(never)]
    pub fn scan<'b>(&mut self, bytes: &'b [u8]) -> Parse<'b> {
        let bounded = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
        match self.read(bounded) {
            Err(refusal) => Parse::Bad(refusal),
            Ok(true) => Parse::Complete(self.head(bytes)),
            Ok(false) if bounded.len() < HEAD_BYTES => Parse::Partial,
            // RFC 9112 §3: the response to a method longer than any known one is 501.
            Ok(false) if self.part == Part::Method => Parse::Bad(Refusal::MethodNotImplemented),
            Ok(false) => Parse::Bad(Refusal::HeadTooLarge),
        }
    }

    /// Returns the method, if it has been read. `bytes` are those of the last call.
    pub fn method(&self, bytes: &[u8]) -> Option<Method> {
        let read = self.method.end > self.method.start;
        read.then(|| Method::from_token(self.method.of(bytes)))
    }

    /// Whether anything except empty lines has been seen.
    pub fn has_started(&self) -> bool {
        !matches!(self.part, Part::Start | Part::EmptyLine)
    }

    fn read(&mut self, bytes: &[u8]) -> Result<bool, Refusal> {
        while self.part != Part::Fields {
            let rest = bytes.get(self.position..).unwrap_or_default();
            if self.part == Part::Version && self.has_usual_version(rest) {
                break;
            }
            self.position = self.position.saturating_add(self.part.run(rest));
            let target = self.position.saturating_sub(self.target.start);
            if self.part == Part::Target && target > TARGET_BYTES {
                return Err(Refusal::TargetTooLong);
            }
            let Some(byte) = bytes.get(self.position) else {
                return Ok(false);
            };
            self.part = self.step(*byte)?;
            self.position = self.position.saturating_add(1);
        }
        let fields = bytes.get(self.position..).unwrap_or_default();
        self.fields.read(fields)
    }

    /// Reads the version if it is the usual one of nearly every request: a shortcut past
    /// `step`. Returns whether it is.
    fn has_usual_version(&mut self, rest: &[u8]) -> bool {
        const USUAL: &[u8] = b"HTTP/1.1\r\n";
        let begins = self.position.saturating_sub(self.target.end) == 1;
        if begins && rest.starts_with(USUAL) {
            (self.major, self.minor, self.part) = (b'1', b'1', Part::Fields);
            self.position = self.position.saturating_add(USUAL.len());
            return true;
        }
        false
    }

    /// Returns the part after the byte in the request line (RFC 9112 §3). There is exactly
    /// one space between the parts, and no whitespace around them.
    fn step(&mut self, byte: u8) -> Result<Part, Refusal> {
        match (self.part, byte) {
            // RFC 9112 §2.2: a robust server ignores an empty line before the request.
            (Part::Start, b'\r') if self.empty_lines == LEADING_EMPTY_LINES => {
                Err(Refusal::TooManyEmptyLines)
            }
            (Part::Start, b'\r') => Ok(Part::EmptyLine),
            (Part::EmptyLine, b'\n') => {
                self.empty_lines = self.empty_lines.saturating_add(1);
                Ok(Part::Start)
            }
            (Part::Start, byte) if is_tchar(byte) => {
                self.method.start = self.position;
                Ok(Part::Method)
            }
            (Part::Method, b' ') => {
                self.method.end = self.position;
                self.target.start = self.position.saturating_add(1);
                Ok(Part::Target)
            }
            (Part::Target, b' ') if self.position > self.target.start => {
                self.target.end = self.position;
                Ok(Part::Version)
            }
            (Part::Version, byte) => self.version_step(byte),
            (Part::LineEnd, b'\n') if self.major == b'1' => Ok(Part::Fields),
            (Part::LineEnd, b'\n') => Err(Refusal::UnsupportedVersion),
            (Part::EmptyLine | Part::LineEnd, _) => Err(Refusal::BareCarriageReturn),
            (_, b'\n') => Err(Refusal::BareLineFeed),
            _ => Err(Refusal::MalformedRequestLine),
        }
    }

    /// Follows `HTTP/`, a digit, a dot and a digit, all case-sensitive (RFC 9112 §2.3), and
    /// the CR.
    fn version_step(&mut self, byte: u8) -> Result<Part, Refusal> {
        let at = self.position.saturating_sub(self.target.end);
        match (at, byte) {
            (1..=5, byte) if b" HTTP/".get(at) == Some(&byte) => {}
            (6, b'0'..=b'9') => self.major = byte,
            (7, b'.') => {}
            (8, b'0'..=b'9') => self.minor = byte,
            (9, b'\r') => return Ok(Part::LineEnd),
            (_, b'\n') => return Err(Refusal::BareLineFeed),
            _ => return Err(Refusal::MalformedRequestLine),
        }
        Ok(Part::Version)
    }

    fn head<'b>(&self, bytes: &'b [u8]) -> Head<'b> {
        let fields = bytes.get(self.position..).unwrap_or_default();
        Head {
            method: Method::from_token(self.method.of(bytes)),
            target: self.target.of(bytes),
            version: match self.minor {
                b'0' => Version::Http10,
                _ => Version::Http11,
            },
            fields: self.fields.fields(fields),
            len: self.position.saturating_add(self.fields.len()),
        }
    }
}

/// Returns the first line as received, without the empty lines before it and without its
/// end, at most [`TARGET_BYTES`] long. It is for a log: it may be malformed, and may have
/// any bytes except CR and LF.
pub fn request_line(bytes: &[u8]) -> &[u8] {
    let is_end = |byte| matches!(byte, b'\r' | b'\n');
    let line = bytes.get(run(bytes, is_end)..).unwrap_or_default();
    let line = line.get(..TARGET_BYTES).unwrap_or(line);
    line.get(..run(line, |byte| !is_end(byte)))
        .unwrap_or_default()
}

/// Splits a request line for a log: the method, and the target without the version after
/// it. In a malformed line all may be in one of them.
pub fn method_and_target(line: &[u8]) -> (&[u8], &[u8]) {
    let (method, target, _) = request_parts(line);
    (method, target)
}

/// Does the same, and returns the version as the third part.
pub fn request_parts(line: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let (method, rest) = line
        .split_at_checked(run(line, is_tchar))
        .unwrap_or_default();
    let Some(rest) = rest.strip_prefix(b" ") else {
        return (b"", line, b"");
    };
    let mut parts = rest.rsplitn(2, |byte| *byte == b' ');
    match (parts.next(), parts.next()) {
        (Some(version), Some(target)) if version.starts_with(b"HTTP/") => (method, target, version),
        _ => (method, rest, b""),
    }
}

/// Position of the next byte in the head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Start,
    EmptyLine,
    Method,
    Target,
    Version,
    LineEnd,
    Fields,
}

impl Part {
    /// Returns the number of bytes that stay in this part: a shortcut past `step`.
    fn run(self, bytes: &[u8]) -> usize {
        match self {
            Self::Method => run(bytes, is_tchar),
            Self::Target => run(bytes, is_target_byte),
            _ => 0,
        }
    }
}

/// Whether the byte is visible ASCII, without the `#` that no form of a target has
/// (RFC 9112 §3.2). This is wider than RFC 3986, because browsers send `|`, `"` and others
/// unencoded.
fn is_target_byte(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && byte != b'#'
}

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
