//! The smallest server: it serves one folder on a free port of the loopback address, until
//! its standard input ends.
//!
//! ```sh
//! cargo run --release --example smallest_server -- ~/Videos
//! ```

use std::io::Read as _;
use std::time::Duration;

use porthole::Server;

fn main() -> Result<(), porthole::Error> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let running = Server::builder()
        .directory(folder)
        .listen(([127, 0, 0, 1], 0).into())
        .on_event(|event| eprintln!("{event}"))
        .start_blocking()?;
    for address in running.addresses() {
        println!("http://{address}/");
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    running.drain(Duration::from_secs(10)).wait()?;
    Ok(())
}
