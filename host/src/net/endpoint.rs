//! Facts about a listener that the component is told.

use std::net::{Ipv6Addr, SocketAddr};

use super::Tls;
use super::trusted::TrustedPeers;

/// Name of the argument by which a component is told of a listener.
pub(crate) const LISTEN: &str = "listen";

/// The same for a listener with TLS: the component gets what was decrypted.
#[cfg(feature = "tls")]
pub(crate) const LISTEN_TLS: &str = "listen-tls";

/// The same for a Unix socket, for which the address stands.
#[cfg(unix)]
pub(crate) const LISTEN_UNIX: &str = "listen-unix";

/// The same for connections to a listener with TLS that do not begin with TLS.
const LISTEN_MISDIRECTED: &str = "listen-misdirected";

/// A listener as the component knows it.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    /// Name of the argument that has the address.
    pub(crate) told_as: String,
    /// The proxies that begin every connection with a header.
    pub(crate) proxies: Option<TrustedPeers>,
    pub(crate) secured: Option<Secured>,
}

/// The part of an endpoint that only a listener with TLS has.
#[derive(Clone, Debug)]
pub(crate) struct Secured {
    pub(crate) tls: Tls,
    /// Address by which the component knows connections that do not begin with TLS. It is
    /// one of those that lead nowhere (RFC 6666), so no listener has it.
    pub(crate) misdirected: SocketAddr,
}

impl Secured {
    /// Makes the part for the listener that is `number`th, and bound to `port`.
    pub(crate) fn new(tls: Tls, number: usize, port: u16) -> Self {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        let nowhere = Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 1, number);
        Self {
            tls,
            misdirected: SocketAddr::new(nowhere.into(), port),
        }
    }
}

impl Endpoint {
    /// Whether connections are filtered before the component gets them.
    pub(crate) fn is_filtered(&self) -> bool {
        self.proxies.is_some() || self.secured.is_some()
    }

    /// Returns the arguments that tell the component of it.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let argument = |name: &str, address: SocketAddr| format!("--{name}={address}");
        let mut arguments = vec![argument(&self.told_as, self.address)];
        if let Some(secured) = &self.secured {
            arguments.push(argument(LISTEN_MISDIRECTED, secured.misdirected));
        }
        arguments
    }
}
