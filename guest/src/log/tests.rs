//! Tests of the log.

use super::*;
use alloc::string::{String, ToString};

const DATE: [u8; 29] = *b"Sun, 22 Nov 2026 22:18:10 GMT";

fn access() -> Access<'static> {
    Access {
        peer: Peer::At("127.0.0.1:5".parse().unwrap()),
        user: None,
        tls: None,
        time: Time::Second(DATE),
        started: None,
        first_byte: None,
        head: b"GET /a\"b HTTP/1.1\r\nHost: a\r\n\r\n",
        status: 206,
        range: None,
        referer: None,
        user_agent: Some(b"curl/8"),
    }
}

#[test]
fn a_line_in_the_combined_format() {
    let cases = [
        (Time::Second(DATE), "22/Nov/2026:22:18:10 +0000"),
        (Time::Precise(DATE, 7), "22/Nov/2026:22:18:10.007 +0000"),
    ];
    for (time, shown) in cases {
        let log = Log::new(Format::Combined);
        let sent = Sent {
            bytes: 1_234,
            nanoseconds: None,
            first_byte: None,
        };
        log.access(&Access { time, ..access() }, sent);
        let expected = alloc::format!(
            "127.0.0.1 - - [{shown}] \"GET /a\\x22b HTTP/1.1\" 206 1234 \"-\" \"curl/8\"\n"
        );
        assert_eq!(String::from_utf8(log.lines.take()).unwrap(), expected);
    }
}

#[test]
fn the_common_format_ends_with_the_bytes_and_has_the_user_as_a_word() {
    let rows = [
        (None, "-"),
        (Some("ann"), "ann"),
        (Some("a\" x"), "a\\x22\\x20x"),
    ];
    for (user, shown) in rows {
        let log = Log::new(Format::Common);
        log.access(&Access { user, ..access() }, Sent::by(None, 7, None, None));
        let expected = alloc::format!(
            "127.0.0.1 - {shown} [22/Nov/2026:22:18:10 +0000] \"GET /a\\x22b HTTP/1.1\" 206 7\n"
        );
        assert_eq!(String::from_utf8(log.lines.take()).unwrap(), expected);
    }
}

#[test]
fn client_bytes_cannot_forge_a_log_line() {
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
    let name = "Bj\u{10fff6}rk\n\u{e9}";
    assert_eq!(EscapedName(name).to_string(), "Bj\\xF6rk\\x0A\\xC3\\xA9");
    let long = [b'a'; LOG_FIELD_BYTES + 1];
    assert_eq!(Escaped(&long).to_string().len(), LOG_FIELD_BYTES + 3);
}

/// The buffer does not grow by even one byte.
#[test]
fn lines_that_do_not_fit_are_dropped_and_counted() {
    let log = Log::new(Format::Combined);
    let half = "x".repeat(LOG_BYTES / 2 - 1);
    for words in [&*half, &half, "y", ""] {
        log.event(None, format_args!("{words}"));
    }
    assert_eq!(log.dropped.get(), 2);
    let lines = log.lines.take();
    assert_eq!((lines.len(), lines.capacity()), (LOG_BYTES, LOG_BYTES));
    let access = Access {
        head: &[b'"'; 10_000],
        ..access()
    };
    let mut small = Vec::with_capacity(100);
    assert!(!append(&mut small, |line| access.write_start(line)));
    assert_eq!((small.len(), small.capacity()), (0, 100));
}
