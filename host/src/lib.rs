//! The host: runs a sandboxed TCP server component with exactly the rights that
//! it is given.
//!
//! It opens one directory or file read-only, binds the addresses once, runs the
//! component on every core and keeps it running. It never looks at what goes
//! over the connections.
//!
//! ```
//! use std::sync::Arc;
//! use porthole::{Limits, Listeners, Log, Program, Root, Server, Stopped};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let media = std::env::current_dir()?;
//! let listeners = Listeners::bind(&["127.0.0.1:0".parse()?])?;
//! let addresses = listeners.addresses()?;
//! let (log, _) = Log::to(std::io::stdout())?;
//! let server = Server {
//!     program: Program::built_in()?,
//!     root: Root::open(media)?,
//!     listeners,
//!     arguments: addresses.iter().map(|address| format!("--listen={address}")).collect(),
//!     limits: Limits::default(),
//!     stdout: log.clone(),
//!     stderr: log.clone(),
//!     report: Arc::new(move |notice| log.say(notice)),
//! };
//! let running = server.start()?;
//! assert_eq!(running.stop(|| false), Stopped::Drained);
//! # Ok(())
//! # }
//! ```

mod acceptor;
mod addresses;
mod backoff;
mod bindings;
mod bounds;
mod bursts;
mod clock;
mod config;
mod confinement;
mod engine;
mod epochs;
mod error;
mod files;
#[cfg(target_os = "linux")]
mod filesystem;
mod generation;
mod instance;
mod limits;
mod listeners;
mod load;
mod log;
mod preopens;
mod printable;
mod reads;
mod repeats;
mod rights;
mod root;
mod scheduling;
mod server;
mod sockets;
mod transfers;
mod watchdog;
mod worker;

pub use confinement::{Confined, confine};
pub use engine::Program;
pub use error::{Error, Notice, Reporter};
pub use limits::Limits;
pub use listeners::Listeners;
pub use log::Log;
pub use printable::printable;
pub use rights::{Right, Wall};
pub use root::{Kind, Root};
pub use server::{Running, Server, Stopped};

/// The server component that was built with this library.
pub const COMPONENT: &[u8] = include_bytes!(env!("PORTHOLE_COMPONENT_FILE"));
