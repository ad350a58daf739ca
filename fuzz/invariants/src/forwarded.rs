//! Statements of proxies about a request (RFC 7239).

use std::net::IpAddr;

use h1::request::forwarded::Forwarded;

use crate::text::with_fields;

/// Takes field lines. What is read is valid by its grammar. The client is never a trusted hop
/// while another hop is not, and with one list of hops it is the one that slow code finds.
pub fn forwarded(bytes: &[u8]) {
    with_fields(bytes.split(|byte| *byte == b'\n'), |fields| {
        let is_trusted = |address: IpAddr| match address {
            IpAddr::V4(address) => address.octets()[0] == 10,
            IpAddr::V6(_) => false,
        };
        let forwarded = Forwarded::read(fields, is_trusted);
        if let Some(host) = forwarded.host {
            assert!(!host.is_empty() && host.is_ascii());
            assert!(
                !host.contains(['/', '@', ' ', '"', '<', '>', '\\']),
                "{host}"
            );
        }
        if let Some(prefix) = forwarded.prefix {
            assert!(prefix.is_empty() || prefix.starts_with('/'));
            assert!(!prefix.contains("//") && !prefix.contains([' ', '"', '<', '\\', '%', '?']));
        }
        let lines = |name: &str| -> Vec<String> {
            let named = fields
                .lines()
                .filter(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
            named
                .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
                .collect()
        };
        let hops = lines("x-forwarded-for").join(",");
        if lines("forwarded").is_empty() {
            assert_eq!(forwarded.client, client(&hops, is_trusted), "{hops:?}");
        }
    });
}

/// Finds the client in the members of a list, from the last one on.
fn client(hops: &str, is_trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let members = hops.split(',').map(|hop| hop.trim_matches([' ', '\t']));
    let members: Vec<&str> = members.filter(|hop| !hop.is_empty()).collect();
    for (number, hop) in members.iter().enumerate().rev() {
        let address = address(hop)?;
        if number == 0 || !is_trusted(address) {
            return Some(address);
        }
    }
    None
}

fn address(hop: &str) -> Option<IpAddr> {
    let inner = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let v6 = inner.and_then(|inner| inner.parse::<std::net::Ipv6Addr>().ok());
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|it| it.ip());
    let hidden_port = || hop.split_once(':')?.0.parse::<std::net::Ipv4Addr>().ok();
    hop.parse()
        .ok()
        .or(v6.map(IpAddr::from))
        .or_else(with_port)
        .or_else(|| hidden_port().map(IpAddr::from))
        .map(|address: IpAddr| address.to_canonical())
}
