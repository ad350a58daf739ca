//! The options for addresses that differ from those that porthole sees: behind a proxy, or
//! under a name.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use clap::{ArgAction, Args};
use ipnet::{IpNet, Ipv4Net};

use super::{help, usage};

/// The options of names and proxies.
#[derive(Debug, Args)]
pub(crate) struct ProxyOptions {
    /// Network, address or 'unix' of proxies whose X-Forwarded and Forwarded fields count; may
    /// be given more than once
    #[arg(long, env = "PORTHOLE_TRUST_PROXY", value_name = "NETWORK", value_delimiter = ',',
          help_heading = help::PROXY, hide_short_help = true)]
    trust_proxy: Vec<Trusted>,

    /// Expect the PROXY protocol (1 or 2) at the start of each connection, from the proxies of
    /// --trust-proxy; others are closed
    #[arg(long, env = "PORTHOLE_PROXY_PROTOCOL", action = ArgAction::SetTrue,
          value_parser = usage::switch, help_heading = help::PROXY, hide_short_help = true)]
    pub(crate) proxy_protocol: bool,

    /// Path before every address, for a proxy that passes it on, such as /media
    #[arg(long, env = "PORTHOLE_BASE_PATH", value_name = "PATH",
          help_heading = help::PROXY, hide_short_help = true)]
    base_path: Option<String>,

    /// Address by which clients reach porthole, for playlists [default: what the client or a
    /// trusted proxy says]
    #[arg(long, env = "PORTHOLE_PUBLIC_URL", value_name = "URL",
          help_heading = help::PROXY, hide_short_help = true)]
    public_url: Option<String>,

    /// Answer to any name; without it, what is bound to this machine alone answers to
    /// localhost, addresses and the name in --public-url
    #[arg(long, env = "PORTHOLE_ANY_HOST", action = ArgAction::SetTrue,
          value_parser = usage::switch, help_heading = help::PROXY, hide_short_help = true)]
    any_host: bool,
}

/// A peer whose word about the client counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trusted {
    Network(IpNet),
    /// A peer of a Unix socket.
    Unix,
}

impl Trusted {
    /// Whether it is this peer, which has no address on a Unix socket.
    fn is(self, peer: Option<IpAddr>) -> bool {
        match (self, peer) {
            (Self::Network(network), Some(peer)) => network.contains(&peer),
            (Self::Unix, None) => true,
            (Self::Network(_), None) | (Self::Unix, Some(_)) => false,
        }
    }
}

impl FromStr for Trusted {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = text.parse::<IpNet>();
        let network = network.or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        match network {
            Ok(network) => Ok(Self::Network(without_mapping(network).trunc())),
            Err(_) if text == "unix" => Ok(Self::Unix),
            Err(_) => Err("a network such as 10.0.0.0/8, an address, or 'unix' is needed"),
        }
    }
}

/// Returns a network of IPv4 as such, if it is written as one of IPv6 (RFC 4291, section
/// 2.5.5.2): its peers are known by their addresses of IPv4.
fn without_mapping(network: IpNet) -> IpNet {
    /// Bits before an address of IPv4.
    const BEFORE: u8 = 96;
    let four = || match network {
        IpNet::V4(_) => None,
        IpNet::V6(six) => {
            let bits = six.prefix_len().checked_sub(BEFORE)?;
            Ipv4Net::new(six.addr().to_ipv4_mapped()?, bits).ok()
        }
    };
    four().map_or(network, IpNet::V4)
}

impl fmt::Display for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Unix => f.write_str("unix"),
        }
    }
}

impl ProxyOptions {
    /// Whether a proxy stands before the server, which may speak TLS with clients.
    pub(crate) fn has_proxy(&self) -> bool {
        !self.trust_proxy.is_empty()
    }

    /// Returns what is wrong with the options together.
    pub(super) fn conflict(&self) -> Option<String> {
        (self.proxy_protocol && !self.has_proxy()).then(|| {
            "'--proxy-protocol' needs '--trust-proxy <NETWORK>': anyone else could name any client"
                .to_owned()
        })
    }

    /// Returns the path before every address without its first slash, and with one at its end
    /// if there is any.
    pub(super) fn base(&self) -> String {
        match self
            .base_path
            .as_deref()
            .unwrap_or_default()
            .trim_matches('/')
        {
            "" => String::new(),
            path => format!("{path}/"),
        }
    }

    /// Returns whether a peer is trusted.
    pub(crate) fn trust(&self) -> impl Fn(Option<IpAddr>) -> bool + Send + Sync + 'static {
        let trusted = self.trust_proxy.clone();
        move |peer| trusted.iter().any(|each| each.is(peer))
    }

    /// Returns the component's arguments. `is_private` says whether only this machine reaches
    /// the addresses.
    pub(super) fn arguments(&self, is_private: bool) -> Vec<String> {
        let proxies = self.trust_proxy.iter();
        let mut arguments: Vec<String> = proxies
            .map(|network| format!("--trust-proxy={network}"))
            .collect();
        if let Some(path) = &self.base_path {
            arguments.push(format!("--base-path={path}"));
        }
        if let Some(url) = &self.public_url {
            arguments.push(format!("--public-url={url}"));
        }
        // A page of another site could have a name of its own lead here, and read what is
        // meant for this machine (DNS rebinding).
        if is_private && !self.any_host {
            arguments.push("--known-hosts-only".to_owned());
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv4_has_its_own_form() {
        let rows = [
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("::ffff:192.0.2.1", "192.0.2.1/32"),
            ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
            ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
            // More than the addresses of IPv4.
            ("::ffff:0.0.0.0/95", "::fffe:0:0/95"),
            ("fd00::1/8", "fd00::/8"),
            ("unix", "unix"),
        ];
        for (text, shown) in rows {
            let trusted: Trusted = text.parse().unwrap();
            assert_eq!(trusted.to_string(), shown, "{text}");
        }
    }
}
