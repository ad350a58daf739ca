//! Two servers with a folder each in one program, which reads their counters: each line of
//! its standard input asks for them.
//!
//! ```sh
//! cargo run --release --example counters -- ~/Videos ~/Music
//! ```

use std::io::BufRead as _;
use std::time::Duration;

use porthole::{Program, Running, Server};

fn main() -> Result<(), porthole::Error> {
    let mut folders: Vec<String> = std::env::args().skip(1).collect();
    if folders.is_empty() {
        folders.push(".".to_owned());
    }
    // Both run the same code, which is loaded once.
    let program = Program::built_in()?;
    let serve = |folder: &String| {
        Server::builder()
            .component(program.clone())
            .directory(folder)
            .listen(([127, 0, 0, 1], 0).into())
            .start_blocking()
    };
    let servers = folders.iter().map(serve);
    let servers = servers.collect::<Result<Vec<Running>, _>>()?;
    for (folder, running) in folders.iter().zip(&servers) {
        for address in running.addresses() {
            println!("{folder}: http://{address}/");
        }
    }
    for _ in std::io::stdin().lock().lines() {
        for (folder, running) in folders.iter().zip(&servers) {
            let counters = running.counters();
            println!(
                "{folder}: {} connections, {} open, {} bytes sent",
                counters.accepted, counters.open, counters.sent
            );
        }
    }
    let grace = Duration::from_secs(10);
    let drained: Vec<_> = servers.iter().map(|running| running.drain(grace)).collect();
    for drained in drained {
        drained.wait()?;
    }
    Ok(())
}
