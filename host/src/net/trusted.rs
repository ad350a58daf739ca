//! Peers whose word about the client counts.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Decides which peers are trusted, by their address, or without one for Unix sockets.
#[derive(Clone)]
pub(crate) struct TrustedPeers(Arc<dyn Fn(Option<IpAddr>) -> bool + Send + Sync>);

impl TrustedPeers {
    pub(crate) fn new(is_trusted: impl Fn(Option<IpAddr>) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_trusted))
    }

    /// Whether a peer is trusted. An IPv4 client of a listener for both families counts as one
    /// of IPv4.
    pub(crate) fn trust(&self, peer: Option<IpAddr>) -> bool {
        (self.0)(peer.map(|peer| peer.to_canonical()))
    }
}

impl fmt::Debug for TrustedPeers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedPeers").finish_non_exhaustive()
    }
}
