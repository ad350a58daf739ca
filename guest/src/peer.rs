//! The peer of a connection, as far as it is known.

use core::fmt;
use core::net::SocketAddr;

/// Peer of a connection. [`Display`](fmt::Display) writes it for the connection log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Not asked for, or gone.
    Unknown,
    /// A process that came by a Unix socket. It has no address, and may stand for many
    /// clients.
    Unix,
    At(SocketAddr),
}

impl Peer {
    /// Returns the address that the client's requests and bytes count for, if there is one.
    pub fn counted(self) -> Option<SocketAddr> {
        match self {
            Self::At(address) => Some(address),
            Self::Unknown | Self::Unix => None,
        }
    }

    /// Returns the peer as the access log has it: without a port.
    pub fn host(self) -> Host {
        Host(self)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("a client that has gone"),
            Self::Unix => f.write_str("unix"),
            Self::At(address) => address.fmt(f),
        }
    }
}

/// A peer without its port.
#[derive(Clone, Copy, Debug)]
pub struct Host(Peer);

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Peer::Unknown => f.write_str("-"),
            Peer::Unix => f.write_str("unix"),
            Peer::At(address) => address.ip().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn peers_as_the_logs_have_them() {
        let address: SocketAddr = "[::1]:5".parse().unwrap();
        let rows = [
            (Peer::Unknown, "a client that has gone", "-", None),
            (Peer::Unix, "unix", "unix", None),
            (Peer::At(address), "[::1]:5", "::1", Some(address)),
        ];
        for (peer, shown, host, counted) in rows {
            assert_eq!(peer.to_string(), shown);
            assert_eq!(peer.host().to_string(), host);
            assert_eq!(peer.counted(), counted);
        }
    }
}
