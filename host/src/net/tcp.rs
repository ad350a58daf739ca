//! Listeners of TCP.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::unsent;
use crate::error::Error;
use crate::limits::{self, SHARED_PORT_ATTEMPTS};

/// Binds the addresses and listens on them. Those with port 0 get one port together, which
/// the system picks for the first of them.
pub(super) fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Error> {
    bind_with(addresses, listen)
}

fn bind_with<L>(
    addresses: &[SocketAddr],
    listen: impl Fn(SocketAddr, bool) -> io::Result<(L, u16)>,
) -> Result<Vec<L>, Error> {
    let mut attempts = 1;
    loop {
        match attempt(addresses, &listen) {
            Err(Failed { is_shared, error }) if is_shared && attempts < SHARED_PORT_ATTEMPTS => {
                drop(error);
                attempts = attempts.saturating_add(1);
            }
            outcome => return outcome.map_err(|failed| failed.error),
        }
    }
}

struct Failed {
    /// Whether the port was free for another address, so that another port may do.
    is_shared: bool,
    error: Error,
}

fn attempt<L>(
    addresses: &[SocketAddr],
    listen: impl Fn(SocketAddr, bool) -> io::Result<(L, u16)>,
) -> Result<Vec<L>, Failed> {
    let mut shared = None;
    let mut listeners = Vec::new();
    for (place, &given) in addresses.iter().enumerate() {
        let before = addresses.get(..place).unwrap_or_default();
        let mut address = given;
        // An address that stands there twice can only have two ports.
        if given.port() == 0 && !before.contains(&given) {
            address.set_port(shared.unwrap_or_default());
        }
        let (listener, port) =
            listen(address, is_ipv6_only(given, addresses)).map_err(|source| Failed {
                is_shared: address != given && source.kind() == io::ErrorKind::AddrInUse,
                error: Error::Bind {
                    address: given,
                    source,
                },
            })?;
        if given.port() == 0 {
            shared.get_or_insert(port);
        }
        listeners.push(listener);
    }
    Ok(listeners)
}

/// Whether a listener takes no connections of IPv4. `[::]` takes them, unless an address of
/// IPv4 is given for the same port: then whoever gave it chose those of IPv4.
fn is_ipv6_only(address: SocketAddr, all: &[SocketAddr]) -> bool {
    let same_port = |other: &&SocketAddr| other.port() == address.port();
    let mut others = all.iter().filter(same_port);
    !address.ip().is_unspecified() || others.any(SocketAddr::is_ipv4)
}

/// Whether a listener takes connections of IPv4 on an address of IPv6.
pub(super) fn is_dual_stack(listener: &TcpListener, address: IpAddr) -> bool {
    let only_v6 = || SockRef::from(listener).only_v6();
    address.is_ipv6() && address.is_unspecified() && only_v6().is_ok_and(|only_v6| !only_v6)
}

/// Listens on an address. Returns the port, too, which the system may have picked.
fn listen(address: SocketAddr, only_v6: bool) -> io::Result<(TcpListener, u16)> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // On Windows the option would let a second server steal the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        match socket.set_only_v6(only_v6) {
            // Some systems have no sockets for both: then this one is for IPv6 alone.
            Err(_) if !only_v6 => {}
            set => set?,
        }
    }
    // Small responses must not wait for the peer's acknowledgement. Accepted connections
    // inherit the option.
    socket.set_tcp_nodelay(true)?;
    let listener = TcpListener::from(socket);
    unsent::bound(&listener, limits::UNSENT_BYTES);
    let socket = SockRef::from(&listener);
    socket.bind(&address.into())?;
    socket.listen(limits::BACKLOG)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// A system that picks the ports 1, 2, 3 and so on, and refuses some addresses.
    fn bound(given: &[&str], busy: &[&str]) -> Result<Vec<String>, String> {
        let (busy, picked) = (addresses(busy), Cell::new(0));
        let listen = |mut address: SocketAddr, only_v6: bool| {
            if address.port() == 0 {
                picked.set(u16::saturating_add(picked.get(), 1));
                address.set_port(picked.get());
            }
            match busy.contains(&address) {
                true => Err(io::ErrorKind::AddrInUse.into()),
                false => {
                    let shown = match only_v6 {
                        true => address.to_string(),
                        false => format!("{address} and IPv4"),
                    };
                    Ok((shown, address.port()))
                }
            }
        };
        bind_with(&addresses(given), listen).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_without_a_port_share_one() {
        let rows: [(&[&str], &[&str], &[&str]); 5] = [
            (
                &["127.0.0.1:0", "127.0.0.2:0", "[::1]:0"],
                &[],
                &["127.0.0.1:1", "127.0.0.2:1", "[::1]:1"],
            ),
            // The port of the first one is taken on another.
            (
                &["127.0.0.1:0", "[::1]:0"],
                &["[::1]:1", "[::1]:2"],
                &["127.0.0.1:3", "[::1]:3"],
            ),
            (
                &["127.0.0.1:9", "127.0.0.1:0", "[::1]:8", "[::1]:0"],
                &[],
                &["127.0.0.1:9", "127.0.0.1:1", "[::1]:8", "[::1]:1"],
            ),
            (
                &["127.0.0.1:0", "127.0.0.1:0"],
                &[],
                &["127.0.0.1:1", "127.0.0.1:2"],
            ),
            (&["[::1]:0"], &[], &["[::1]:1"]),
        ];
        for (given, busy, expected) in rows {
            assert_eq!(bound(given, busy).unwrap(), expected, "{given:?}");
        }
        let busy: Vec<String> = (1..=SHARED_PORT_ATTEMPTS)
            .map(|port| format!("[::1]:{port}"))
            .collect();
        let busy: Vec<&str> = busy.iter().map(String::as_str).collect();
        let given = ["127.0.0.1:0", "[::1]:0"];
        let error = bound(&given, &busy).unwrap_err();
        assert_eq!(error, "cannot listen on [::1]:0");
        assert!(bound(&given, &busy[1..]).is_ok());
        assert!(bound(&["127.0.0.1:9"], &["127.0.0.1:9"]).is_err());
    }

    #[test]
    fn all_addresses_of_ipv6_are_those_of_ipv4_too() {
        let rows: [(&[&str], &[&str]); 5] = [
            (&["[::]:80"], &["[::]:80 and IPv4"]),
            (&["[::]:80", "0.0.0.0:80"], &["[::]:80", "0.0.0.0:80"]),
            (&["127.0.0.1:80", "[::]:80"], &["127.0.0.1:80", "[::]:80"]),
            (
                &["127.0.0.1:81", "[::]:80"],
                &["127.0.0.1:81", "[::]:80 and IPv4"],
            ),
            (&["[::1]:80"], &["[::1]:80"]),
        ];
        for (given, expected) in rows {
            let shown: Vec<String> = bound(given, &[]).unwrap();
            // Only `[::]` may stand for IPv4.
            let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
            assert_eq!(shown, expected, "{given:?}");
        }
    }
}
