//! Commands of the program other than serving.

mod component;
mod grants;
mod hash_password;
mod health;
mod inspect;
mod link;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::options::{Command, help};
use crate::terminal::messages::report_at_once;

pub(crate) use grants::print_grants;

/// Runs a command.
///
/// # Errors
/// When something cannot be read or written.
pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    if let Some(line) = command.namesake() {
        report_at_once(line);
    }
    match command {
        Command::Component { output } => component::write(output.as_deref()),
        Command::Inspect { file, json } => inspect::print(file, *json),
        Command::HashPassword { user } => hash_password::print(user.as_deref()),
        Command::Link(options) => link::print(options),
        Command::Health { address } => health::ask(address),
        Command::Completions { shell } => print(&help::completions(*shell)),
        Command::Man => print(&help::manual_page()?),
    }
}

fn print(text: &[u8]) -> anyhow::Result<ExitCode> {
    std::io::stdout().write_all(text).context("cannot write")?;
    Ok(ExitCode::SUCCESS)
}
