//! The project's own commands. People run `cargo xtask bench`, `fuzz`, `limits`,
//! `release-check`, `screenshots`, `simulate` and `soak`. `floor` is one of the servers that
//! `bench` measures.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "figures of one's own runs; nothing here reads what a stranger wrote"
)]

mod bench;
mod build;
mod certificates;
mod descriptors;
#[cfg(test)]
mod docs;
mod floor;
mod fuzz;
mod interrupt;
mod limits;
mod numbers;
mod progress;
mod release_check;
mod screenshots;
mod simulate;
mod soak;
mod table;

use std::path::PathBuf;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Measure porthole beside other servers and a bare epoll loop
    Bench(bench::Options),
    /// Run the fuzz targets for a long time
    Fuzz(fuzz::Options),
    /// Write docs/limits.md from the constants
    Limits,
    /// Check what takes too long for each change: the library's documentation and
    /// compatibility, a second build, a host that is not ours, other systems, TLS
    ReleaseCheck(release_check::Options),
    /// Take the pictures of docs/screenshots anew
    Screenshots(screenshots::Options),
    /// Run the component in simulated worlds, or print each step of one
    Simulate(simulate::Options),
    /// Attack porthole for a long time, or with many clients
    Soak(soak::Options),
    /// Respond to every request on a port of the loopback address with 1 KiB, or with a file
    #[command(hide = true)]
    Floor { port: u16, file: Option<PathBuf> },
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Bench(options) => bench::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Limits => limits::run(),
        Command::ReleaseCheck(options) => release_check::run(&options),
        Command::Screenshots(options) => screenshots::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Soak(options) => soak::run(&options),
        Command::Floor { port, file } => floor::serve(port, file.as_deref()),
    }
}
