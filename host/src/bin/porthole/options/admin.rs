//! The options of the port that shows the counters.

use clap::Args;

use super::help;
use crate::sockets::bind::Bind;

/// The options of the port that shows the counters.
#[derive(Debug, Args)]
pub(crate) struct AdminOptions {
    /// Address with a port, or unix:PATH, for /health, /ready and /metrics
    ///
    /// A component of its own serves them, which can read counters and nothing else. There is no
    /// password: 127.0.0.1 or a Unix socket keeps others out.
    #[arg(long, env = "PORTHOLE_ADMIN", value_name = "ADDRESS", value_parser = address,
          help_heading = help::NETWORK, hide_short_help = true)]
    pub(crate) admin: Option<Bind>,
}

/// Parses an address that has a port, or the path of a Unix socket. It is never encrypted.
pub(super) fn address(text: &str) -> Result<Bind, String> {
    if text.parse::<u16>().is_ok() {
        return Err(format!("an address is needed, as in 127.0.0.1:{text}"));
    }
    let bind: Bind = text.parse()?;
    match bind.is_unix() || bind.port().is_some() {
        true => Ok(bind),
        false => Err("a port is needed, as in 127.0.0.1:9000 or [::1]:9000".to_owned()),
    }
}
