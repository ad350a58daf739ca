//! Statements of proxies about the requests that they forward: `Forwarded` (RFC 7239), and the
//! `X-Forwarded-…` fields that came before it.
//!
//! Anyone can send these fields. They count only from a peer that the operator trusts, and
//! each further hop only as far as the one after it is trusted.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::request::fields::Fields;
use crate::request::target::authority::Authority;
use crate::request::target::scheme::Scheme;
use crate::request::target::site::is_path;
use crate::syntax::token::trim;

/// The word of a trusted proxy about a request. Nothing of it is known by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forwarded<'b> {
    /// The address of the client: the last hop that is not trusted. `None` if it is not said,
    /// or if `Forwarded` and `X-Forwarded-For` name different ones: a proxy that writes one of
    /// them may pass on the other as the client sent it.
    pub client: Option<IpAddr>,
    /// The scheme by which the client came.
    pub scheme: Option<Scheme>,
    /// The host that the client asked for, with an optional port; valid by the grammar.
    pub host: Option<&'b str>,
    /// The path that the proxy has removed from the target, as
    /// [`BasePath`](crate::request::target::site::BasePath) has it.
    pub prefix: Option<&'b str>,
}

impl<'b> Forwarded<'b> {
    /// Reads the fields of a request whose peer is trusted.
    pub fn read(fields: &Fields<'b>, is_trusted: impl Fn(IpAddr) -> bool) -> Self {
        let standard = elements(fields);
        let hops: Vec<Hop> = values(fields, b"x-forwarded-for").map(hop).collect();
        let standard_hops: Vec<Hop> = standard.iter().map(|element| element.hop).collect();
        let client = match (hops.is_empty(), standard_hops.is_empty()) {
            (false, false) => {
                let (one, other) = (
                    client(&hops, &is_trusted),
                    client(&standard_hops, &is_trusted),
                );
                one.filter(|_| one == other)
            }
            (false, true) => client(&hops, &is_trusted),
            (true, _) => client(&standard_hops, &is_trusted),
        };
        // These are written by the nearest proxy, which is the last one.
        let nearest = standard.last();
        let scheme = values(fields, b"x-forwarded-proto").last().and_then(scheme);
        let host = values(fields, b"x-forwarded-host").last().and_then(host);
        let prefix = values(fields, b"x-forwarded-prefix")
            .last()
            .and_then(prefix);
        Self {
            client,
            scheme: scheme.or_else(|| nearest.and_then(|element| element.scheme)),
            host: host.or_else(|| nearest.and_then(|element| element.host)),
            prefix,
        }
    }
}

/// One hop of a request: its address, or `None` for one that is not said or hidden.
type Hop = Option<IpAddr>;

/// Returns the last hop that is not trusted, or the first one if all are.
fn client(hops: &[Hop], is_trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let stranger = hops
        .iter()
        .rfind(|hop| hop.is_none_or(|address| !is_trusted(address)));
    stranger.or_else(|| hops.first()).copied().flatten()
}

/// Returns the members of all lines with a name (in lower case), in order (RFC 9110 §5.6.1).
fn values<'b>(fields: &Fields<'b>, name: &'static [u8]) -> impl Iterator<Item = &'b [u8]> {
    let lines = fields.lines();
    let named = lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name));
    let members = named.flat_map(|(_, value)| value.split(|byte| *byte == b','));
    members.map(trim).filter(|member| !member.is_empty())
}

/// One element of `Forwarded` (RFC 7239 §4).
#[derive(Clone, Copy, Default)]
struct Element<'b> {
    hop: Hop,
    scheme: Option<Scheme>,
    host: Option<&'b str>,
}

/// Returns the elements of all lines of `Forwarded`, in order. None of them counts if one is
/// malformed, because it is then unclear which hop is which.
fn elements<'b>(fields: &Fields<'b>) -> Vec<Element<'b>> {
    let lines = fields.lines();
    let named = lines.filter(|(name, _)| name.eq_ignore_ascii_case(b"forwarded"));
    let mut elements = Vec::new();
    for (_, line) in named {
        for element in split(line, b',') {
            match element.and_then(read_element) {
                Some(element) => elements.push(element),
                None => return Vec::new(),
            }
        }
    }
    elements
}

