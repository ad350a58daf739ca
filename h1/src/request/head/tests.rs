//! Heads, whole and in pieces.

use super::*;
use crate::request::fields::Name;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use proptest::prelude::*;

/// Result of reading a head, without the buffer.
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
        ("CONNECT a:1 HTTP/1.1\r\n\r\n", Connect, "a:1", Http11),
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
fn parts_of_request_lines_for_a_log() {
    let cases: &[(&str, &str, &str, &str)] = &[
        ("GET /a HTTP/1.1", "GET", "/a", "HTTP/1.1"),
        ("GET /a b HTTP/1.1", "GET", "/a b", "HTTP/1.1"),
        ("GET /a", "GET", "/a", ""),
        ("GET  HTTP/1.1", "GET", "", "HTTP/1.1"),
        ("GET", "", "GET", ""),
        ("\x16\x03\x01 x", "", "\x16\x03\x01 x", ""),
        ("", "", "", ""),
    ];
    for (line, method, target, version) in cases {
        let [method, target, version] = [method, target, version].map(|part| part.as_bytes());
        let line = line.as_bytes();
        assert_eq!(request_parts(line), (method, target, version), "{line:?}");
        assert_eq!(method_and_target(line), (method, target), "{line:?}");
    }
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

/// Heads that are nearly valid: parts of real ones, in any order.
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
    fn a_written_head_is_read(
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
