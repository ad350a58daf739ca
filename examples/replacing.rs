//! Replaces the component and the folder of a running server, without refusing a connection.
//! Each line of its standard input is the folder that is served from then on.
//!
//! ```sh
//! cargo run --release --example replacing -- ~/Videos
//! ```

use std::io::BufRead as _;
use std::time::Duration;

use porthole::{Program, Root, Server};

fn main() -> Result<(), porthole::Error> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let running = Server::builder()
        .directory(folder)
        .listen(([127, 0, 0, 1], 0).into())
        .start_blocking()?;
    for address in running.addresses() {
        println!("http://{address}/");
    }
    for folder in std::io::stdin().lock().lines().map_while(Result::ok) {
        // `Program::compile` would take another component here.
        let replaced =
            Root::open(folder).and_then(|root| running.replace(Program::built_in()?, root).wait());
        match replaced {
            Ok(()) => println!("version {}", running.counters().versions),
            // The old version goes on.
            Err(error) => println!("not replaced: {error}"),
        }
    }
    running.drain(Duration::from_secs(10)).wait()?;
    Ok(())
}