fn read_element(text: &[u8]) -> Option<Element<'_>> {
    let mut element = Element::default();
    for pair in split(text, b';') {
        let pair = trim(pair?);
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = pair.split_at_checked(equals)?;
        let value = unquoted(value.strip_prefix(b"=")?)?;
        match name {
            _ if name.eq_ignore_ascii_case(b"for") => element.hop = hop(value),
            _ if name.eq_ignore_ascii_case(b"proto") => element.scheme = scheme(value),
            _ if name.eq_ignore_ascii_case(b"host") => element.host = host(value),
            _ => {}
        }
    }
    Some(element)
}

/// Splits at a byte outside of quoted strings (RFC 9110 §5.6.4). A string that does not end
/// is `None`.
fn split(text: &[u8], at: u8) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        for (place, byte) in text.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if *byte == at && !quoted => {
                    rest = text.get(place.saturating_add(1)..);
                    return Some(text.get(..place));
                }
                _ => {}
            }
        }
        rest = None;
        Some((!quoted).then_some(text))
    })
}

/// Returns a token, or what is in a quoted string. No value that is known has a backslash.
fn unquoted(value: &[u8]) -> Option<&[u8]> {
    match value {
        [b'"', inner @ .., b'"'] => Some(inner).filter(|inner| !inner.contains(&b'\\')),
        [b'"', ..] => None,
        _ => Some(value),
    }
}

/// Returns the address of a hop, with or without a port (RFC 7239 §6).
fn hop(text: &[u8]) -> Hop {
    let text = core::str::from_utf8(text).ok()?;
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .ok();
    let bracketed = || {
        text.strip_prefix('[')?
            .strip_suffix(']')?
            .parse::<Ipv6Addr>()
            .ok()
    };
    // A hidden port (`_name`) may follow an address.
    let with_name = || text.split_once(':')?.0.parse::<Ipv4Addr>().ok();
    address
        .or_else(|| bracketed().map(IpAddr::from))
        .or_else(|| with_name().map(IpAddr::from))
        .map(|address| address.to_canonical())
}

fn scheme(text: &[u8]) -> Option<Scheme> {
    [(Scheme::Http, &b"http"[..]), (Scheme::Https, b"https")]
        .into_iter()
        .find_map(|(scheme, name)| text.eq_ignore_ascii_case(name).then_some(scheme))
}

fn host(text: &[u8]) -> Option<&str> {
    Authority::parse(text).filter(Authority::has_host)?;
    core::str::from_utf8(text).ok()
}

