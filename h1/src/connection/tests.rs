//! Conversations: bytes in, events out.

use super::*;
use crate::limits::{CONTENT_ROOM_BYTES, HEAD_BYTES, INPUT_BYTES, TRAILER_BYTES};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use proptest::prelude::*;

/// Returns a request in short: its path or its refusal, then `.` if it is the last.
fn describe(request: &Request<'_>) -> String {
    let end = if request.keep_alive { "" } else { "." };
    match &request.target {
        Ok(Target::Asterisk) => format!("*{end}"),
        Ok(Target::Resource(resource)) => format!("/{}{end}", resource.path),
        Err(refusal) => format!("{refusal:?}{end}"),
    }
}

/// Returns what a caller with a buffer of [`INPUT_BYTES`] sees when the pieces arrive one
/// after the other: its events, and at last what it waits for.
fn serve(pieces: &[&[u8]]) -> String {
    let mut connection = Connection::new(Site::default());
    let mut buffer: Vec<u8> = Vec::new();
    let mut bytes = pieces.iter().copied();
    let mut piece: &[u8] = b"";
    let mut seen = Vec::new();
    loop {
        match connection.next(&buffer) {
            Event::Continue => seen.push("100".to_string()),
            Event::Request(request) => {
                seen.push(describe(&request));
                let last = !request.keep_alive;
                buffer.drain(..connection.finish());
                if last {
                    assert!(matches!(
                        connection.next(&buffer),
                        Event::Read { idle: true }
                    ));
                    return seen.join(" ");
                }
            }
            Event::Refused(refusal) => {
                assert!(matches!(connection.next(b""), Event::Refused(same) if same == refusal));
                seen.push(format!("{refusal:?}!"));
                return seen.join(" ");
            }
            Event::Read { idle } => {
                if piece.is_empty() {
                    let Some(next) = bytes.next() else {
                        seen.push(if idle { "idle" } else { "more" }.to_string());
                        return seen.join(" ");
                    };
                    piece = next;
                }
                if buffer.len() == INPUT_BYTES {
                    buffer.drain(connection.reclaim());
                }
                let spare = INPUT_BYTES.saturating_sub(buffer.len());
                assert!(spare > 0, "nothing more can be read");
                let (read, rest) = piece.split_at(spare.min(piece.len()));
                buffer.extend_from_slice(read);
                piece = rest;
            }
        }
    }
}

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\n";
const POST: &str = "POST /a HTTP/1.1\r\nHost: x\r\n";
const GET10: &str = "GET /a HTTP/1.0\r\n";
const NEXT: &str = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
const LENGTH: &str = "Content-Length: 5\r\n";
const TOO_LONG: &str = "Content-Length: 65537\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const EXPECT: &str = "Expect: 100-continue\r\n";
const EXPECT_X: &str = "Expect: x\r\n";
const END: &str = "\r\n";

