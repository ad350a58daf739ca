//! Runs a component of your own with exactly these rights: reading one folder, accepting on
//! one address, and writing a log.
//!
//! ```sh
//! cargo rustc --release --package echo --lib --crate-type cdylib --target wasm32-wasip2
//! cargo run --release --example own_component -- target/wasm32-wasip2/release/echo.wasm .
//! ```

use std::io::Read as _;
use std::time::Duration;

use porthole::{Limits, Log, Program, Server};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [component, folder] = [1, 2].map(|number| std::env::args().nth(number));
    let component = component.ok_or("usage: own_component COMPONENT FOLDER")?;
    let program = Program::compile(&std::fs::read(component)?)?;
    // Every function that the component imports, and the right that comes with it.
    for import in program.imports()? {
        println!("{} {}: {}", import.interface, import.function, import.grant);
    }
    let (log, _) = Log::to(std::io::stderr())?;
    let running = Server::builder()
        .component(program)
        .directory(folder.unwrap_or_else(|| ".".to_owned()))
        .listen(([127, 0, 0, 1], 0).into())
        .limits(Limits {
            workers: 1,
            memory: 16 << 20,
            ..Limits::default()
        })
        .stdout(log.clone())
        .stderr(log)
        .on_event(|event| eprintln!("{event}"))
        .start_blocking()?;
    for address in running.addresses() {
        println!("listening on {address}");
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    running.drain(Duration::from_secs(10)).wait()?;
    Ok(())
}
