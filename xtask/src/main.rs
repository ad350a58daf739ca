//! The project's own commands. `cargo xtask bench` is the only one that people
//! type; `floor` is one of the servers that it measures.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "figures of one's own runs; nothing here reads what a stranger wrote"
)]

mod bench;
mod floor;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Measure porthole beside nginx, Node and a bare epoll loop
    Bench(bench::Options),
    /// Answer every request on a port of the loopback address with 1 KiB
    #[command(hide = true)]
    Floor { port: u16 },
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Bench(options) => bench::run(&options),
        Command::Floor { port } => floor::serve(port),
    }
}
