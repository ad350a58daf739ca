//! `uri-host [ ":" port ]`: the value of `Host` and the authority of an
//! absolute-form target (RFC 9110 §4.2, §7.2; RFC 3986 §3.2).

use core::net::Ipv6Addr;

use crate::syntax::token::{parse_u64_digits, run};

/// A host and its port, valid by the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'b> {
    host: &'b [u8],
    port: Option<u64>,
}

impl<'b> Authority<'b> {
    /// Parses a host with an optional port. Returns `None` for anything else, including
    /// userinfo, which RFC 9110 §4.2.4 wants treated as an error. The host may be empty if
    /// nothing follows it, as in `Host:`, but §4.2.1 wants a port without a host rejected.
    /// The port may be empty after its colon. A port beyond 65535 is not valid.
    pub(crate) fn parse(text: &'b [u8]) -> Option<Self> {
        let literal_end = match text {
            [b'[', ..] => text.iter().position(|byte| *byte == b']')?.checked_add(1)?,
            _ => 0,
        };
        let after = text.get(literal_end..)?;
        let name_end = run(after, |byte| byte != b':');
        let (host, port) = text.split_at_checked(literal_end.checked_add(name_end)?)?;
        let port = match port {
            [] | [b':'] => None,
            [_, digits @ ..] => Some(parse_u64_digits(digits).filter(|port| *port <= 0xffff)?),
        };
        let whole = !host.is_empty() || text.is_empty();
        (whole && is_host(host)).then_some(Self { host, port })
    }

    /// Returns the host, with the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &'b [u8] {
        self.host
    }

    pub(crate) fn has_host(&self) -> bool {
        !self.host.is_empty()
    }

    /// Whether a port follows the host, as CONNECT needs it (RFC 9112 §3.2.3).
    pub(crate) fn has_port(&self) -> bool {
        self.port.is_some()
    }
}

/// Whether the bytes are `IP-literal / IPv4address / reg-name` (RFC 3986 §3.2.2). Every
/// IPv4 address is a registered name by the grammar.
fn is_host(host: &[u8]) -> bool {
    match host {
        [b'[', literal @ .., b']'] => is_ipv6(literal) || is_ip_future(literal),
        _ => is_registered_name(host),
    }
}

fn is_ipv6(literal: &[u8]) -> bool {
    core::str::from_utf8(literal).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

fn is_ip_future(literal: &[u8]) -> bool {
    let [b'v' | b'V', rest @ ..] = literal else {
        return false;
    };
    let mut parts = rest.splitn(2, |byte| *byte == b'.');
    let (version, address) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    !version.is_empty()
        && version.iter().all(u8::is_ascii_hexdigit)
        && !address.is_empty()
        && address
            .iter()
            .all(|byte| is_name_byte(*byte) || *byte == b':')
}

fn is_registered_name(mut name: &[u8]) -> bool {
    loop {
        let plain = run(name, is_name_byte);
        name = name.get(plain..).unwrap_or_default();
        name = match name {
            [] => return true,
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest
            }
            _ => return false,
        };
    }
}

/// Whether the byte is `unreserved / sub-delims` (RFC 3986 §2.2, §2.3).
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~')
        || matches!(byte, b'!' | b'$' | b'&'..=b',' | b';' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        let cases: &[(&str, &str, Option<u64>)] = &[
            ("", "", None),
            ("a.example", "a.example", None),
            ("a.example:", "a.example", None),
            ("a.example:0", "a.example", Some(0)),
            ("a.example:65535", "a.example", Some(65535)),
            ("a.example:0080", "a.example", Some(80)),
            ("127.0.0.1:4000", "127.0.0.1", Some(4000)),
            ("[::1]", "[::1]", None),
            ("[::1]:4000", "[::1]", Some(4000)),
            ("[2001:db8::192.0.2.1]", "[2001:db8::192.0.2.1]", None),
            ("[v1.a:b]", "[v1.a:b]", None),
            ("xn--caf-dma.example", "xn--caf-dma.example", None),
            ("caf%C3%A9.example", "caf%C3%A9.example", None),
            ("a_b-c~.!$&'()*+,;=", "a_b-c~.!$&'()*+,;=", None),
        ];
        for (text, host, port) in cases {
            let (host, port) = (host.as_bytes(), *port);
            let parsed = Authority::parse(text.as_bytes());
            assert_eq!(parsed, Some(Authority { host, port }), "{text:?}");
        }
    }

    #[test]
    fn neither_host_nor_port() {
        let cases = [
            ":",
            ":80",
            "a.example:65536",
            "a.example:99999999999999999999",
            "a.example:+80",
            "a.example:-1",
            "a.example:80:80",
            "a.example:http",
            "a.example: 80",
            "::1",
            "[::1",
            "::1]",
            "[]",
            "[::1]x",
            "[::1%25eth0]",
            "[1::2::3]",
            "[127.0.0.1]",
            "[v1.]",
            "[v.a]",
            "[vx.a]",
            "a b",
            "a\tb",
            "a/b",
            "a?b",
            "a\\b",
            "a@b",
            "user:pass@a.example",
            "a%2",
            "a%zz",
            "http://a.example",
            "\"a\"",
            "<a>",
            "caf\u{e9}.example",
        ];
        for text in cases {
            assert_eq!(Authority::parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
