//! Percent-encoding (RFC 3986 §2.1).

use alloc::string::String;
use alloc::vec::Vec;

use crate::refusal::Refusal;
use crate::syntax::name;

/// Appends the decoded text. It is decoded once, and only `%` has a meaning: `+` is a plus.
///
/// # Errors
///
/// A `%` without two hexadecimal digits after it.
pub fn decode(text: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
    for decoded in decoded(text) {
        match decoded {
            Decoded::Byte(byte) | Decoded::Encoded(byte) => out.push(byte),
            Decoded::Percent => return Err(Refusal::MalformedPercentEncoding),
        }
    }
    Ok(())
}

/// A byte of text, and how it was written.
#[derive(Clone, Copy)]
pub(crate) enum Decoded {
    /// As itself.
    Byte(u8),
    /// As `%` and two digits.
    Encoded(u8),
    /// As a `%` that begins no encoded byte.
    Percent,
}

/// Returns the bytes of a text, each decoded once.
pub(crate) fn decoded(text: &[u8]) -> impl Iterator<Item = Decoded> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (first, after) = rest.split_first()?;
        rest = after;
        if *first != b'%' {
            return Some(Decoded::Byte(*first));
        }
        let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
        let value = digit(0).zip(digit(1));
        let value = value.and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
        let Some(value) = value else {
            return Some(Decoded::Percent);
        };
        rest = after.get(2..).unwrap_or_default();
        Some(Decoded::Encoded(value))
    })
}

/// Most bytes that [`encode_path`] makes of one byte.
pub const ENCODED_BYTES: usize = 3;

/// Appends a path, or a name, so that it means the same in `Location` and in an `href`.
/// Slashes stay, and so does what RFC 3986 §3.3 allows in a segment, with these exceptions:
/// `:` would make a scheme of what comes before it, `&` and `'` mean something to HTML, and
/// Kodi misreads `+` and `;`. A character that stands for a byte becomes that byte (see
/// [`crate::syntax::name`]).
pub fn encode_path(path: &str, out: &mut String) {
    let is_kept = |byte| {
        let more = matches!(
            byte,
            b'/' | b'!' | b'$' | b'(' | b')' | b'*' | b',' | b'=' | b'@'
        );
        more || is_unreserved(byte)
    };
    encode_text(path, is_kept, out);
}

/// Appends a query as received. The only bytes encoded are those that clients send although
/// RFC 3986 §3.4 does not allow them.
pub fn encode_query(query: &[u8], out: &mut String) {
    for byte in query {
        match is_unreserved(*byte) || b"%/?:@!$&'()*+,;=[]".contains(byte) {
            true => out.push(char::from(*byte)),
            false => out.extend(encode_byte(*byte).map(char::from)),
        }
    }
}

/// Appends a text as a value in a query, so that [`crate::request::query::pairs`] returns it.
/// No comma and no semicolon is left, which would separate links in a field (RFC 8288 §3).
pub fn encode_value(text: &str, out: &mut String) {
    encode_text(text, |byte| byte == b'/' || is_unreserved(byte), out);
}

/// Appends the bytes that a name stands for, encoded except for those that are kept.
fn encode_text(text: &str, is_kept: impl Fn(u8) -> bool, out: &mut String) {
    let mut rest = text;
    loop {
        let run = rest.bytes().take_while(|byte| is_kept(*byte)).count();
        let (before, after) = rest.split_at_checked(run).unwrap_or_default();
        out.push_str(before);
        let mut letters = after.chars();
        let Some(letter) = letters.next() else {
            return;
        };
        for byte in name::bytes(letter.encode_utf8(&mut [0; 4])) {
            out.extend(encode_byte(byte).map(char::from));
        }
        rest = letters.as_str();
    }
}

/// Whether a byte is an unreserved character (RFC 3986 §2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Returns `%` and two digits, in upper case (RFC 3986 §2.1).
pub(crate) fn encode_byte(byte: u8) -> [u8; 3] {
    let digit = |value: u8| match value {
        0..=9 => b'0'.wrapping_add(value),
        _ => b'A'.wrapping_sub(10).wrapping_add(value),
    };
    [b'%', digit(byte >> 4), digit(byte & 0xf)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decoding() {
        let cases: &[(&str, Option<&[u8]>)] = &[
            ("", Some(b"")),
            ("a+b", Some(b"a+b")),
            ("%41%4a%4A", Some(b"AJJ")),
            ("%00%ff", Some(b"\x00\xff")),
            ("%2541", Some(b"%41")),
            ("%", None),
            ("%4", None),
            ("%4g", None),
            ("%g4", None),
            ("%%41", None),
            ("%+4", None),
            ("% 4", None),
        ];
        for (text, expected) in cases {
            let mut out = Vec::new();
            let decoded = decode(text.as_bytes(), &mut out).ok().map(|()| out);
            assert_eq!(decoded.as_deref(), *expected, "{text}");
        }
    }

    #[test]
    fn encoding() {
        // (text, as a path, as a query, as a value)
        let cases: &[(&str, &str, &str, &str)] = &[
            ("a/B-1._~", "a/B-1._~", "a/B-1._~", "a/B-1._~"),
            ("a b%+;", "a%20b%25%2B%3B", "a%20b%+;", "a%20b%25%2B%3B"),
            ("c:d?e#f", "c%3Ad%3Fe%23f", "c:d?e%23f", "c%3Ad%3Fe%23f"),
            (
                "&'\"<>",
                "%26%27%22%3C%3E",
                "&'%22%3C%3E",
                "%26%27%22%3C%3E",
            ),
            ("a,(=b", "a,(=b", "a,(=b", "a%2C%28%3Db"),
            ("\u{e9}\n\\", "%C3%A9%0A%5C", "%C3%A9%0A%5C", "%C3%A9%0A%5C"),
            ("Bj\u{10fff6}rk", "Bj%F6rk", "Bj%F4%8F%BF%B6rk", "Bj%F6rk"),
        ];
        for (text, path, query, value) in cases {
            let mut encoded = [const { String::new() }; 3];
            let [as_path, as_query, as_value] = &mut encoded;
            encode_path(text, as_path);
            encode_query(text.as_bytes(), as_query);
            encode_value(text, as_value);
            assert_eq!(encoded, [*path, *query, *value], "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn encoded_paths_decode_to_themselves(path: String) {
            let (mut encoded, mut decoded) = (String::new(), Vec::new());
            encode_path(&path, &mut encoded);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode(encoded.as_bytes(), &mut decoded), Ok(()));
            prop_assert_eq!(decoded, name::bytes(&path).collect::<Vec<_>>());
        }
    }
}
