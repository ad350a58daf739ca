//! Lines of the access log as JSON, an object for each request:
//! `{"time":"2026-11-22T22:18:10.007Z","peer":"127.0.0.1","user":null,"tls":"1.3",`
//! `"method":"GET","target":"/a","protocol":"HTTP/1.1","range":null,"status":200,`
//! `"bytes":1234,"first_byte_us":87,"duration_us":120,"referer":null,"user_agent":"curl/8"}`
//!
//! All of it is printable ASCII, whatever clients send. What is not known or not there is
//! null.

use core::fmt::{self, Write as _};

use h1::request::head::{request_line, request_parts};
use h1::syntax::concealed::concealed;
use h1::syntax::json::write_string;

use super::{Access, Line, Sent};
use crate::host::TlsVersion;
use crate::limits::{LOG_FIELD_BYTES, LOG_METHOD_BYTES};
use crate::peer::Peer;

/// Writes the part before the number of bytes.
pub fn write_start(access: &Access<'_>, line: &mut Line<'_>) -> fmt::Result {
    line.write_str("{\"time\":\"")?;
    access.time.write(line)?;
    match access.peer {
        Peer::Unknown => line.write_str("\",\"peer\":null")?,
        peer => write!(line, "\",\"peer\":\"{}\"", peer.host())?,
    }
    let user = access.user.map(str::as_bytes);
    write_member(line, "user", user, LOG_FIELD_BYTES)?;
    write!(line, ",\"tls\":\"{}\"", name_of(access.tls))?;
    let (method, target, protocol) = request_parts(request_line(access.head));
    write_member(line, "method", part(method), LOG_METHOD_BYTES)?;
    write_reference(line, "target", part(target))?;
    write_member(line, "protocol", part(protocol), LOG_METHOD_BYTES)?;
    write_member(line, "range", access.range, LOG_FIELD_BYTES)?;
    write!(line, ",\"status\":{}", access.status)
}

/// Writes how much was sent, and when.
pub fn write_sent(line: &mut Line<'_>, sent: Sent) -> fmt::Result {
    write!(line, ",\"bytes\":{}", sent.bytes)?;
    write_microseconds(line, "first_byte_us", sent.first_byte)?;
    write_microseconds(line, "duration_us", sent.nanoseconds)
}

/// Writes the part after that.
pub fn write_end(access: &Access<'_>, line: &mut Line<'_>) -> fmt::Result {
    write_reference(line, "referer", access.referer)?;
    write_member(line, "user_agent", access.user_agent, LOG_FIELD_BYTES)?;
    line.write_str("}")
}

/// Returns the version of TLS as a line has it. A host that does not tell is no plain
/// connection.
fn name_of(tls: Option<TlsVersion>) -> &'static str {
    match tls {
        None => "-",
        Some(TlsVersion::None) => "none",
        Some(TlsVersion::Tls12) => "1.2",
        Some(TlsVersion::Tls13) => "1.3",
    }
}

