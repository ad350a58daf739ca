//! The purpose of a listener.

use core::net::SocketAddr;

use h1::request::target::scheme::Scheme;

/// A listener: its address, and the purpose of its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    pub address: SocketAddr,
    pub service: Service,
    /// Whether it is a Unix socket, for which the address stands. Its clients have none.
    pub is_unix: bool,
}

/// The purpose of a listener's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Files and pages.
    Files(Scheme),
    /// Redirects to the same address by `https`.
    Redirect,
    /// An explanation: the port speaks TLS, and the client does not.
    Misdirected,
}

impl Service {
    /// Returns the scheme of the connections.
    pub fn scheme(self) -> Scheme {
        match self {
            Self::Files(scheme) => scheme,
            Self::Redirect | Self::Misdirected => Scheme::Http,
        }
    }
}
