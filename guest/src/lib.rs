//! The component moves bytes between WASI streams and [`h1`], and turns paths into files.
//!
//! The modules, in the order in which a request passes through them: [`accept`] accepts the
//! connection, [`connection`] reads a head, [`response::decide`] chooses what to send and
//! looks for it in [`files`] and [`render`], and [`response::write`] sends it through
//! [`net`]. [`runtime`] gives each connection its turn, [`shared`] holds what connections
//! share, and [`limits`] has every bound.
//!
//! Two crates make components of it: `extended` for the host of this workspace, and `portable`,
//! which assumes nothing of its host beyond WASI 0.3. [`host`] is the difference. A third, `admin`,
//! serves no file, and shares [`net`] and [`runtime`] with them.
//!
//! It does not use `std`, because `std` adds imports that the server does not need, and the list
//! of imports is the list of rights.

#![no_std]

extern crate alloc;
// The tests of the pure parts run on the build machine. There, `std` provides what
// `runtime::no_std` provides in the sandbox.
#[cfg(not(target_family = "wasm"))]
extern crate std;

mod accept;
mod authorization;
#[allow(missing_docs, clippy::all, clippy::restriction)]
pub mod bindings;
mod connection;
mod files;
pub mod host;
pub mod limits;
mod log;
mod memory;
pub mod net;
mod options;
mod passwords;
mod peer;
mod rate_limit;
mod reason;
mod render;
mod response;
mod rights;
pub mod runtime;
mod service;
mod shared;
mod trust;

use alloc::rc::Rc;

pub use runtime::clock::monotonic;

use host::Host;
use runtime::executor::Executor;
use runtime::waitables::block_on;

/// Serves until the host ends the streams of connections, and all connections are closed.
///
/// # Errors
/// When it cannot start. It has said why on standard error.
#[expect(clippy::result_unit_err, reason = "it is the result of `wasi:cli/run`")]
pub fn run(host: Rc<dyn Host>) -> Result<(), ()> {
    let executor = Rc::new(Executor::default());
    block_on(&executor, accept::run(Rc::clone(&executor), host))
}
