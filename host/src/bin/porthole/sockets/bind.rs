//! `--bind`: where to listen, as it is written.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;

use porthole::printable;

/// An address to listen on, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bind {
    /// `http://` before the address: what comes there is not encrypted, whatever holds for
    /// other addresses.
    pub(crate) scheme: Option<Plain>,
    pub(crate) to: To,
}

/// The scheme `http://`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plain;

/// The address itself. One without a port has that of `--port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Ip(IpAddr, Option<u16>),
    /// A name, of which all addresses count, or an address with the name of an interface.
    Name(String, Option<u16>),
    /// A Unix socket at this path.
    Unix(PathBuf),
}

impl FromStr for Bind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
                (Some(Plain), rest.strip_suffix('/').unwrap_or(rest))
            }
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => {
                return Err("an address is https by its certificate: leave 'https://' out".into());
            }
            Some(_) if !text.starts_with("unix:") => {
                return Err("before an address only 'http://' may stand".into());
            }
            _ => (None, text),
        };
        let to = match (rest.strip_prefix("unix:"), scheme) {
            (Some(_), Some(Plain)) => {
                return Err("a Unix socket is never encrypted: leave 'http://' out".into());
            }
            (Some(path), None) => unix(path)?,
            (None, _) => tcp(rest)?,
        };
        Ok(Self { scheme, to })
    }
}

fn unix(path: &str) -> Result<To, String> {
    match path {
        _ if cfg!(not(unix)) => Err("porthole has no Unix sockets on this system".into()),
        "" => Err("a path is needed, as in unix:/run/porthole.sock".into()),
        _ if path.starts_with('@') => {
            Err("an abstract socket has no owner and no mode: a path is needed".into())
        }
        _ => Ok(To::Unix(path.into())),
    }
}

fn tcp(text: &str) -> Result<To, String> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or("the bracket is not closed")?;
        let port = match after.strip_prefix(':') {
            Some(digits) => Some(port(digits)?),
            None if after.is_empty() => None,
            None => return Err("after the bracket a colon and a port may follow".into()),
        };
        return six(host, port);
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(To::Ip(ip.to_canonical(), None));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => return six(text, None),
        Some((host, digits)) => (host, Some(port(digits)?)),
        None => (text, None),
    };
    match host.parse::<IpAddr>() {
        Ok(ip) => Ok(To::Ip(ip, port)),
        Err(_) if is_name(host) => Ok(To::Name(host.to_owned(), port)),
        Err(_) => Err("neither an address nor a name".into()),
    }
}

/// Reads an address of IPv6, perhaps with an interface: `fe80::1%eth0`.
fn six(host: &str, port: Option<u16>) -> Result<To, String> {
    let (address, interface) = host.split_once('%').unwrap_or((host, ""));
    match (address.parse::<Ipv6Addr>(), interface) {
        (Ok(six), "") if address == host => Ok(To::Ip(IpAddr::from(six).to_canonical(), port)),
        (Ok(_), interface) if !interface.is_empty() => Ok(To::Name(host.to_owned(), port)),
        _ => Err("not an IPv6 address".into()),
    }
}

fn port(digits: &str) -> Result<u16, String> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|_| is_number);
    port.ok_or_else(|| format!("'{digits}' is no port"))
}

/// Whether it may be the name of a host. What ends in a number would be read as an address
/// with parts left out.
fn is_name(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let last = text.trim_end_matches('.').rsplit('.').next();
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 253 && text.bytes().all(known) && last.is_some_and(|label| !is_number(label))
}

impl Bind {
    /// Returns the address with the port that it gets if it has none of its own.
    pub(crate) fn shown(&self, port: u16) -> impl fmt::Display {
        let scheme = self.scheme.map_or("", |Plain| "http://");
        match &self.to {
            To::Ip(ip, own) => {
                let address = std::net::SocketAddr::new(*ip, own.unwrap_or(port));
                format!("{scheme}{address}")
            }
            To::Name(name, own) => {
                let port = own.unwrap_or(port);
                match name.contains(':') {
                    true => format!("{scheme}[{name}]:{port}"),
                    false => format!("{scheme}{name}:{port}"),
                }
            }
            To::Unix(path) => format!("unix:{}", printable(path.display())),
        }
    }

    /// Returns its own port.
    pub(crate) fn port(&self) -> Option<u16> {
        match self.to {
            To::Ip(_, port) | To::Name(_, port) => port,
            To::Unix(_) => None,
        }
    }

    pub(crate) fn is_unix(&self) -> bool {
        matches!(self.to, To::Unix(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_they_are_written() {
        let rows = [
            ("127.0.0.1", "127.0.0.1:80"),
            ("127.0.0.1:5000", "127.0.0.1:5000"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("::", "[::]:80"),
            ("::1", "[::1]:80"),
            ("[::1]", "[::1]:80"),
            ("[::1]:5000", "[::1]:5000"),
            ("::ffff:127.0.0.1", "127.0.0.1:80"),
            ("[fe80::1%eth0]:81", "[fe80::1%eth0]:81"),
            ("fe80::1%2", "[fe80::1%2]:80"),
            ("localhost", "localhost:80"),
            ("nas.local:5000", "nas.local:5000"),
            ("nas_2.local.", "nas_2.local.:80"),
            ("unix:/run/porthole.sock", "unix:/run/porthole.sock"),
            ("unix:a:b", "unix:a:b"),
            ("unix:a://b", "unix:a://b"),
            ("http://127.0.0.1", "http://127.0.0.1:80"),
            ("HTTP://[::1]:81/", "http://[::1]:81"),
        ];
        for (text, shown) in rows {
            let bind: Bind = text.parse().unwrap();
            assert_eq!(bind.shown(80).to_string(), shown, "{text}");
            assert_eq!(bind.scheme.is_some(), shown.starts_with("http"), "{text}");
        }
    }

    #[test]
    fn bad_addresses_are_refused_with_a_reason() {
        let rows = [
            ("", "neither an address nor a name"),
            ("1.2.3", "neither an address nor a name"),
            ("256.1.1.1", "neither an address nor a name"),
            ("0x7f.1", "neither an address nor a name"),
            ("a b", "neither an address nor a name"),
            ("a/b", "neither an address nor a name"),
            (":80", "neither an address nor a name"),
            ("127.0.0.1:", "'' is no port"),
            ("127.0.0.1:65536", "'65536' is no port"),
            ("localhost:+80", "'+80' is no port"),
            ("localhost:http", "'http' is no port"),
            ("[::1", "the bracket is not closed"),
            ("[::1]80", "after the bracket a colon and a port may follow"),
            ("[127.0.0.1]", "not an IPv6 address"),
            ("1:2:3", "not an IPv6 address"),
            ("::1%", "not an IPv6 address"),
            ("unix:", "a path is needed, as in unix:/run/porthole.sock"),
            (
                "unix:@name",
                "an abstract socket has no owner and no mode: a path is needed",
            ),
            (
                "http://unix:/a",
                "a Unix socket is never encrypted: leave 'http://' out",
            ),
            (
                "https://a",
                "an address is https by its certificate: leave 'https://' out",
            ),
            ("ftp://a", "before an address only 'http://' may stand"),
        ];
        for (text, reason) in rows {
            assert_eq!(text.parse::<Bind>().unwrap_err(), reason, "{text}");
        }
        let long = "a".repeat(254);
        assert!(long.parse::<Bind>().is_err() && long[1..].parse::<Bind>().is_ok());
    }
}
