//! The host of porthole: runs a sandboxed TCP server component, and grants it exactly the
//! rights that [`Server`] lists.
//!
//! The host opens one directory or file read-only, binds the addresses once, runs the
//! component on every core and restarts it when it fails. It never looks at the bytes of
//! a connection.
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
//!     report: Arc::new(move |notice| log.write_line(notice)),
//! };
//! let running = server.start()?;
//! assert_eq!(running.stop(|| false), Stopped::Drained);
//! # Ok(())
//! # }
//! ```

mod accept;
mod component;
mod confinement;
#[cfg(unix)]
mod descriptors;
#[cfg(target_os = "linux")]
mod disk;
mod error;
mod limits;
#[cfg(target_os = "linux")]
mod mounts;
mod net;
mod printable;
mod report;
mod root;
mod scheduling;
mod server;
mod wasi;

pub use component::imports::{Enforcement, Import};
pub use component::{COMPONENT, Program};
pub use confinement::{Confined, confine, confine_wholly};
pub use error::Error;
pub use limits::Limits;
pub use net::listeners::Listeners;
pub use printable::printable;
pub use report::log::Log;
pub use report::totals::Totals;
pub use report::{Notice, Reporter};
pub use root::{Kind, Root};
pub use server::{Running, Server, Stopped};
