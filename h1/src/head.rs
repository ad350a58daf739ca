//! The head of a request: request line and fields (RFC 9112 §2, §3).
//!
//! Strict where RFC 9112 lets a recipient be lenient: two parsers that are
//! lenient in different ways are how requests get smuggled (§11.2).

use crate::fields::{Fields, Section};
use crate::limits::{HEAD_BYTES, LEADING_EMPTY_LINES, TARGET_BYTES};
use crate::list::is_tchar;
use crate::method::Method;
use crate::refusal::Refusal;

/// The version of a message, as far as it makes a difference (RFC 9110 §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1, and any later 1.x: what a peer with a higher minor version
    /// understands beyond that makes no difference here.
    Http11,
}

/// A whole head, lent from the read buffer.
#[derive(Clone, Copy, Debug)]
pub struct Head<'b> {
    /// What is asked for.
    pub method: Method,
    /// The request target as received: visible ASCII without `#`, not empty.
    pub target: &'b [u8],
    /// What the client speaks.
    pub version: Version,
    /// The header fields.
    pub fields: Fields<'b>,
    /// Bytes from the start of the buffer, empty lines before the request line
    /// and the empty line after the fields included.
    pub len: usize,
}

/// What the bytes so far amount to.
#[derive(Clone, Copy, Debug)]
pub enum Parse<'b> {
    /// A whole head.
    Complete(Head<'b>),
    /// The beginning of a head, faultless so far.
    Partial,
    /// A head that can't be put right by any more bytes.
    Bad(Refusal),
}

