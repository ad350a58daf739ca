//! Tokens, numbers and comma-separated lists, which field values consist of
//! (RFC 9110 §5.6).

/// Whether the byte may stand in a token (RFC 9110 §5.6.2).
pub fn is_tchar(byte: u8) -> bool {
    TCHAR.get(usize::from(byte)).is_some_and(|is| *is)
}

/// Whether the bytes are one token: not empty, `tchar` only (RFC 9110 §5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| is_tchar(*byte))
}

/// Returns the number of bytes before the first one that is something else.
pub(crate) fn run(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let other = |bytes: &[u8]| bytes.iter().position(|byte| !is(*byte));
    // Eight at a time, because in a sandbox that can be interrupted each turn of a loop
    // costs a look at the clock.
    let (eights, rest) = bytes.as_chunks::<8>();
    for (turn, eight) in eights.iter().enumerate() {
        if let Some(place) = other(eight) {
            return turn.saturating_mul(8).saturating_add(place);
        }
    }
    let place = other(rest).unwrap_or(rest.len());
    eights.as_flattened().len().saturating_add(place)
}

/// Removes the optional whitespace, spaces and tabs, at both ends (RFC 9110 §5.6.3).
pub fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Parses `1*DIGIT`. Returns `None` for anything else (a sign, whitespace, nothing at all)
/// and for numbers beyond 64 bits.
pub fn parse_u64_digits(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u64, |number, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        // `checked_mul` would multiply 128 bits on a machine with words of 32.
        let tens = (number <= u64::MAX / 10).then(|| number.wrapping_mul(10))?;
        tens.checked_add(u64::from(digit))
    })
}

/// Returns the members of a list, without the empty ones (RFC 9110 §5.6.1.2) and without
/// whitespace around them. A comma inside a quoted string separates nothing. A quoted
/// string that never ends takes the rest of the value.
pub fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let mut escaped = false;
    value
        .split(move |byte| {
            let separates = *byte == b',' && !quoted;
            if escaped {
                escaped = false;
            } else if *byte == b'"' {
                quoted = !quoted;
            } else {
                escaped = quoted && *byte == b'\\';
            }
            separates
        })
        .map(trim)
        .filter(|member| !member.is_empty())
}

/// A table of token bytes, because names and methods are checked byte by byte on every
/// request.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const TCHAR: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = matches!(
            byte as u8,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
                | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'
        );
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn tokens() {
        let cases: &[(&[u8], bool)] = &[
            (b"GET", true),
            (b"!#$%&'*+-.^_`|~09azAZ", true),
            (b"", false),
            (b"a b", false),
            (b"a:", false),
            (b"\"a\"", false),
            (b"a/b", false),
            (b"a\x7f", false),
            (b"\xe9", false),
        ];
        for (bytes, expected) in cases {
            assert_eq!(is_token(bytes), *expected, "{bytes:?}");
        }
        let delimiters = b"\"(),/:;<=>?@[\\]{}";
        for byte in 0x21..0x7f {
            assert_eq!(is_tchar(byte), !delimiters.contains(&byte), "{byte}");
        }
    }

    #[test]
    fn numbers() {
        let cases: &[(&[u8], Option<u64>)] = &[
            (b"0", Some(0)),
            (b"007", Some(7)),
            (b"18446744073709551615", Some(u64::MAX)),
            (b"000000000000000000000000000001", Some(1)),
            (b"18446744073709551616", None),
            (b"99999999999999999999999", None),
            (b"", None),
            (b"+5", None),
            (b"-5", None),
            (b" 5", None),
            (b"5 ", None),
            (b"5,5", None),
            (b"0x5", None),
            (b"5\xd9\xa3", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(parse_u64_digits(bytes), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn lists() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" , ,\t,", &[]),
            ("a", &["a"]),
            ("TE,,Keep-Alive", &["TE", "Keep-Alive"]),
            (" a ,\tb\t, c d ", &["a", "b", "c d"]),
            (r#""a,b", W/"c""#, &[r#""a,b""#, r#"W/"c""#]),
            (r#""a\",b",c"#, &[r#""a\",b""#, "c"]),
            (r#""a\\",b"#, &[r#""a\\""#, "b"]),
            (r"a\,b", &[r"a\", "b"]),
            (r#"a,"b,c"#, &["a", r#""b,c"#]),
        ];
        for (value, expected) in cases {
            let members: Vec<_> = elements(value.as_bytes()).collect();
            let expected: Vec<_> = expected.iter().map(|member| member.as_bytes()).collect();
            assert_eq!(members, expected, "{value}");
        }
    }
}
