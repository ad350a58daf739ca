//! The addresses that one can type on another device.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Most addresses that are shown for an address that stands for all: a machine with many
/// containers has one for each.
const MOST: usize = 6;

/// An address that one can type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: &'static str,
    pub(crate) address: SocketAddr,
    /// Path after the first slash.
    pub(crate) path: String,
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.scheme, self.address, self.path)
    }
}

/// Returns the addresses at which a listener is reached. For one that is bound to all
/// addresses, these are the addresses of the interfaces, the one that other networks see
/// first, and the loopback address last. Call it before the process is confined.
pub(crate) fn reachable(bound: &[SocketAddr]) -> Vec<SocketAddr> {
    match bound.iter().any(|address| address.ip().is_unspecified()) {
        true => expanded(bound, &of_interfaces(), source_address),
        false => bound.to_vec(),
    }
}

/// Returns the addresses by which this machine is reached, its own loopback addresses first.
/// Call it before the process is confined.
pub(crate) fn of_this_machine() -> Vec<IpAddr> {
    let mut addresses = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    addresses.extend(of_interfaces());
    addresses
}

/// Whether another device may reach an address.
pub(crate) fn is_for_others(url: &Url) -> bool {
    !url.address.ip().is_loopback()
}

/// Returns the address by which this machine reaches a listener itself.
pub(crate) fn own(bound: SocketAddr) -> SocketAddr {
    match bound.ip().is_unspecified() {
        true => SocketAddr::new(loopback(bound.ip()), bound.port()),
        false => bound,
    }
}

fn expanded(
    bound: &[SocketAddr],
    interfaces: &[IpAddr],
    source: impl Fn(IpAddr) -> Option<IpAddr>,
) -> Vec<SocketAddr> {
    let expand = |address: &SocketAddr| {
        let any = address.ip();
        if !any.is_unspecified() {
            return vec![*address];
        }
        let first = source(any).filter(|first| interfaces.contains(first));
        let others = interfaces.iter().copied();
        let others = others.filter(|ip| ip.is_ipv4() == any.is_ipv4() && Some(*ip) != first);
        let known = first.into_iter().chain(others).take(MOST);
        let all = known.chain([loopback(any)]);
        all.map(|ip| SocketAddr::new(ip, address.port())).collect()
    };
    bound.iter().flat_map(expand).collect()
}

fn loopback(any: IpAddr) -> IpAddr {
    match any {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    }
}

/// Returns the addresses of the interfaces that are up. Nobody can type those that are
/// valid on one link only, because they need the name of the interface.
fn of_interfaces() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default().into_iter();
    interfaces
        .filter(|interface| interface.is_oper_up() && !interface.is_link_local())
        .map(|interface| interface.ip())
        .filter(|ip| !ip.is_loopback())
        .collect()
}

/// Returns the address from which this machine would send to other networks. Connecting a
/// UDP socket sends nothing; the addresses are those of documentation (RFC 5737, RFC 3849).
fn source_address(any: IpAddr) -> Option<IpAddr> {
    let far: IpAddr = match any {
        IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 1).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((far, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bound: &[&str], interfaces: &[&str], source: Option<&str>) -> Vec<String> {
        let bound: Vec<SocketAddr> = bound.iter().map(|text| text.parse().unwrap()).collect();
        let interfaces: Vec<IpAddr> = interfaces.iter().map(|ip| ip.parse().unwrap()).collect();
        let source = source.map(|ip| ip.parse().unwrap());
        let found = expanded(&bound, &interfaces, |_| source);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_that_one_can_type() {
        let interfaces = ["172.17.0.1", "192.168.1.20", "fd00::20"];
        // Bound, the address for other networks; shown.
        type Row = (
            &'static [&'static str],
            Option<&'static str>,
            &'static [&'static str],
        );
        let rows: [Row; 5] = [
            (
                &["0.0.0.0:80"],
                Some("192.168.1.20"),
                &["192.168.1.20:80", "172.17.0.1:80", "127.0.0.1:80"],
            ),
            (
                &["0.0.0.0:80"],
                None,
                &["172.17.0.1:80", "192.168.1.20:80", "127.0.0.1:80"],
            ),
            (&["[::]:80"], None, &["[fd00::20]:80", "[::1]:80"]),
            (
                &["127.0.0.1:80", "10.0.0.1:81"],
                None,
                &["127.0.0.1:80", "10.0.0.1:81"],
            ),
            (
                &["127.0.0.1:80", "[::]:81"],
                Some("fd00::20"),
                &["127.0.0.1:80", "[fd00::20]:81", "[::1]:81"],
            ),
        ];
        for (bound, source, expected) in rows {
            assert_eq!(shown(bound, &interfaces, source), expected, "{bound:?}");
        }
        // A source that is no address of an interface cannot be connected to.
        let none = shown(&["0.0.0.0:80"], &[], Some("192.168.1.20"));
        assert_eq!(none, ["127.0.0.1:80"]);
    }

    #[test]
    fn so_many_addresses_are_shown() {
        let interfaces: Vec<String> = (0..40).map(|last| format!("10.0.0.{last}")).collect();
        let interfaces: Vec<&str> = interfaces.iter().map(String::as_str).collect();
        let found = shown(&["0.0.0.0:80"], &interfaces, Some("10.0.0.39"));
        assert_eq!(found.len(), MOST + 1);
        assert_eq!(found[0], "10.0.0.39:80");
        assert_eq!(found[MOST], "127.0.0.1:80");
    }

    #[test]
    fn this_machine_has_an_address_for_each_listener() {
        let any: SocketAddr = "0.0.0.0:80".parse().unwrap();
        assert_eq!(own(any).to_string(), "127.0.0.1:80");
        let found = reachable(&[any]);
        assert!(found.ends_with(&[own(any)]), "{found:?}");
        assert!(found.iter().all(|address| !address.ip().is_unspecified()));
    }
}
