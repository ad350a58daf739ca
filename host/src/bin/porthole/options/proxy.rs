//! The options for addresses that differ from those that porthole sees: behind a proxy, or
//! under a name.

use clap::{ArgAction, Args};

use super::{help, usage};

/// The options of names and proxies.
#[derive(Debug, Args)]
pub(crate) struct ProxyOptions {
    /// Network, address or 'unix' of proxies whose X-Forwarded and Forwarded fields count; may
    /// be given more than once
    #[arg(long, env = "PORTHOLE_TRUST_PROXY", value_name = "NETWORK", value_delimiter = ',',
          help_heading = help::PROXY, hide_short_help = true)]
    trust_proxy: Vec<String>,

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

impl ProxyOptions {
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
