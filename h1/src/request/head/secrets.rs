//! Heads as they are logged: without the passwords in them.

/// Returns the pieces of a head without the values of fields that hold a password.
pub fn without_passwords(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| match value_at(line) {
            None => [line, &[]],
            Some(at) => [line.get(..at).unwrap_or_default(), b" ...\r\n"],
        })
}

/// Returns where the value of a field with a password begins.
fn value_at(line: &[u8]) -> Option<usize> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii();
    let names: [&[u8]; 2] = [b"authorization", b"proxy-authorization"];
    let is_secret = names.iter().any(|secret| name.eq_ignore_ascii_case(secret));
    is_secret.then_some(colon.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    #[test]
    fn passwords_are_not_part_of_a_logged_head() {
        let rows = [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", None),
            (
                "GET / HTTP/1.1\r\nAuthorization: Basic YTpi\r\nHost: a\r\n\r\n",
                Some("GET / HTTP/1.1\r\nAuthorization: ...\r\nHost: a\r\n\r\n"),
            ),
            (
                "GET / HTTP/1.1\naUTHORIZATION:YTpi\nproxy-authorization: b",
                Some("GET / HTTP/1.1\naUTHORIZATION: ...\r\nproxy-authorization: ...\r\n"),
            ),
            ("GET /Authorization:a HTTP/1.1\r\n\r\n", None),
            ("", None),
        ];
        for (head, expected) in rows {
            let shown: Vec<u8> = without_passwords(head.as_bytes())
                .flatten()
                .copied()
                .collect();
            let shown = String::from_utf8(shown).unwrap();
            assert_eq!(shown, expected.unwrap_or(head));
        }
    }
}
