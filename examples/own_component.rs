//! Runs a component of your own with exactly these rights: reading one folder, accepting on
//! one address, and writing a log.
//!
//! ```sh
//! cargo rustc --release --package echo --lib --crate-type cdylib --target wasm32-wasip2
//! cargo run --release --example own_component -- target/wasm32-wasip2/release/echo.wasm .
//! ```

use std::io::Read as _;
use std::sync::Arc;

use porthole::{Limits, Listeners, Log, Program, Root, Server};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [component, folder] = [1, 2].map(|number| std::env::args().nth(number));
    let component = component.ok_or("usage: own_component COMPONENT FOLDER")?;
    let program = Program::compile(&std::fs::read(component)?)?;
    // Every function that the component imports, and the right that comes with it.
    for import in program.imports()? {
        println!("{} {}: {}", import.interface, import.function, import.grant);
    }
    let listeners = Listeners::bind(&["127.0.0.1:0".parse()?])?;
    let addresses = listeners.addresses()?;
    let (log, _) = Log::to(std::io::stderr())?;
    let running = Server {
        program,
        root: Root::open(folder.as_deref().unwrap_or("."))?,
        // This component looks for its address among its arguments.
        arguments: addresses
            .iter()
            .map(|address| format!("--listen={address}"))
            .collect(),
        listeners,
        limits: Limits {
            workers: 1,
            memory: 16 << 20,
            ..Limits::default()
        },
        stdout: log.clone(),
        stderr: log,
        report: Arc::new(|notice| eprintln!("{notice}")),
    }
    .start()?;
    for address in running.addresses() {
        println!("listening on {address}");
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    running.stop(|| false);
    Ok(())
}
