//! Connections, from their first byte to their last (RFC 9112).

use std::collections::BTreeSet;

use h1::limits::TARGET_BYTES;
use h1::response::multipart::OVERHEAD_BYTES;

use crate::caller::{Conversation, converse};
use crate::response::Response;
use crate::site::{FILE_BYTES, byte_at};
use crate::text::{field_line, find, pieces, split};
use crate::{chunk, head};

/// Space for a head of ours with a location or a file name as long as a target, each of
/// its bytes encoded.
const HEAD_BYTES: usize = 4 * TARGET_BYTES;

/// Checks these properties for any bytes, in any pieces. Every response is well-formed
/// and is what its status promises. Only the last one announces the close, and nothing is
/// sent after it. The caller's buffer never has to grow. Each request ends exactly where
/// the RFC says, and none is left unanswered. Byte by byte and in pieces the responses
/// are the same as for the whole, except for the 100s, which depend on what has arrived.
pub fn connection(bytes: &[u8]) {
    let whole = converse(std::iter::once(bytes));
    let responses = read(&whole);
    // The last request may be answered before its content has arrived.
    let followed = whole.to_head.len() - usize::from(whole.closed);
    let mut start = 0;
    for end in whole.ends.iter().take(followed) {
        assert_eq!(request_length(&bytes[start..]), Some(end - start));
        start = *end;
    }
    let left = request_length(&bytes[start..]);
    assert!(left.is_none() || whole.closed, "a request has no response");
    for conversation in [converse(bytes.chunks(1)), converse(pieces(bytes))] {
        assert_eq!(read(&conversation), responses);
    }
}

/// Returns the length of the complete request at the start of the bytes (RFC 9112 §6.3),
/// if that length is unambiguous.
fn request_length(bytes: &[u8]) -> Option<usize> {
    let head = head::length(bytes)?;
    let lines = split(&bytes[..head], b"\r\n");
    let fields: Vec<_> = lines.iter().filter_map(|line| field_line(line)).collect();
    let all = |name: &str| {
        let named = fields
            .iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
        named.map(|(_, value)| *value).collect::<Vec<_>>()
    };
    let content = match (&all("Content-Length")[..], &all("Transfer-Encoding")[..]) {
        ([], []) => 0,
        ([length], []) => str::from_utf8(length).ok()?.parse().ok()?,
        ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => chunk::length(&bytes[head..])?,
        _ => return None,
    };
    (content <= bytes.len() - head).then(|| head + content)
}

/// Returns the final responses.
fn read(conversation: &Conversation) -> Vec<Response<'_>> {
    let mut rest = &conversation.sent[..];
    let mut responses = Vec::new();
    for (place, to_head) in conversation.to_head.iter().enumerate() {
        let (mut response, mut after) = Response::read(rest, *to_head);
        if response.is_interim() {
            assert_eq!((response.status, &*response.fields), (100, &[][..]));
            rest = after;
            (response, after) = Response::read(rest, *to_head);
        }
        assert!(!response.is_interim());
        assert!(rest.len() - after.len() - response.content.len() <= HEAD_BYTES);
        let last = conversation.closed && place + 1 == conversation.to_head.len();
        assert_eq!(response.field("Connection") == Some("close"), last);
        check(&response, *to_head);
        responses.push(response);
        rest = after;
    }
    // The content that a 100 has requested may never arrive.
    assert!(rest.is_empty() || rest == h1::response::CONTINUE);
    assert!(rest.is_empty() || !conversation.closed);
    responses
}

/// Checks what a status promises (RFC 9110 §15).
fn check(response: &Response<'_>, to_head: bool) {
    assert!(response.field("Date").is_some());
    assert_eq!(response.field("X-Content-Type-Options"), Some("nosniff"));
    assert!(response.content.len() as u64 <= FILE_BYTES + OVERHEAD_BYTES);
    let has = |name| response.field(name).is_some();
    let about_a_file = has("ETag");
    match response.status {
        200 if about_a_file => {
            assert_eq!(response.field("Accept-Ranges"), Some("bytes"));
            assert!(!has("Content-Range"));
            let len = response.content.len() as u64;
            assert!(response.content.iter().copied().eq((0..len).map(byte_at)));
        }
        200 => assert!(has("Content-Security-Policy")),
        204 | 405 => assert_eq!(response.field("Allow"), Some("GET, HEAD, OPTIONS")),
        206 => {
            assert!(about_a_file && !to_head);
            assert_eq!(response.field("Accept-Ranges"), Some("bytes"));
            check_parts(response);
        }
        301 => {
            let location = response.field("Location").unwrap();
            assert!(location.starts_with("folder/"));
        }
        304 => assert!(about_a_file && !has("Content-Type") && !has("Content-Range")),
        416 => {
            let range = response.field("Content-Range").unwrap();
            assert!(["bytes */0", "bytes */1000"].contains(&range));
        }
        412 => assert!(response.content.is_empty()),
        400 | 413 | 414 | 431 | 505 => assert_eq!(response.field("Connection"), Some("close")),
        404 | 417 | 421 | 501 => {}
        other => panic!("{other} is none of ours"),
    }
}

/// Checks one part, or several in `multipart/byteranges` (RFC 9110 §14.6, RFC 2046 §5.1).
fn check_parts(response: &Response<'_>) {
    let media_type = response.field("Content-Type").unwrap();
    let Some(boundary) = media_type.strip_prefix("multipart/byteranges; boundary=") else {
        check_part(response.field("Content-Range"), response.content);
        return;
    };
    assert_eq!(response.field("Content-Range"), None);
    assert!(boundary.len() <= 70);
    let delimiter = format!("\r\n--{boundary}");
    let text = [b"\r\n", response.content].concat();
    let parts = split(&text, delimiter.as_bytes());
    let [before, parts @ .., after] = &parts[..] else {
        panic!("no delimiters");
    };
    assert!(before.is_empty() && *after == b"--\r\n" && parts.len() > 1);
    let mut seen = BTreeSet::new();
    for part in parts {
        let end = find(part, b"\r\n\r\n").expect("a part's head");
        let head = str::from_utf8(&part[..end]).unwrap();
        let mut lines = head.strip_prefix("\r\n").unwrap().split("\r\n");
        assert!(lines.next().unwrap().starts_with("Content-Type: "));
        let range = lines.next().unwrap().strip_prefix("Content-Range: ");
        assert_eq!(lines.next(), None);
        for place in check_part(range, &part[end + 4..]) {
            assert!(seen.insert(place), "byte {place} is sent twice");
        }
    }
}

/// Checks that the bytes are those of the range.
fn check_part(range: Option<&str>, bytes: &[u8]) -> std::ops::Range<u64> {
    let range = range.unwrap().strip_prefix("bytes ").unwrap();
    let (range, size) = range.split_once('/').unwrap();
    assert_eq!(size, FILE_BYTES.to_string());
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
    assert!(first <= last && last < FILE_BYTES);
    assert!(bytes.iter().copied().eq((first..=last).map(byte_at)));
    first..last + 1
}
