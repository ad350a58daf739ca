//! `porthole PATH`: parses, runs, exits.

mod banner;
mod options;
mod signals;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use porthole::{Listeners, Log, Program, Root, Server};

use crate::options::Options;
use crate::signals::Signals;

fn main() -> ExitCode {
    // Wrong usage ends in here, with exit code 2.
    let options = Options::parse();
    match serve(&options) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("porthole: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Options) -> anyhow::Result<ExitCode> {
    let root = Root::open(&options.path)?;
    let listeners = Listeners::bind(&options.addresses())?;
    let addresses = listeners.addresses()?;
    let program = Program::compile(porthole::COMPONENT)?;
    let signals = Signals::new().context("cannot watch for signals")?;

    let (stdout, written) = Log::to(std::io::stdout())?;
    let (stderr, _) = Log::to(std::io::stderr())?;
    let banner = banner::lines(&root, &addresses);
    let running = Server {
        program,
        root,
        listeners,
        arguments: options.arguments(&addresses),
        limits: options.limits(),
        stdout,
        stderr,
        report: Arc::new(|notice| eprintln!("porthole: {notice}")),
    }
    .start()?;
    eprint!("{banner}");

    while !signals.stop_asked() {
        if running.is_dead() {
            anyhow::bail!("every worker has failed; the reasons are above");
        }
        signals.wait();
    }
    running.stop(|| signals.hurry_asked());
    // What was served last is in the log before we go.
    let _ = written.join();
    Ok(ExitCode::SUCCESS)
}
