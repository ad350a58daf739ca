//! Chunked content (RFC 9112 §7.1).

use h1::limits::{CHUNK_LINE_BYTES, DISCARD_BYTES, TRAILER_BYTES};
use h1::refusal::Refusal;
use h1::request::chunked::{Chunked, Progress};

use crate::text::{field_line, find, is_token, is_value, pieces, split};

/// Longest encoding of chunked content within the limits: each byte in a chunk of its
/// own, with the most digits that a size may have.
const MOST_BYTES: u64 =
    DISCARD_BYTES * (16 + 2 + 1 + 2) + (CHUNK_LINE_BYTES + 2 + TRAILER_BYTES) as u64;

/// Checks that chunked content ends exactly where RFC 9112 says and within the limits, or
/// is refused. No byte after its end is consumed, and the way it is cut into pieces makes
/// no difference.
pub fn chunk(bytes: &[u8]) {
    let whole = Chunked::default().discard(bytes);
    assert_eq!(discard(bytes.chunks(1)), whole, "byte by byte");
    assert_eq!(discard(pieces(bytes)), whole, "in pieces");
    let end = whole.map(|progress| progress.done.then_some(progress.used));
    assert_eq!(end.unwrap_or(None), length(bytes));
    if let Ok(Progress { used, done }) = whole {
        assert!(used as u64 <= MOST_BYTES);
        assert!(done || used == bytes.len());
    }
}

fn discard<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> Result<Progress, Refusal> {
    let mut chunked = Chunked::default();
    let mut used = 0;
    for piece in pieces {
        let progress = chunked.discard(piece)?;
        used += progress.used;
        if progress.done {
            return Ok(Progress { used, done: true });
        }
        assert_eq!(progress.used, piece.len());
    }
    Ok(Progress { used, done: false })
}

/// Returns the length of the chunked content at the start of the bytes, found line by
/// line.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let mut total = 0_usize;
    loop {
        let line = &rest[..find(rest, b"\r\n")?];
        rest = &rest[line.len() + 2..];
        let size = chunk_size(line)?;
        let padding = line.len().saturating_sub(16);
        total = total.checked_add(size)?.checked_add(padding)?;
        if line.len() > CHUNK_LINE_BYTES || total as u64 > DISCARD_BYTES {
            return None;
        }
        if size == 0 {
            break;
        }
        let (_, after) = rest.split_at_checked(size)?;
        rest = after.strip_prefix(b"\r\n")?;
    }
    let trailers = match rest.strip_prefix(b"\r\n") {
        Some(_) => &rest[..2],
        None => &rest[..find(rest, b"\r\n\r\n")? + 4],
    };
    let lines = split(trailers, b"\r\n");
    let mut lines = lines.iter().filter(|line| !line.is_empty());
    let valid = lines.all(|line| field_line(line).is_some());
    (valid && trailers.len() <= TRAILER_BYTES).then_some(bytes.len() - rest.len() + trailers.len())
}

/// `chunk-size [ chunk-ext ]`
fn chunk_size(line: &[u8]) -> Option<usize> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let (size, mut extensions) = line.split_at(digits.count());
    while !extensions.is_empty() {
        extensions = after_extension(extensions)?;
    }
    usize::from_str_radix(str::from_utf8(size).ok()?, 16).ok()
}

/// Returns the bytes after `BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ]`
/// (RFC 9112 §7.1.1).
fn after_extension(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = skip_blanks(bytes).strip_prefix(b";")?;
    let rest = after_token(skip_blanks(bytes))?;
    let Some(value) = skip_blanks(rest).strip_prefix(b"=") else {
        return Some(rest);
    };
    match skip_blanks(value) {
        [b'"', quoted @ ..] => after_quoted(quoted),
        token => after_token(token),
    }
}

/// Returns the bytes after a quoted string, which is passed without its first quote (RFC
/// 9110 §5.6.4).
fn after_quoted(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        bytes = match bytes {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', escaped, rest @ ..] if is_value(&[*escaped]) => rest,
            [byte, rest @ ..] if *byte != b'\\' && is_value(&[*byte]) => rest,
            _ => return None,
        };
    }
}

fn after_token(bytes: &[u8]) -> Option<&[u8]> {
    let len = bytes.iter().take_while(|byte| is_token(&[**byte])).count();
    (len > 0).then_some(&bytes[len..])
}

fn skip_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    &bytes[blanks.count()..]
}
