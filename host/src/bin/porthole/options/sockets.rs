//! The options of sockets, and what they mean together.

use clap::Args;

use super::{Options, help};
use crate::sockets::bind::{Bind, To};
use crate::sockets::owner::{self, Owner};

/// The options of Unix sockets.
#[derive(Debug, Args)]
pub(crate) struct SocketOptions {
    /// Mode of the files of Unix sockets [default: as the umask leaves it]
    #[arg(long, env = "PORTHOLE_UNIX_MODE", value_name = "MODE", value_parser = owner::mode,
          help_heading = help::NETWORK, hide_short_help = true)]
    unix_mode: Option<u32>,

    /// Owner of the files of Unix sockets, by names or numbers
    #[arg(long, env = "PORTHOLE_UNIX_OWNER", value_name = "USER:GROUP", value_parser = owner::owner,
          help_heading = help::NETWORK, hide_short_help = true)]
    unix_owner: Option<Owner>,
}

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

    /// Returns what is wrong with the options of Unix sockets.
    pub(super) fn socket_conflict(&self) -> Option<String> {
        let given = [
            (self.sockets.unix_mode.is_some(), "--unix-mode <MODE>"),
            (
                self.sockets.unix_owner.is_some(),
                "--unix-owner <USER:GROUP>",
            ),
        ];
        let (_, option) = given.into_iter().find(|(given, _)| *given)?;
        let has_one = self.bind.iter().any(Bind::is_unix);
        (!has_one).then(|| format!("'{option}' needs a Unix socket: give '--bind unix:PATH'"))
    }

    /// Returns who may connect to Unix sockets.
    ///
    /// # Errors
    /// When there is no such user or group.
    #[cfg(unix)]
    pub(crate) fn unix_options(&self) -> anyhow::Result<porthole::UnixOptions> {
        let owner = self.sockets.unix_owner.as_ref();
        let numbers = owner.map(Owner::numbers).transpose()?.unwrap_or_default();
        Ok(porthole::UnixOptions {
            mode: self.sockets.unix_mode,
            owner: numbers.user,
            group: numbers.group,
        })
    }
}
