//! The options of addresses, and what they mean together.

use super::Options;
use crate::sockets::bind::{Bind, To};

impl Options {
    /// Returns where to listen. Without `--bind` that is the loopback address, unless sockets
    /// were handed down.
    pub(crate) fn binds(&self, handed_down: bool) -> Vec<Bind> {
        match self.bind.is_empty() && !handed_down {
            true => vec![Bind {
                scheme: None,
                to: To::Ip(std::net::Ipv4Addr::LOCALHOST.into(), None),
            }],
            false => self.bind.clone(),
        }
    }

    /// Returns the port of addresses without one of their own.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether the system chooses a port, so that only a message says which it is.
    pub(crate) fn is_port_free_choice(&self) -> bool {
        let binds = self.binds(false);
        let mut tcp = binds.iter().filter(|bind| !bind.is_unix());
        tcp.any(|bind| bind.port().unwrap_or(self.port) == 0)
    }

    /// Returns a number of listeners that hardly is exceeded: a name has an address of each
    /// family.
    pub(super) fn listeners(&self) -> usize {
        let each = usize::from(self.tls.redirect_http.is_some()).saturating_add(1);
        let binds = self.binds(false);
        let names = binds.iter().filter(|bind| matches!(bind.to, To::Name(..)));
        let addresses = binds.len().saturating_add(names.count());
        addresses.saturating_mul(each)
    }
}
