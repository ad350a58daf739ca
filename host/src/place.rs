//! The place where a listener accepts connections.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::printable::printable;

/// Place of a listener, where it accepts connections. [`Display`](fmt::Display) writes it as
/// `127.0.0.1:80` or `unix:/run/media.sock`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A port of TCP.
    Tcp {
        /// Address as bound.
        address: SocketAddr,
        /// Whether `[::]` stands for all addresses of IPv4, too.
        with_ipv4: bool,
    },
    /// A Unix socket.
    Unix {
        /// Address by which the component knows the listener. It is reserved for discarding
        /// (RFC 6666), so that nothing else has it.
        address: SocketAddr,
        /// Path of the socket; a name in the abstract namespace begins with `@`.
        path: PathBuf,
    },
    /// Streams of the embedder.
    Streams {
        /// Address that the embedder chose.
        address: SocketAddr,
    },
}

impl Place {
    /// Returns the address by which the component knows the listener.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Tcp { address, .. } | Self::Unix { address, .. } | Self::Streams { address } => {
                *address
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix { path, .. } => write!(f, "unix:{}", printable(path.display())),
            Self::Tcp { address, .. } | Self::Streams { address } => address.fmt(f),
        }
    }
}
