//! Parser of libFuzzer's dictionaries: one quoted token on a line, `#` before a comment.

pub(crate) fn read(text: &str) -> Vec<Vec<u8>> {
    let lines = text.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'))
        .map(unescape)
        .collect()
}

/// Decodes `\\`, `\"` and `\x` with two digits.
fn unescape(token: &str) -> Vec<u8> {
    let mut bytes = token.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next() } else { None };
        out.push(match escaped {
            Some(b'x') => {
                let digits: Vec<_> = bytes.by_ref().take(2).collect();
                u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            Some(escaped) => escaped,
            None => byte,
        });
    }
    out
}

#[test]
fn tokens() {
    let text = "# \"no\"\n\"a\"\n\n\"\\x0d\\x0A\"\n\"\\\\\\\"b\"\n";
    assert_eq!(read(text), [&b"a"[..], b"\r\n", b"\\\"b"]);
}
