//! Functions on bytes that several invariants need.

use h1::request::fields::Fields;
use h1::request::head::{Parse, Scanner};

/// Returns the bytes in pieces of 1 to 64. The cuts depend on all the bytes.
pub(crate) fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    // FNV-1a.
    let mut state = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut rest = bytes;
    std::iter::from_fn(move || {
        state = state.rotate_left(25).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let len = (state >> 58) as usize + 1;
        let (piece, after) = rest.split_at(len.min(rest.len()));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Returns the bytes before and after the first line feed, or `None` without one.
pub(crate) fn first_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// Calls `check` with the fields of these lines, if they are valid.
pub(crate) fn with_fields<'l>(
    lines: impl IntoIterator<Item = &'l [u8]>,
    check: impl FnOnce(&Fields<'_>),
) {
    let mut text = b"GET / HTTP/1.1\r\n".to_vec();
    for line in lines {
        text.extend([line, b"\r\n"].concat());
    }
    text.extend(b"\r\n");
    if let Parse::Complete(head) = Scanner::default().scan(&text)
        && head.len == text.len()
    {
        check(&head.fields);
    }
}

/// Splits at every occurrence of `separator`.
pub(crate) fn split<'b>(bytes: &'b [u8], separator: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = find(rest, separator) {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

/// Returns the offset of the first occurrence of `wanted`.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|byte| *byte == wanted[0])?;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether the bytes are a `token` (RFC 9110 §5.6.2).
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    let is_tchar = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_tchar)
}

/// Whether the bytes are a `field-value` with the whitespace around it (RFC 9110 §5.5).
pub(crate) fn is_value(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    !bytes.iter().any(is_control)
}

/// Parses a `field-line` (RFC 9112 §5) into name and value, without the whitespace around
/// the value.
pub(crate) fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().take_while(|byte| is_blank(byte)).count();
    let trimmed = &value[start..];
    let end = trimmed
        .iter()
        .rev()
        .take_while(|byte| is_blank(byte))
        .count();
    (is_token(name) && is_value(value)).then_some((name, &trimmed[..trimmed.len() - end]))
}