/// Reads a head as it arrives. It looks at each byte once, so that bytes which
/// come one by one cost no more than all at once, and finds a fault as soon as
/// the byte is there.
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
    /// Goes on in `bytes`, which begin where they did at the last call and hold
    /// more at the end. Once complete, the same head is returned for every call.
    ///
    /// Several faults: the first one in the order of the bytes is reported. So
    /// it doesn't matter how the bytes were cut into pieces.
    pub fn scan<'b>(&mut self, bytes: &'b [u8]) -> Parse<'b> {
        let bounded = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
        match self.read(bounded) {
            Err(refusal) => Parse::Bad(refusal),
            Ok(true) => Parse::Complete(self.head(bytes)),
            Ok(false) if bounded.len() < HEAD_BYTES => Parse::Partial,
            // RFC 9112 §3: a method longer than any known one is answered 501.
            Ok(false) if self.part == Part::Method => Parse::Bad(Refusal::MethodNotImplemented),
            Ok(false) => Parse::Bad(Refusal::HeadTooLarge),
        }
    }

    /// The method, where it has been read; `bytes` are those of the last call.
    pub fn method(&self, bytes: &[u8]) -> Option<Method> {
        let read = self.method.end > self.method.start;
        read.then(|| Method::from_token(self.method.of(bytes)))
    }

    /// Whether anything but empty lines has been seen.
    pub fn has_started(&self) -> bool {
        !matches!(self.part, Part::Start | Part::EmptyLine)
    }

    fn read(&mut self, bytes: &[u8]) -> Result<bool, Refusal> {
        while self.part != Part::Fields {
            let rest = bytes.get(self.position..).unwrap_or_default();
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

    /// What the byte makes of the request line (RFC 9112 §3): exactly one space
    /// between its parts, no whitespace around them.
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

    /// `HTTP/`, a digit, a dot, a digit, all case-sensitive (RFC 9112 §2.3), and
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

/// The first line as received, without the empty lines before it and without
/// its end, at most [`TARGET_BYTES`] long. For a log: it may be malformed, and
/// may hold any byte but CR and LF.
pub fn request_line(bytes: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = bytes.iter().take_while(|byte| is_end(byte)).count();
    let line = bytes.get(start..).unwrap_or_default();
    let len = line
        .iter()
        .take(TARGET_BYTES)
        .take_while(|byte| !is_end(byte))
        .count();
    line.get(..len).unwrap_or_default()
}

/// Where in the head the next byte stands.
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
    /// How many of the bytes change nothing: a shortcut past `step`.
    fn run(self, bytes: &[u8]) -> usize {
        match self {
            Self::Method => bytes.iter().take_while(|byte| is_tchar(**byte)).count(),
            Self::Target => bytes
                .iter()
                .take_while(|byte| is_target_byte(**byte))
                .count(),
            _ => 0,
        }
    }
}

/// Visible ASCII, without the `#` that no form of a target has (RFC 9112 §3.2).
/// Wider than RFC 3986: browsers send `|`, `"` and the like as they are.
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
mod tests {
    use super::*;
    use crate::fields::Name;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// What a head amounts to, free of the buffer.
    type Outcome = Option<Result<(Method, Vec<u8>, Version, usize), Refusal>>;

    fn outcome(parse: Parse<'_>) -> Outcome {
        match parse {
            Parse::Complete(head) => Some(Ok((
                head.method,
                head.target.to_vec(),
                head.version,
                head.len,
            ))),
            Parse::Partial => None,
            Parse::Bad(refusal) => Some(Err(refusal)),
        }
    }

    fn whole(bytes: &[u8]) -> Outcome {
        outcome(Scanner::default().scan(bytes))
    }

    #[test]
    fn complete_heads() {
        use Method::*;
        use Version::*;
        let cases: &[(&str, Method, &str, Version)] = &[
            ("GET / HTTP/1.1\r\n\r\n", Get, "/", Http11),
            (
                "HEAD /a?b HTTP/1.0\r\nHost: x\r\n\r\n",
                Head,
                "/a?b",
                Http10,
            ),
            ("GET / HTTP/1.2\r\n\r\n", Get, "/", Http11),
            ("GET / HTTP/1.9\r\n\r\n", Get, "/", Http11),
            ("get / HTTP/1.1\r\n\r\n", Unknown, "/", Http11),
            ("M-SEARCH * HTTP/1.1\r\n\r\n", Unknown, "*", Http11),
            ("CONNECT a:1 HTTP/1.1\r\n\r\n", NotAllowed, "a:1", Http11),
            ("OPTIONS * HTTP/1.1\r\n\r\n", Options, "*", Http11),
            (
                "GET http://a/|\"<>^{}\\ HTTP/1.1\r\n\r\n",
                Get,
                "http://a/|\"<>^{}\\",
                Http11,
            ),
            ("\r\nGET / HTTP/1.1\r\n\r\n", Get, "/", Http11),
            ("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", Get, "/", Http11),
        ];
        for (text, method, target, version) in cases {
            let expected = Some(Ok((
                *method,
                target.as_bytes().to_vec(),
                *version,
                text.len(),
            )));
            assert_eq!(whole(text.as_bytes()), expected, "{text:?}");
            let pipelined = format!("{text}GET /next");
            assert_eq!(whole(pipelined.as_bytes()), expected, "{pipelined:?}");
        }
    }

    #[test]
    fn refused_as_soon_as_the_byte_is_there() {
        use Refusal::*;
        let cases: &[(&str, Refusal)] = &[
            ("\x16", MalformedRequestLine),
            (" ", MalformedRequestLine),
            ("\0", MalformedRequestLine),
            ("\n", BareLineFeed),
            ("\r\n\n", BareLineFeed),
            ("\rG", BareCarriageReturn),
            ("\r\n\r\n\r\n\r\n\r", TooManyEmptyLines),
            ("GET\t", MalformedRequestLine),
            ("GET\r", MalformedRequestLine),
            ("GET\n", BareLineFeed),
            ("G:", MalformedRequestLine),
            ("GET  ", MalformedRequestLine),
            ("GET /\t", MalformedRequestLine),
            ("GET /\r", MalformedRequestLine),
            ("GET /\n", BareLineFeed),
            ("GET /#", MalformedRequestLine),
            ("GET /\x7f", MalformedRequestLine),
            ("GET /\0", MalformedRequestLine),
            ("GET /\u{e9}", MalformedRequestLine),
            ("GET /  ", MalformedRequestLine),
            ("GET / h", MalformedRequestLine),
            ("GET / HTTP/1.1 ", MalformedRequestLine),
            ("GET / HTTP/1.1\n", BareLineFeed),
            ("GET / HTTP/1.1\r\r", BareCarriageReturn),
            ("GET / HTTP/1.10", MalformedRequestLine),
            ("GET / HTTP/11", MalformedRequestLine),
            ("GET / HTTP/1,", MalformedRequestLine),
            ("GET / HTTP/x", MalformedRequestLine),
            ("GET / HTTP/+", MalformedRequestLine),
            ("GET / HTTP/1.\r", MalformedRequestLine),
            ("GET / HTTP/1\r", MalformedRequestLine),
            ("GET / HTTP ", MalformedRequestLine),
            ("GET / HTTPS", MalformedRequestLine),
            ("GET / F", MalformedRequestLine),
            ("GET /a b", MalformedRequestLine),
            ("GET / \n", BareLineFeed),
            ("GET / HTTP/2.0\r\n", UnsupportedVersion),
            ("PRI * HTTP/2.0\r\n", UnsupportedVersion),
            ("GET / HTTP/0.9\r\n", UnsupportedVersion),
            ("GET / HTTP/3.1\r\n", UnsupportedVersion),
            ("GET / HTTP/1.1\r\n ", FoldedField),
            ("GET / HTTP/1.1\r\nHost ", MalformedField),
            ("GET / HTTP/1.1\r\nHost: a\n", BareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\rb", BareCarriageReturn),
        ];
        for (text, refusal) in cases {
            assert_eq!(whole(text.as_bytes()), Some(Err(*refusal)), "{text:?}");
            let before = text.char_indices().next_back().unwrap().0;
            assert_eq!(
                whole(&text.as_bytes()[..before]),
                None,
                "{text:?} without its last byte"
            );
            let more = format!("{text} HTTP/1.1\r\n\r\n");
            assert_eq!(whole(more.as_bytes()), Some(Err(*refusal)), "{more:?}");
        }
    }

    #[test]
    fn limits() {
        let target = |len: usize| format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(len - 1));
        let field = |len: usize| {
            let others = "GET / HTTP/1.1\r\nX: \r\n\r\n".len();
            format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(len - others))
        };
        let after = |lines: usize| format!("{}GET / HTTP/1.1\r\n\r\n", "\r\n".repeat(lines));
        let cases: &[(String, Option<Refusal>)] = &[
            (after(LEADING_EMPTY_LINES), None),
            (
                after(LEADING_EMPTY_LINES + 1),
                Some(Refusal::TooManyEmptyLines),
            ),
            (target(TARGET_BYTES), None),
            (target(TARGET_BYTES + 1), Some(Refusal::TargetTooLong)),
            (target(1 << 20), Some(Refusal::TargetTooLong)),
            (field(HEAD_BYTES), None),
            (field(HEAD_BYTES + 1), Some(Refusal::HeadTooLarge)),
            (field(1 << 20), Some(Refusal::HeadTooLarge)),
            ("A".repeat(HEAD_BYTES), Some(Refusal::MethodNotImplemented)),
        ];
        for (text, refusal) in cases {
            let parsed = whole(text.as_bytes()).unwrap();
            assert_eq!(parsed.err(), *refusal, "{} bytes", text.len());
        }
        let unfinished = format!("GET /{}", "a".repeat(TARGET_BYTES));
        assert_eq!(
            whole(unfinished.as_bytes()),
            Some(Err(Refusal::TargetTooLong))
        );
    }

    #[test]
    fn a_head_is_the_same_at_every_call() {
        let text = b"GET /a HTTP/1.1\r\nHost: b\r\nRange: c\r\n\r\nmore";
        let mut scanner = Scanner::default();
        for _ in 0..2 {
            let Parse::Complete(head) = scanner.scan(text) else {
                panic!("incomplete")
            };
            assert_eq!(head.target, b"/a");
            assert_eq!(head.fields.only(Name::Host), Some(&b"b"[..]));
            assert_eq!(head.fields.only(Name::Range), Some(&b"c"[..]));
            assert_eq!(head.len, text.len() - 4);
        }
    }

    #[test]
    fn first_lines_for_a_log() {
        let cases: &[(&str, &str)] = &[
            ("", ""),
            ("\r\n\r\n", ""),
            ("GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1"),
            ("\r\n\r\nGET /\nx", "GET /"),
            ("\x16\x03\x01 x", "\x16\x03\x01 x"),
        ];
        for (text, line) in cases {
            assert_eq!(request_line(text.as_bytes()), line.as_bytes(), "{text:?}");
        }
        assert_eq!(request_line(&[b'a'; 2 * TARGET_BYTES]).len(), TARGET_BYTES);
    }

    #[test]
    fn methods_of_refused_heads() {
        let cases: &[(&str, Option<Method>)] = &[
            ("HEAD\n", None),
            ("HEAD \n", Some(Method::Head)),
            ("\r\nHEAD / HTTP/1.1\r\nA : b", Some(Method::Head)),
            ("HEADER / HTTP/1.1\r\n :", Some(Method::Unknown)),
            ("GET /HEAD HTTP/1.1\r\n :", Some(Method::Get)),
            ("\x16HEAD / HTTP/1.1\r\n", None),
            ("\r\rHEAD / HTTP/1.1\r\n", None),
        ];
        for (text, expected) in cases {
            let mut scanner = Scanner::default();
            let parse = scanner.scan(text.as_bytes());
            assert!(matches!(parse, Parse::Bad(_)), "{text:?}");
            assert_eq!(scanner.method(text.as_bytes()), *expected, "{text:?}");
        }
    }

    /// Heads that are nearly right: parts of real ones, in any order.
    fn nearly() -> impl Strategy<Value = Vec<u8>> {
        let parts: &[&[u8]] = &[
            b"GET",
            b" ",
            b"/",
            b" HTTP/1.1",
            b"\r\n",
            b"Host: a",
            b"\r",
            b"\n",
            b":",
            b"\t",
            b"OPTIONS * HTTP/1.0\r\n",
            b"GET /a HTTP/1.1\r\n",
            b"Range: bytes=0-\r\n",
            b"\r\n\r\n",
            b"\0",
            b"#",
            b"\xff",
            b"HTTP/2.0\r\n",
        ];
        prop::collection::vec(prop::sample::select(parts), 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(bytes in nearly(), cuts in prop::collection::vec(0..100_usize, 0..6)) {
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.push(bytes.len());
            cuts.sort_unstable();
            let mut scanner = Scanner::default();
            let mut last = None;
            for cut in cuts {
                last = outcome(scanner.scan(&bytes[..cut]));
                if last.is_some() {
                    break;
                }
                let looked_at = scanner.position.saturating_add(scanner.fields.len());
                prop_assert_eq!(looked_at, cut, "no byte is left for a second look");
            }
            prop_assert_eq!(last, whole(&bytes));
        }

        #[test]
        fn what_is_written_is_read(
            target in "/[!-\"$-~]{0,40}",
            lines in prop::collection::vec(("[!#-'*+.^_`|~0-9A-Za-z-]{1,12}", "([!-~]([ -~\t]{0,20}[!-~])?)?"), 0..8),
        ) {
            let fields: String = lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let text = format!("GET {target} HTTP/1.1\r\n{fields}\r\n");
            let mut scanner = Scanner::default();
            let Parse::Complete(head) = scanner.scan(text.as_bytes()) else { panic!("{text:?}") };
            prop_assert_eq!(head.target, target.as_bytes());
            let read: Vec<_> = head.fields.lines().collect();
            let written: Vec<_> = lines.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
            prop_assert_eq!(read, written);
        }
    }
}