fn prefix(text: &[u8]) -> Option<&str> {
    let path = text.strip_suffix(b"/").unwrap_or(text);
    core::str::from_utf8(path).ok().filter(|_| is_path(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use alloc::string::String;
    use proptest::prelude::*;

    fn read(lines: &str) -> Forwarded<'_> {
        let fields = parse(lines).unwrap();
        // The proxies of 10.0.0.0/8.
        Forwarded::read(&fields, |address| match address {
            IpAddr::V4(address) => address.octets()[0] == 10,
            IpAddr::V6(_) => false,
        })
    }

    #[test]
    fn the_client_is_the_last_hop_that_is_not_trusted() {
        let cases = [
            ("", None),
            ("X-Forwarded-For: 192.0.2.1\r\n", Some("192.0.2.1")),
            ("X-Forwarded-For: 192.0.2.1:4711\r\n", Some("192.0.2.1")),
            ("X-Forwarded-For: 2001:db8::1\r\n", Some("2001:db8::1")),
            ("X-Forwarded-For: [2001:db8::1]:80\r\n", Some("2001:db8::1")),
            ("X-Forwarded-For: [2001:db8::1]\r\n", Some("2001:db8::1")),
            ("X-Forwarded-For: ::ffff:192.0.2.1\r\n", Some("192.0.2.1")),
            // What the client itself sent stands before.
            ("X-Forwarded-For: 1.1.1.1, 192.0.2.1\r\n", Some("192.0.2.1")),
            (
                "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 192.0.2.1, 10.0.0.2\r\n",
                Some("192.0.2.1"),
            ),
            ("X-Forwarded-For: 10.0.0.3, 10.0.0.2\r\n", Some("10.0.0.3")),
            ("X-Forwarded-For: 1.1.1.1, unknown\r\n", None),
            ("X-Forwarded-For: 1.1.1.1, 10.0.0.2 x\r\n", None),
            ("Forwarded: for=192.0.2.1\r\n", Some("192.0.2.1")),
            (
                "Forwarded: for=1.1.1.1, For=\"[2001:db8::1]:4711\";proto=http\r\n",
                Some("2001:db8::1"),
            ),
            (
                "Forwarded: for=192.0.2.1;by=10.0.0.1, for=10.0.0.2\r\n",
                Some("192.0.2.1"),
            ),
            ("Forwarded: for=\"192.0.2.1:_x\"\r\n", Some("192.0.2.1")),
            ("Forwarded: for=1.1.1.1, for=_hidden\r\n", None),
            ("Forwarded: for=1.1.1.1, proto=https\r\n", None),
            (
                "Forwarded: for=192.0.2.1;x=\"a,b;for=1.1.1.1\"\r\n",
                Some("192.0.2.1"),
            ),
            ("Forwarded: for=192.0.2.1, for=\"1.1.1.1\r\n", None),
            ("Forwarded: for\r\n", None),
            // A proxy may pass on one of them as it came.
            (
                "Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 192.0.2.1\r\n",
                None,
            ),
            (
                "Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\n",
                Some("192.0.2.1"),
            ),
        ];
        for (lines, expected) in cases {
            let expected = expected.map(|address| address.parse().unwrap());
            assert_eq!(read(lines).client, expected, "{lines}");
        }
    }

    #[test]
    fn the_nearest_proxy_says_how_the_client_came() {
        let https = Some(Scheme::Https);
        let cases = [
            ("X-Forwarded-Proto: https\r\n", https, None, None),
            ("X-Forwarded-Proto: http, HTTPS\r\n", https, None, None),
            ("X-Forwarded-Proto: ws\r\n", None, None, None),
            (
                "X-Forwarded-Host: a.example:8443\r\n",
                None,
                Some("a.example:8443"),
                None,
            ),
            ("X-Forwarded-Host: a b\r\n", None, None, None),
            ("X-Forwarded-Host: u@a\r\n", None, None, None),
            (
                "X-Forwarded-Prefix: /media/\r\n",
                None,
                None,
                Some("/media"),
            ),
            ("X-Forwarded-Prefix: //evil.example\r\n", None, None, None),
            ("X-Forwarded-Prefix: /a b\r\n", None, None, None),
            (
                "Forwarded: for=1.1.1.1;proto=https;host=\"a:1\"\r\n",
                https,
                Some("a:1"),
                None,
            ),
            (
                "Forwarded: proto=http;host=b, proto=https;host=a\r\n",
                https,
                Some("a"),
                None,
            ),
        ];
        for (lines, scheme, host, prefix) in cases {
            let forwarded = read(lines);
            assert_eq!(forwarded.scheme, scheme, "{lines}");
            assert_eq!(forwarded.host, host, "{lines}");
            assert_eq!(forwarded.prefix, prefix, "{lines}");
        }
    }

    proptest! {
        #[test]
        fn no_field_is_misread(value in "[ -~]{0,60}") {
            for name in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Prefix"] {
                let line: String = [name, ": ", &value, "\r\n"].concat();
                let forwarded = read(&line);
                if let Some(prefix) = forwarded.prefix {
                    prop_assert!(is_path(prefix.as_bytes()));
                }
                if let Some(host) = forwarded.host {
                    prop_assert!(!host.contains(['/', '@', ' ', '"', '<']));
                }
            }
        }
    }
}
