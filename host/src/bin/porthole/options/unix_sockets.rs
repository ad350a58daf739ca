//! The options of Unix sockets, and what they mean together.

use clap::Args;

use super::{Options, help};
use crate::sockets::bind::Bind;
use crate::sockets::owner::{self, Owner};

/// The options of Unix sockets.
#[derive(Debug, Args)]
pub(crate) struct UnixSocketOptions {
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
    /// Returns what is wrong with the options of Unix sockets.
    pub(super) fn unix_socket_conflict(&self) -> Option<String> {
        let given = [
            (self.unix_sockets.unix_mode.is_some(), "--unix-mode <MODE>"),
            (
                self.unix_sockets.unix_owner.is_some(),
                "--unix-owner <USER:GROUP>",
            ),
        ];
        let (_, option) = given.into_iter().find(|(given, _)| *given)?;
        let has_one = self.bind.iter().chain(&self.admin.admin).any(Bind::is_unix);
        (!has_one).then(|| format!("'{option}' needs a Unix socket: give '--bind unix:PATH'"))
    }

    /// Returns who may connect to Unix sockets.
    ///
    /// # Errors
    /// When there is no such user or group.
    pub(crate) fn unix_options(&self) -> anyhow::Result<porthole::UnixOptions> {
        let owner = self.unix_sockets.unix_owner.as_ref();
        let numbers = owner.map(Owner::numbers).transpose()?.unwrap_or_default();
        Ok(porthole::UnixOptions {
            mode: self.unix_sockets.unix_mode,
            owner: numbers.user,
            group: numbers.group,
        })
    }
}
