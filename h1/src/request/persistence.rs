//! Whether another request may follow on the same connection (RFC 9112 §9.3).

use crate::request::fields::{Fields, Name};
use crate::request::head::Version;
use crate::syntax::token::trim;

/// Whether the client keeps the connection open for another request. `close` means no,
/// whatever else is sent. Otherwise 1.1 means yes, and in 1.0 `keep-alive` does.
pub fn persists(version: Version, fields: &Fields<'_>) -> bool {
    // Options are tokens (RFC 9110 §7.6.1), so a quote must not hide a comma.
    let options = || {
        let values = fields.all(Name::Connection);
        values
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(trim)
    };
    let says = |option: &[u8]| options().any(|said| said.eq_ignore_ascii_case(option));
    !says(b"close") && (version == Version::Http11 || says(b"keep-alive"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;

    #[test]
    fn close_wins_then_the_version_then_keep_alive() {
        // (field lines, persists in 1.0, persists in 1.1)
        let cases: &[(&str, bool, bool)] = &[
            ("", false, true),
            ("Connection: close\r\n", false, false),
            ("Connection: keep-alive\r\n", true, true),
            ("connection: Keep-Alive\r\n", true, true),
            ("Connection: CLOSE\r\n", false, false),
            ("Connection: TE,,Keep-Alive\r\n", true, true),
            ("Connection: ,\t, close ,\r\n", false, false),
            ("Connection: keep-alive, close\r\n", false, false),
            ("Connection: close, keep-alive\r\n", false, false),
            (
                "Connection: keep-alive\r\nConnection: close\r\n",
                false,
                false,
            ),
            ("Connection: TE\r\nConnection: keep-alive\r\n", true, true),
            ("Connection: \"a, close, b\"\r\n", false, false),
            ("Connection: \", close\r\n", false, false),
            ("Connection:\r\n", false, true),
            ("Connection: closed\r\n", false, true),
            ("Connection: close;a\r\n", false, true),
            ("Connection: keep-alive-not\r\n", false, true),
            ("Connection: upgrade, HTTP2-Settings\r\n", false, true),
            ("Keep-Alive: timeout=5\r\n", false, true),
            ("Proxy-Connection: keep-alive\r\n", false, true),
        ];
        for (lines, http10, http11) in cases {
            let fields = parse(lines).unwrap();
            assert_eq!(persists(Version::Http10, &fields), *http10, "1.0 {lines:?}");
            assert_eq!(persists(Version::Http11, &fields), *http11, "1.1 {lines:?}");
        }
    }
}
