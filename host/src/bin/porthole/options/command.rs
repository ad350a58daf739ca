//! The commands beside serving.

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Subcommand};
use clap_complete::Shell;

use super::{LinkOptions, admin};
use crate::sockets::bind::Bind;

/// A task of the program other than serving.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the built-in component, for other hosts of WASI 0.3
    #[command(display_order = 1)]
    Component {
        /// File to write [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },

    /// Print what a component asks for, and what it would get; it is not run
    #[command(display_order = 2)]
    Inspect {
        /// Component to inspect
        #[arg(value_name = "COMPONENT")]
        file: PathBuf,

        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },

    /// Print a hash of a password, which is read from the terminal or from a pipe
    #[command(display_order = 3)]
    HashPassword {
        /// Name of the user: the line is USER:HASH
        #[arg(value_name = "USER")]
        user: Option<String>,
    },

    /// Print an address that needs no password until it expires
    #[command(display_order = 4)]
    Link(LinkOptions),

    /// Ask the port of --admin whether the server is ready; the exit code says it, too
    #[command(display_order = 5)]
    Health {
        /// Address of --admin
        #[arg(value_name = "ADDRESS", env = "PORTHOLE_ADMIN", value_parser = admin::address)]
        address: Bind,
    },

    /// Print the completions for a shell
    #[command(display_order = 6)]
    Completions {
        /// Name of the shell
        #[arg(value_enum)]
        shell: Shell,
    },

    /// Print the manual page
    #[command(display_order = 7)]
    Man,
}

impl Command {
    /// Returns a line for whoever has a file or folder with the command's name, and may have
    /// meant that.
    pub(crate) fn namesake(&self) -> Option<String> {
        let name = match self {
            Self::Component { .. } => "component",
            Self::Inspect { .. } => "inspect",
            Self::HashPassword { .. } => "hash-password",
            Self::Link(_) => "link",
            Self::Health { .. } => "health",
            Self::Completions { .. } => "completions",
            Self::Man => "man",
        };
        Path::new(name).exists().then(|| {
            format!("{name} is a command; to serve what is here under this name, write ./{name}")
        })
    }
}

/// Returns an option for serving that was given together with a command: it would have no
/// effect. Variables may be set.
pub(super) fn useless_option(matches: &ArgMatches) -> Option<String> {
    matches.subcommand_name()?;
    let given =
        |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    let id = matches.ids().find(given)?;
    Some(id.as_str().replace('_', "-"))
}
