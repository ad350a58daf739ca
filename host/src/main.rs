//! `porthole PATH`: parses, runs, exits.

mod banner;
mod descriptors;
mod grants;
mod options;
mod signals;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use porthole::{Error, Listeners, Log, Root, Running, Server};

use crate::grants::Grants;
use crate::options::{Format, Options};
use crate::signals::Signals;

/// As clap's own.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    // Wrong usage ends in here, but for what only the component can judge.
    let mut options = Options::parse();
    let done = match options.grants {
        Some(format) => print_grants(&options, format),
        None => {
            if let Some(line) = options.fit(descriptors::raise_limit()) {
                eprintln!("porthole: {line}");
            }
            serve(&options)
        }
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("porthole: {error:#}");
            match error.downcast_ref() {
                // What it was told comes from the command line.
                Some(Error::Declined) => ExitCode::from(WRONG_USAGE),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn serve(options: &Options) -> anyhow::Result<ExitCode> {
    let root = Root::open(&options.path)?;
    let listeners = Listeners::bind(&options.addresses())?;
    let addresses = listeners.addresses()?;
    let program = options.program()?;
    // The number of cores is read from files that are out of reach later.
    let (limits, arguments) = (options.limits(), options.arguments(&addresses));
    let confined = options.confine(&root)?;
    // From here on threads may start.
    let signals = Signals::new().context("cannot watch for signals")?;

    let (stdout, written) = Log::to(std::io::stdout())?;
    let (stderr, said) = Log::to(std::io::stderr())?;
    let banner = banner::lines(&root, &addresses, confined);
    let running = Server {
        program,
        root,
        listeners,
        arguments,
        limits,
        stdout,
        stderr,
        report: Arc::new(|notice| eprintln!("porthole: {notice}")),
    }
    .start();
    if let Err(Error::Declined) = running {
        // Why is on its way, and comes first.
        let _ = said.join();
    }
    let mut running = running?;
    eprint!("{banner}");

    while !signals.stop_asked() {
        if running.is_dead() {
            anyhow::bail!("every worker has failed; the reasons are above");
        }
        if signals.replacement_asked() {
            replace(options, &mut running, confined.is_some());
        }
        signals.wait();
    }
    running.stop(|| signals.hurry_asked());
    // What was served last is in the log before we go.
    let _ = written.join();
    Ok(ExitCode::SUCCESS)
}

/// Loads the component and opens the root again. What fails leaves the old version
/// serving.
fn replace(options: &Options, running: &mut Running, confined: bool) {
    let replaced = options.program().and_then(|program| {
        let root = Root::open(&options.path)?;
        Ok(running.replace(&program, root)?)
    });
    match replaced {
        Ok(()) => eprintln!("porthole: replaced; open connections finish on the old version"),
        Err(error) if confined && is_denied(&error) => eprintln!(
            "porthole: not replaced: {error:#}; what took the place of PATH or of the component must be below --reload-from, or start again"
        ),
        Err(error) => eprintln!("porthole: not replaced: {error:#}"),
    }
}

fn is_denied(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.any(|cause| cause.kind() == std::io::ErrorKind::PermissionDenied)
}

/// What would be granted, and what this kernel adds: it is made to, here as when
/// serving.
fn print_grants(options: &Options, format: Format) -> anyhow::Result<ExitCode> {
    let root = Root::open(&options.path)?;
    let rights = options.program()?.rights()?;
    let grants = Grants {
        options,
        root: &root,
        rights: &rights,
        confined: options.confine(&root)?,
    };
    std::io::stdout()
        .write_all(grants.written(format).as_bytes())
        .context("cannot write")?;
    Ok(ExitCode::SUCCESS)
}
