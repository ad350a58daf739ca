//! The proxies whose word about a request counts.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use h1::request::fields::Fields;
use h1::request::forwarded::Forwarded;
use ipnet::IpNet;

use crate::peer::Peer;

/// Peers that the operator trusts to say for whom they forward a request.
#[derive(Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    /// Whether peers without an address are trusted: those of Unix sockets.
    without_address: bool,
}

impl TrustedProxies {
    /// Adds a network (`10.0.0.0/8`), an address, or `unix` for peers without an address.
    ///
    /// # Errors
    /// A line, if it is something else.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        if text == "unix" {
            self.without_address = true;
            return Ok(());
        }
        let network = text.parse::<IpNet>();
        let network = network.or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        match network {
            Ok(network) => {
                self.networks.push(network.trunc());
                Ok(())
            }
            Err(_) => Err([
                "'",
                text,
                "' is no network such as 10.0.0.0/8, no address, and not 'unix'",
            ]
            .concat()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.without_address
    }

    /// Returns what the fields of a request say, if its peer is trusted.
    pub fn read<'b>(&self, fields: &Fields<'b>, peer: Peer) -> Option<Forwarded<'b>> {
        let trusted = match peer {
            Peer::Unknown => false,
            Peer::At(peer) if !peer.ip().is_unspecified() => self.trusts(peer.ip()),
            // A stream that an embedder hands over may have no address, either.
            Peer::Unix | Peer::At(_) => self.without_address,
        };
        trusted.then(|| Forwarded::read(fields, |hop| self.trusts(hop)))
    }

    /// An IPv4 client of a listener for both families has an IPv6 address.
    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_peers_that_are_named_are_trusted() {
        let mut proxies = TrustedProxies::default();
        assert!(proxies.is_empty());
        for text in ["10.1.2.3/8", "192.0.2.1", "fd00::/8"] {
            proxies.add(text).unwrap();
        }
        let rows = [
            ("10.255.0.1:80", true),
            ("11.0.0.1:80", false),
            ("192.0.2.1:80", true),
            ("192.0.2.2:80", false),
            ("[::ffff:10.0.0.1]:80", true),
            ("[fd00::1]:80", true),
            ("[fe80::1]:80", false),
            ("[::]:0", false),
        ];
        for (peer, expected) in rows {
            let read = proxies.read(&Fields::EMPTY, Peer::At(peer.parse().unwrap()));
            assert_eq!(read.is_some(), expected, "{peer}");
        }
        for peer in [Peer::Unknown, Peer::Unix] {
            assert!(proxies.read(&Fields::EMPTY, peer).is_none());
        }
        proxies.add("unix").unwrap();
        assert!(proxies.read(&Fields::EMPTY, Peer::Unix).is_some());
        assert!(
            proxies
                .read(&Fields::EMPTY, Peer::At("[::]:0".parse().unwrap()))
                .is_some()
        );
        for text in ["", "10.0.0.0/33", "proxy.example", "10.0.0.0/", "Unix"] {
            assert!(proxies.add(text).is_err(), "{text}");
        }
    }
}