/// Returns a part of a request line, unless the line has no such part.
fn part(bytes: &[u8]) -> Option<&[u8]> {
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

fn write_member(line: &mut Line<'_>, key: &str, value: Option<&[u8]>, most: usize) -> fmt::Result {
    write!(line, ",\"{key}\":")?;
    match value {
        Some(value) => write_string([value], most, line),
        None => line.write_str("null"),
    }
}

/// Writes a target, or a reference to one, without the tokens of links.
fn write_reference(line: &mut Line<'_>, key: &str, value: Option<&[u8]>) -> fmt::Result {
    write!(line, ",\"{key}\":")?;
    match value {
        Some(value) => write_string(concealed(value), LOG_FIELD_BYTES, line),
        None => line.write_str("null"),
    }
}

fn write_microseconds(line: &mut Line<'_>, key: &str, nanoseconds: Option<u64>) -> fmt::Result {
    match nanoseconds {
        Some(nanoseconds) => write!(line, ",\"{key}\":{}", nanoseconds / 1_000),
        None => write!(line, ",\"{key}\":null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LOG_BYTES;
    use crate::log::{Format, Log, Time};
    use alloc::string::String;
    use alloc::vec::Vec;

    const TIME: Time = Time::Internet(*b"2026-11-22T22:18:10", 7);

    fn line(access: &Access<'_>, sent: Sent) -> String {
        let log = Log::new(Format::Json);
        log.access(access, sent);
        String::from_utf8(log.said()).unwrap()
    }

    fn access(head: &[u8]) -> Access<'_> {
        Access {
            peer: Peer::At("127.0.0.1:5".parse().unwrap()),
            user: None,
            tls: None,
            time: TIME,
            started: None,
            first_byte: None,
            head,
            status: 400,
            range: None,
            referer: None,
            user_agent: None,
        }
    }

    #[test]
    fn a_line_has_all_that_is_known() {
        let access = Access {
            peer: Peer::Unix,
            user: Some("ann"),
            tls: Some(TlsVersion::Tls13),
            status: 206,
            range: Some(b"bytes=0-5"),
            referer: Some(b"http://a/?b"),
            user_agent: Some("caf\u{e9} \"1\"".as_bytes()),
            ..access(b"GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n")
        };
        let sent = Sent::by(Some(5_600_999), 6, Some(500_000), Some(2_000_000));
        assert_eq!(
            line(&access, sent),
            "{\"time\":\"2026-11-22T22:18:10.007Z\",\"peer\":\"unix\",\"user\":\"ann\",\
             \"tls\":\"1.3\",\"method\":\"GET\",\"target\":\"/a?b\",\"protocol\":\"HTTP/1.1\",\
             \"range\":\"bytes=0-5\",\"status\":206,\"bytes\":6,\"first_byte_us\":1500,\
             \"duration_us\":5100,\"referer\":\"http://a/?b\",\
             \"user_agent\":\"caf\\u00e9 \\\"1\\\"\"}\n"
        );
    }

    #[test]
    fn what_is_not_known_is_null() {
        let access = Access {
            peer: Peer::Unknown,
            ..access(b"")
        };
        assert_eq!(
            line(&access, Sent::by(None, 0, None, None)),
            "{\"time\":\"2026-11-22T22:18:10.007Z\",\"peer\":null,\"user\":null,\"tls\":\"-\",\
             \"method\":null,\"target\":null,\"protocol\":null,\"range\":null,\"status\":400,\
             \"bytes\":0,\"first_byte_us\":null,\"duration_us\":null,\"referer\":null,\
             \"user_agent\":null}\n"
        );
        for (tls, name) in [(TlsVersion::None, "none"), (TlsVersion::Tls12, "1.2")] {
            assert_eq!(name_of(Some(tls)), name);
        }
    }

    #[test]
    fn no_token_of_a_link_is_written() {
        let token = "A".repeat(100);
        let target = ["/.porthole/link/", &token, "/film.mkv"].concat();
        let head = ["GET ", &target, " HTTP/1.1\r\n"].concat();
        let access = Access {
            referer: Some(target.as_bytes()),
            ..access(head.as_bytes())
        };
        let text = line(&access, Sent::by(None, 0, None, None));
        let shown = "\"/.porthole/link/AAAAAAAA.../film.mkv\"";
        assert_eq!(text.matches(shown).count(), 2, "{text}");
    }

    #[test]
    fn events_are_objects_as_well() {
        let log = Log::new(Format::Json);
        log.event(Some(TIME), format_args!("Refused {}: {:?}", "a", "b\n"));
        log.event(None, format_args!("gone"));
        let expected = "{\"time\":\"2026-11-22T22:18:10.007Z\",\
                        \"event\":\"Refused a: \\\"b\\\\n\\\"\"}\n{\"event\":\"gone\"}\n";
        assert_eq!(String::from_utf8(log.said()).unwrap(), expected);
    }

    /// The longest line fits many times into the log's memory.
    #[test]
    fn a_line_is_bounded_and_ascii_whatever_the_client_sends() {
        for byte in [b'a', b'"', 0, 0xff] {
            let long = [byte].repeat(60_000);
            let head = [b"GET /", &long[..], b" HTTP/1.1"].concat();
            let field = Some(&long[..]);
            let access = Access {
                user: core::str::from_utf8(&long).ok(),
                range: field,
                referer: field,
                user_agent: field,
                ..access(&head)
            };
            let sent = Sent::by(Some(u64::MAX), u64::MAX, Some(0), Some(u64::MAX));
            let text: Vec<u8> = line(&access, sent).into_bytes();
            assert!(text.len() < LOG_BYTES / 7, "{}", text.len());
            let (end, rest) = text.split_last().unwrap();
            assert!(*end == b'\n' && rest.iter().all(|byte| matches!(byte, b' '..=b'~')));
        }
    }
}
