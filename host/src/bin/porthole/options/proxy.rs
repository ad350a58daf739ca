//! The options for addresses that differ from those that porthole sees: behind a proxy, or
//! under a name.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use clap::{ArgAction, Args};
use ipnet::IpNet;

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
            Ok(network) => Ok(Self::Network(network.trunc())),
            Err(_) if text == "unix" => Ok(Self::Unix),
            Err(_) => Err("a network such as 10.0.0.0/8, an address, or 'unix' is needed"),
        }
    }
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
    /// Returns what is wrong with the options together.
    pub(super) fn conflict(&self) -> Option<String> {
        (self.proxy_protocol && self.trust_proxy.is_empty()).then(|| {
            "'--proxy-protocol' needs '--trust-proxy <NETWORK>': anyone else could name any client"
                .to_owned()
        })
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
