//! `porthole PATH`: parses the options, runs the server, exits.

mod access;
mod commands;
mod compiler;
mod log_file;
mod memory;
mod options;
mod rlimit;
mod secrets;
mod serve;
mod service_manager;
mod signals;
mod sockets;
mod terminal;
mod tls;

use std::process::ExitCode;

use crate::options::Options;
use crate::terminal::messages::fail_at_once;

/// Exit status for wrong usage, the same as clap's.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    memory::give_back();
    // Wrong usage ends the program here, except errors that only the component can
    // detect.
    let options = Options::read();
    let done = match (&options.command, options.grants) {
        (Some(command), _) => commands::run(command),
        (None, Some(format)) => commands::print_grants(&options, format),
        (None, None) => serve::serve(options),
    };
    done.unwrap_or_else(|error| {
        fail_at_once(format_args!("{error:#}"));
        ExitCode::FAILURE
    })
}
