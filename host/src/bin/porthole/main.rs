//! `porthole PATH`: parses the options, runs the server, exits.

mod compiler;
mod grants;
mod options;
mod rlimit;
mod serve;
mod signals;
mod terminal;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use porthole::Root;

use crate::grants::GrantsReport;
use crate::options::{Format, Options, help};
use crate::terminal::messages::fail_at_once;

/// Exit status for wrong usage, the same as clap's.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    // Wrong usage ends the program here, except errors that only the component can
    // detect.
    let options = Options::read();
    let done = match (options.completions, options.grants) {
        (Some(shell), _) => help::print_completions(shell).map(|()| ExitCode::SUCCESS),
        _ if options.man => help::print_manual_page().map(|()| ExitCode::SUCCESS),
        (_, Some(format)) => print_grants(&options, format),
        _ => serve::serve(options),
    };
    done.unwrap_or_else(|error| {
        fail_at_once(format_args!("{error:#}"));
        ExitCode::FAILURE
    })
}

/// Prints the grants, and what this kernel adds. The process is confined here as it is
/// when serving.
fn print_grants(options: &Options, format: Format) -> anyhow::Result<ExitCode> {
    let compiler = options.compiler()?;
    let root = Root::open(options.path())?;
    let program = options.source()?.program(compiler.as_deref())?;
    let imports = program.imports()?;
    let grants = GrantsReport {
        options,
        root: &root,
        imports: &imports,
        confined: options.confine(&root)?,
    };
    std::io::stdout()
        .write_all(grants.written(format).as_bytes())
        .context("cannot write")?;
    Ok(ExitCode::SUCCESS)
}
