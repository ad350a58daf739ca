//! The host of porthole: runs a sandboxed TCP server component, and grants it exactly the
//! rights that [`Server`] lists.
//!
//! The host opens one directory or file read-only, binds the addresses once, runs the
//! component on every core and restarts it when it fails. It never looks at the bytes of
//! a connection.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), porthole::Error> {
//! # let media = ".";
//! let running = porthole::Server::builder()
//!     .directory(media)
//!     .listen(([127, 0, 0, 1], 0).into())
//!     .on_event(|event| eprintln!("{event}"))
//!     .start()
//!     .await?;
//! println!("listening on {}", running.addresses()[0]);
//! # let grace = std::time::Duration::from_secs(1);
//! assert_eq!(running.drain(grace).await?, porthole::Stopped::Drained);
//! # Ok(())
//! # }
//! ```
//!
//! The server runs on threads of its own, and needs no runtime of the embedder's. Its futures
//! can be awaited by any, and [`Operation::wait`] does without one.

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
mod place;
mod printable;
mod report;
mod root;
mod scheduling;
mod server;
mod wasi;

pub use component::imports::{Enforcement, Import};
pub use component::inspect::{Inspection, RequestedFeature, RequestedImport};
pub use component::{ADMIN, EXTENDED, PORTABLE, Program};
pub use confinement::{Confined, confine, confine_wholly, confine_with_logs};
#[cfg(unix)]
pub use descriptors::watch as watch_descriptors;
#[cfg(feature = "tls")]
pub use error::TlsError;
pub use error::{ComponentError, Error};
pub use limits::Limits;
pub use net::handover::{StreamListener, StreamSender, stream_listener};
pub use net::listeners::Listeners;
#[cfg(feature = "tls")]
pub use net::tls::{KeyPair, Tls};
#[cfg(unix)]
pub use net::unix::UnixOptions;
pub use place::Place;
pub use printable::printable;
pub use report::counters::Counters;
pub use report::event::{Event, Stopped};
pub use report::handshakes::Handshakes;
pub use report::log::Log;
pub use report::publisher::{Events, Reporter};
pub use report::responses::{Histogram, Method, PasswordOutcome, Responses, StatusClass};
pub use report::worker_counts::WorkerCounters;
pub use root::{Kind, Root};
pub use server::{Operation, Running, Server};