#[test]
fn conversations() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "idle"),
        (&["\r\n"], "idle"),
        (&["G"], "more"),
        (&[GET], "more"),
        (&[GET, END], "/a idle"),
        (&[GET, END, "\r\n"], "/a idle"),
        (&[GET, END, NEXT, NEXT], "/a /b /b idle"),
        (&[GET, END, "\r\n\r\n", NEXT], "/a /b idle"),
        (&[GET, END, "GE"], "/a more"),
        (&[GET, END, "\n"], "/a BareLineFeed!"),
        (&[GET, "Connection: close\r\n", END, NEXT], "/a."),
        (
            &[GET, "Connection: TE,,Keep-Alive\r\n", END, NEXT],
            "/a /b idle",
        ),
        (&[GET10, END, NEXT], "/a."),
        (
            &[GET10, "Connection: keep-alive\r\n", END, NEXT],
            "/a /b idle",
        ),
        (&["OPTIONS * HTTP/1.1\r\nHost: x\r\n", END], "* idle"),
        // Content.
        (&[GET, "Content-Length: 0\r\n", END, NEXT], "/a /b idle"),
        (&[GET, LENGTH, END, "hello", NEXT], "/a /b idle"),
        (&[GET, LENGTH, END, "hell"], "more"),
        (
            &[GET, "Content-Length: 28\r\n", END, NEXT, NEXT],
            "/a /b idle",
        ),
        (
            &[GET, CHUNKED, END, "5\r\nhello\r\n0\r\n\r\n", NEXT],
            "/a /b idle",
        ),
        (
            &[GET, CHUNKED, END, "0\r\nA: b\r\n\r\n", NEXT],
            "/a /b idle",
        ),
        (
            &[GET, CHUNKED, END, "0\r\nA: b\r\n", NEXT],
            "MalformedField!",
        ),
        (
            &[GET, CHUNKED, END, "5\r\nhello0\r\n\r\n", NEXT],
            "MalformedChunk!",
        ),
        (
            &[GET, CHUNKED, LENGTH, END, NEXT],
            "TransferEncodingWithContentLength!",
        ),
        (
            &[GET, LENGTH, LENGTH, END, NEXT],
            "ConflictingContentLengths!",
        ),
        (&[GET, TOO_LONG, END], "ContentTooLarge!"),
        (&[GET, CHUNKED, END, "10001\r\n"], "ContentTooLarge!"),
        (&[POST, TOO_LONG, END], "MethodNotAllowed."),
        (&[POST, CHUNKED, END, "10001\r\n"], "MethodNotAllowed."),
        // Faults of one request only.
        (&[POST, END, NEXT], "MethodNotAllowed /b idle"),
        (
            &[POST, LENGTH, END, "hello", NEXT],
            "MethodNotAllowed /b idle",
        ),
        (
            &["get / HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MethodNotImplemented /b idle",
        ),
        (
            &["CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n", END, NEXT],
            "MethodNotAllowed /b idle",
        ),
        (
            &["TRACE / HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MethodNotAllowed /b idle",
        ),
        (
            &["GET * HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MalformedTarget.",
        ),
        (
            &["GET /%00 HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "ForbiddenByteInPath.",
        ),
        (
            &["GET http://y:81/c HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "/c /b idle",
        ),
        (
            &["GET http://y/ HTTP/1.1\r\nHost: x:y\r\n", END, NEXT],
            "MalformedHost!",
        ),
        // A malformed target is refused whatever the method.
        (
            &["PUT s://]ufd/: HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MalformedTarget.",
        ),
        (
            &["PUT foo HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MalformedTarget.",
        ),
        (
            &[
                "PUT foo HTTP/1.1\r\nHost: x\r\n",
                LENGTH,
                END,
                "hello",
                NEXT,
            ],
            "MalformedTarget.",
        ),
        (
            &["FOO foo HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MalformedTarget.",
        ),
        (
            &["DELETE /%zz HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MalformedPercentEncoding.",
        ),
        (
            &["POST * HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MalformedTarget.",
        ),
        (
            &["CONNECT foo HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MalformedTarget.",
        ),
        (
            &["PUT https://y/ HTTP/1.1\r\nHost: x\r\n", END, NEXT],
            "MethodNotAllowed /b idle",
        ),
        (&[GET, EXPECT_X, END, NEXT], "UnknownExpectation /b idle"),
        (
            &[GET, EXPECT_X, LENGTH, END, "hello", NEXT],
            "UnknownExpectation.",
        ),
        (&[GET10, EXPECT_X, END], "/a."),
        // The order of the checks.
        (
            &["POST * HTTP/1.1\r\n", EXPECT_X, LENGTH, LENGTH, END],
            "MissingHost!",
        ),
        (
            &[POST, EXPECT_X, LENGTH, LENGTH, END],
            "ConflictingContentLengths!",
        ),
        (&[POST, EXPECT_X, END], "UnknownExpectation idle"),
        (
            &["BREW /a HTTP/1.1\r\nHost: x\r\n", EXPECT_X, END],
            "UnknownExpectation idle",
        ),
        (
            &["GET * HTTP/1.1\r\nHost: x\r\n", EXPECT_X, END],
            "MalformedTarget.",
        ),
    ];
    for (parts, expected) in cases {
        assert_eq!(serve(&[parts.concat().as_bytes()]), *expected, "{parts:?}");
    }
}

#[test]
fn content_is_asked_for_with_100_continue() {
    // (head, what comes after it, events)
    let cases: &[(&[&str], &str, &str)] = &[
        (&[GET, EXPECT, LENGTH, END], "", "100 more"),
        (&[GET, EXPECT, LENGTH, END], "hello", "100 /a idle"),
        (&[GET, EXPECT, LENGTH, END, "h"], "ello", "/a idle"),
        (&[GET, EXPECT, CHUNKED, END], "0\r\n\r\n", "100 /a idle"),
        (&[GET, EXPECT, "Content-Length: 0\r\n", END], "", "/a idle"),
        (&[GET, EXPECT, END], "", "/a idle"),
        (&[GET, EXPECT, TOO_LONG, END], "", "ContentTooLarge!"),
        (&[POST, EXPECT, LENGTH, END], "", "MethodNotAllowed."),
        (&[POST, EXPECT, TOO_LONG, END], "", "MethodNotAllowed."),
        (
            &[POST, EXPECT, LENGTH, END, "hello"],
            NEXT,
            "MethodNotAllowed.",
        ),
        (&[POST, EXPECT, CHUNKED, END], "", "MethodNotAllowed."),
        (&[POST, EXPECT, END], "", "MethodNotAllowed idle"),
        (&[GET10, EXPECT, LENGTH, END], "hello", "/a."),
    ];
    for (head, content, expected) in cases {
        let pieces = [head.concat(), content.to_string()];
        let pieces = pieces.each_ref().map(String::as_bytes);
        assert_eq!(serve(&pieces), *expected, "{head:?} {content:?}");
    }
}

#[test]
fn content_needs_no_more_room_than_the_buffer() {
    let discard = usize::try_from(DISCARD_BYTES).unwrap();
    let padded = |fields: &str, len: usize| {
        let padding = len - [GET, fields, "X: \r\n", END].concat().len();
        format!("{GET}{fields}X: {}\r\n{END}", "x".repeat(padding))
    };
    let length = format!("Content-Length: {discard}\r\n");
    let content = "x".repeat(discard);
    let trailers = format!("A:{}\r\n\r\n", "b".repeat(TRAILER_BYTES - 6));
    let chunks = format!("{}0\r\n{trailers}", "1\r\nx\r\n".repeat(discard));
    let cases: &[(&[&str], &str)] = &[
        (&[&padded("", HEAD_BYTES), NEXT], "/a /b idle"),
        (&[&padded("", HEAD_BYTES + 1)], "HeadTooLarge!"),
        (&[GET, &length, END, &content, NEXT], "/a /b idle"),
        (
            &[&padded(&length, HEAD_BYTES), &content, NEXT],
            "/a /b idle",
        ),
        (&[&padded(CHUNKED, HEAD_BYTES), &chunks, NEXT], "/a /b idle"),
        (&[&padded(&length, HEAD_BYTES + 1)], "HeadTooLarge!"),
        (&[&padded("Content-Length: 0\r\n", HEAD_BYTES)], "/a idle"),
    ];
    for (parts, expected) in cases {
        let text = parts.concat();
        assert_eq!(serve(&[text.as_bytes()]), *expected, "{} bytes", text.len());
    }
}

/// Reads are calls to the host: a long head must not make them tiny.
#[test]
fn content_comes_in_large_pieces_behind_any_head() {
    let discard = usize::try_from(DISCARD_BYTES).unwrap();
    for length in [100, HEAD_BYTES - 1, HEAD_BYTES] {
        let fields = format!("{GET}Content-Length: {discard}\r\n");
        let padding = length - [&*fields, "X: \r\n", END].concat().len();
        let head = format!("{fields}X: {}\r\n{END}", "x".repeat(padding));
        let mut connection = Connection::new(Site::default());
        let mut buffer = head.into_bytes();
        let (mut left, mut reads) = (discard, 0);
        while let Event::Read { .. } = connection.next(&buffer) {
            if buffer.len() == INPUT_BYTES {
                buffer.drain(connection.reclaim());
            }
            let read = left.min(INPUT_BYTES - buffer.len());
            buffer.extend(core::iter::repeat_n(b'x', read));
            (left, reads) = (left - read, reads + 1);
        }
        assert_eq!(left, 0);
        assert!(
            reads <= discard.div_ceil(CONTENT_ROOM_BYTES),
            "{reads} reads"
        );
    }
}

#[test]
fn a_connection_has_a_last_request() {
    let get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut connection = Connection::new(Site::default());
    for request in 1..=REQUESTS_PER_CONNECTION {
        let Event::Request(Request { keep_alive, .. }) = connection.next(get) else {
            panic!("request {request}");
        };
        assert_eq!(keep_alive, request < REQUESTS_PER_CONNECTION);
        assert_eq!(connection.finish(), get.len());
    }
    assert!(matches!(connection.next(get), Event::Read { idle: true }));
}

#[test]
fn a_request_stays_until_it_is_finished() {
    let get = b"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nxy";
    let mut connection = Connection::new(Site::default());
    for _ in 0..2 {
        assert!(matches!(connection.next(get), Event::Request(_)));
    }
    assert_eq!(connection.finish(), get.len());
    assert_eq!(connection.finish(), 0);
    assert!(matches!(connection.next(b""), Event::Read { idle: true }));
}

#[test]
fn a_refused_request_has_a_method() {
    let cases: &[(&[&str], Option<Method>)] = &[
        (&["HEAD / HTTP/1.1\r\n", END], Some(Method::Head)),
        (
            &["HEAD / HTTP/1.1\r\nHost: x\r\n", CHUNKED, END, "x"],
            Some(Method::Head),
        ),
        (&[GET, " "], Some(Method::Get)),
        (&["\r\rHEAD / HTTP/1.1\r\n", END], None),
    ];
    for (parts, expected) in cases {
        let bytes = parts.concat();
        let mut connection = Connection::new(Site::default());
        let event = connection.next(bytes.as_bytes());
        assert!(matches!(event, Event::Refused(_)), "{parts:?}");
        assert_eq!(connection.method(bytes.as_bytes()), *expected, "{parts:?}");
    }
}

/// Requests that are nearly valid: parts of real ones, in any order.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let parts: &[&[u8]] = &[
        b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\n",
        b"POST /a HTTP/1.1\r\nHost: x\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n",
        b"GET /a HTTP/1.0\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"Expect: 100-continue\r\n",
        b"Expect: x\r\n",
        b"Connection: close\r\n",
        b"Connection: keep-alive\r\n",
        b"\r\n",
        b"0\r\n\r\n",
        b"hello",
        b"5\r\n",
        b"\r",
        b"\n",
        b" ",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..12).prop_map(|parts| parts.concat())
}

/// Returns the same without 100, which depends on what has arrived by then.
fn without_100(pieces: &[&[u8]]) -> String {
    serve(pieces).replace("100 ", "")
}

proptest! {
    #[test]
    fn any_split_gives_the_same(bytes in nearly(), cut in 0..300_usize) {
        let whole = without_100(&[&bytes]);
        let bytewise: Vec<_> = bytes.chunks(1).collect();
        prop_assert_eq!(&without_100(&bytewise), &whole);
        let (left, right) = bytes.split_at(cut.min(bytes.len()));
        prop_assert_eq!(&without_100(&[left, right]), &whole);
    }

    #[test]
    fn any_bytes_have_an_answer(bytes: Vec<u8>) {
        serve(&[&bytes]);
    }
}

#[test]
fn a_request_with_close_is_the_last() {
    let cases = [
        (format!("{GET}{END}"), false),
        (format!("{GET}Connection: close\r\n{END}"), true),
        (format!("{GET10}{END}"), true),
        (format!("{GET10}Connection: keep-alive\r\n{END}"), false),
        // The request is refused before its content has arrived: that may still be on its
        // way.
        (format!("{POST}Connection: close\r\n{TOO_LONG}{END}"), false),
    ];
    for (text, expected) in &cases {
        let mut connection = Connection::new(Site::default());
        let Event::Request(request) = connection.next(text.as_bytes()) else {
            panic!("{text:?} is no whole request")
        };
        assert_eq!(request.last, *expected, "{text:?}");
    }
}
