//! The smallest server: it serves one folder on a free port of the loopback address, until
//! its standard input ends.
//!
//! ```sh
//! cargo run --release --example smallest_server -- ~/Videos
//! ```

use std::io::Read as _;
use std::sync::Arc;

use porthole::{Limits, Listeners, Log, Program, Root, Server};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let listeners = Listeners::bind(&["127.0.0.1:0".parse()?])?;
    let addresses = listeners.addresses()?;
    let (log, _) = Log::to(std::io::stderr())?;
    let server = Server {
        program: Program::built_in()?,
        root: Root::open(folder)?,
        listeners,
        // The built-in component needs to be told where it may listen.
        arguments: addresses
            .iter()
            .map(|address| format!("--listen={address}"))
            .collect(),
        limits: Limits::default(),
        stdout: log.clone(),
        stderr: log,
        report: Arc::new(|notice| eprintln!("{notice}")),
    };
    let running = server.start()?;
    for address in running.addresses() {
        println!("http://{address}/");
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    running.stop(|| false);
    Ok(())
}
