//! Connections, from their first byte to their last (RFC 9112).

use std::collections::BTreeSet;

use h1::limits::TARGET_BYTES;
use h1::response::multipart::OVERHEAD_BYTES;

use crate::answer::Answer;
use crate::caller::{Conversation, converse};
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
    let answers = read(&whole);
    // The last request may be answered before its content has arrived.
    let followed = whole.to_head.len() - usize::from(whole.closed);
    let mut start = 0;
    for end in whole.ends.iter().take(followed) {
        assert_eq!(request_length(&bytes[start..]), Some(end - start));
        start = *end;
    }
    let left = request_length(&bytes[start..]);
    assert!(left.is_none() || whole.closed, "a request has no answer");
    for conversation in [converse(bytes.chunks(1)), converse(pieces(bytes))] {
        assert_eq!(read(&conversation), answers);
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
fn read(conversation: &Conversation) -> Vec<Answer<'_>> {
    let mut rest = &conversation.sent[..];
    let mut answers = Vec::new();
    for (place, to_head) in conversation.to_head.iter().enumerate() {
        let (mut answer, mut after) = Answer::read(rest, *to_head);
        if answer.is_interim() {
            assert_eq!((answer.status, &*answer.fields), (100, &[][..]));
            rest = after;
            (answer, after) = Answer::read(rest, *to_head);
        }
        assert!(!answer.is_interim());
        assert!(rest.len() - after.len() - answer.content.len() <= HEAD_BYTES);
        let last = conversation.closed && place + 1 == conversation.to_head.len();
        assert_eq!(answer.field("Connection") == Some("close"), last);
        check(&answer, *to_head);
        answers.push(answer);
        rest = after;
    }
    // The content that a 100 has requested may never arrive.
    assert!(rest.is_empty() || rest == h1::response::CONTINUE);
    assert!(rest.is_empty() || !conversation.closed);
    answers
}

/// Checks what a status promises (RFC 9110 §15).
fn check(answer: &Answer<'_>, to_head: bool) {
    assert!(answer.field("Date").is_some());
    assert_eq!(answer.field("X-Content-Type-Options"), Some("nosniff"));
    assert!(answer.content.len() as u64 <= FILE_BYTES + OVERHEAD_BYTES);
    let has = |name| answer.field(name).is_some();
    let about_a_file = has("ETag");
    match answer.status {
        200 if about_a_file => {
            assert_eq!(answer.field("Accept-Ranges"), Some("bytes"));
            assert!(!has("Content-Range"));
            let len = answer.content.len() as u64;
            assert!(answer.content.iter().copied().eq((0..len).map(byte_at)));
        }
        200 => assert!(has("Content-Security-Policy")),
        204 | 405 => assert_eq!(answer.field("Allow"), Some("GET, HEAD, OPTIONS")),
        206 => {
            assert!(about_a_file && !to_head);
            assert_eq!(answer.field("Accept-Ranges"), Some("bytes"));
            check_parts(answer);
        }
        301 => {
            let location = answer.field("Location").unwrap();
            assert!(location.starts_with("folder/"));
        }
        304 => assert!(about_a_file && !has("Content-Type") && !has("Content-Range")),
        416 => {
            let range = answer.field("Content-Range").unwrap();
            assert!(["bytes */0", "bytes */1000"].contains(&range));
        }
        412 => assert!(answer.content.is_empty()),
        400 | 413 | 414 | 431 | 505 => assert_eq!(answer.field("Connection"), Some("close")),
        404 | 417 | 421 | 501 => {}
        other => panic!("{other} is none of ours"),
    }
}

/// Checks one part, or several in `multipart/byteranges` (RFC 9110 §14.6, RFC 2046 §5.1).
fn check_parts(answer: &Answer<'_>) {
    let media_type = answer.field("Content-Type").unwrap();
    let Some(boundary) = media_type.strip_prefix("multipart/byteranges; boundary=") else {
        check_part(answer.field("Content-Range"), answer.content);
        return;
    };
    assert_eq!(answer.field("Content-Range"), None);
    assert!(boundary.len() <= 70);
    let delimiter = format!("\r\n--{boundary}");
    let text = [b"\r\n", answer.content].concat();
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
