//! How the server is reached: the scheme of a connection, and the path below which a proxy
//! has it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use crate::request::target::authority::Authority;
use crate::request::target::scheme::Scheme;

/// The scheme of a connection, and the path before its targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site<'s> {
    /// The scheme of the connection.
    pub scheme: Scheme,
    /// The path before every target, as [`BasePath`] has it.
    pub base_path: &'s str,
}

/// A path that stands before every target, because a proxy passes it on: empty, or `/name`
/// with further names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// Reads a path, with or without a slash at its end.
    ///
    /// # Errors
    /// If it is no path of plain names that are their own encoding.
    pub fn parse(text: &str) -> Result<Self, NotAPath> {
        let path = text.strip_suffix('/').unwrap_or(text);
        match is_path(path.as_bytes()) {
            true => Ok(Self(path.to_owned())),
            false => Err(NotAPath),
        }
    }

    /// Returns the path, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address by which clients reach the server: `https://media.example.org/films`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    address: String,
    host: String,
}

impl PublicUrl {
    /// Reads an address: a scheme, a host with an optional port, and a path.
    ///
    /// # Errors
    /// If it is something else.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let address = text.strip_suffix('/').unwrap_or(text);
        let (_, rest) = Scheme::split(address.as_bytes()).ok_or(NotAnAddress)?;
        let end = rest.iter().position(|byte| *byte == b'/');
        let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
        let authority = Authority::parse(authority).filter(Authority::has_host);
        let host = authority.and_then(|it| core::str::from_utf8(it.host()).ok());
        let host = host.filter(|_| is_path(path)).ok_or(NotAnAddress)?;
        Ok(Self {
            address: address.to_owned(),
            host: host.to_owned(),
        })
    }

    /// Returns the address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// Whether the value of a `Host` field names this host, at any port.
    pub fn is_host(&self, host: &[u8]) -> bool {
        Authority::parse(host)
            .is_some_and(|it| it.host().eq_ignore_ascii_case(self.host.as_bytes()))
    }
}

/// Whether the value of a `Host` field can only mean this machine or an address: no other
/// name, which someone else may have had lead here (DNS rebinding). An empty one comes from
/// no browser.
pub fn is_local_name(host: &[u8]) -> bool {
    let Some(authority) = Authority::parse(host) else {
        return false;
    };
    let name = authority.host();
    let name = name.strip_suffix(b".").unwrap_or(name);
    let is_below = |end: &[u8]| {
        let start = name.len().checked_sub(end.len());
        let rest = start.and_then(|start| name.get(start..));
        rest.is_some_and(|rest| rest.eq_ignore_ascii_case(end))
    };
    let is_ip = || {
        let text = core::str::from_utf8(name).unwrap_or_default();
        name.starts_with(b"[") || text.parse::<core::net::Ipv4Addr>().is_ok()
    };
    name.is_empty() || is_ip() || name.eq_ignore_ascii_case(b"localhost") || is_below(b".localhost")
}

/// Whether a path is empty, or consists of names that are their own encoding, each after a
/// slash.
pub(crate) fn is_path(path: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    let is_name = |name: &[u8]| {
        !name.is_empty() && name != b"." && name != b".." && name.iter().all(is_plain)
    };
    match path {
        [] => true,
        [b'/', names @ ..] => names.split(|byte| *byte == b'/').all(is_name),
        _ => false,
    }
}

/// Error: the text is no path of plain names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPath;

impl fmt::Display for NotAPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path of letters, digits and -._~ is needed, such as /media")
    }
}

impl core::error::Error for NotAPath {}

/// Error: the text is no address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address is needed, such as https://media.example.org/films")
    }
}

impl core::error::Error for NotAnAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_paths() {
        let cases = [
            ("", Some("")),
            ("/", Some("")),
            ("/media", Some("/media")),
            ("/media/", Some("/media")),
            ("/a/b-c_d.e~f", Some("/a/b-c_d.e~f")),
            ("media", None),
            ("//", None),
            ("/a//b", None),
            ("/a/../b", None),
            ("/a b", None),
            ("/a%20b", None),
            ("/a?b", None),
        ];
        for (text, expected) in cases {
            let path = BasePath::parse(text);
            assert_eq!(path.as_ref().ok().map(BasePath::as_str), expected, "{text}");
        }
    }

    #[test]
    fn public_addresses() {
        let cases = [
            ("https://a.example", Some("https://a.example")),
            ("https://a.example/", Some("https://a.example")),
            ("http://a:8080/b/c/", Some("http://a:8080/b/c")),
            ("https://[::1]:1", Some("https://[::1]:1")),
            ("a.example", None),
            ("ftp://a", None),
            ("https://", None),
            ("https:///b", None),
            ("https://a/b?c", None),
            ("https://u@a", None),
            ("https://a/b c", None),
        ];
        for (text, expected) in cases {
            let url = PublicUrl::parse(text);
            assert_eq!(url.as_ref().ok().map(PublicUrl::as_str), expected, "{text}");
        }
        let url = PublicUrl::parse("https://a.example:8443/b").unwrap();
        for (host, expected) in [("A.Example", true), ("a.example:1", true), ("b", false)] {
            assert_eq!(url.is_host(host.as_bytes()), expected, "{host}");
        }
    }

    #[test]
    fn names_of_this_machine() {
        let cases = [
            ("localhost", true),
            ("LOCALHOST:4000", true),
            ("localhost.", true),
            ("films.localhost:80", true),
            ("127.0.0.1:4000", true),
            ("192.168.1.5", true),
            ("[::1]:4000", true),
            ("", true),
            ("evil.example", false),
            ("evillocalhost", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("1.2.3", false),
            ("a b", false),
        ];
        for (host, expected) in cases {
            assert_eq!(is_local_name(host.as_bytes()), expected, "{host}");
        }
    }
}
