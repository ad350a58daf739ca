//! The component moves bytes between WASI streams and [`h1`], and turns paths into files.
//!
//! The modules, in the order in which a request passes through them: [`accept`] accepts the
//! connection, [`connection`] reads a head, [`response::decide`] chooses what to send and
//! looks for it in [`files`] and [`render`], and [`response::write`] sends it through
//! [`net`]. [`runtime`] gives each connection its turn, [`shared`] holds what connections
//! share, and [`limits`] has every bound.
//!
//! The component assumes nothing of its host beyond WASI 0.3. It does not use `std`,
//! because `std` adds imports that the server does not need, and the list of imports is the
//! list of rights.

#![no_std]

extern crate alloc;
// The tests of the pure parts run on the build machine. There, `std` provides what
// `runtime::no_std` provides in the sandbox.
#[cfg(not(target_family = "wasm"))]
extern crate std;

mod accept;
#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings;
mod connection;
mod files;
mod limits;
mod log;
mod memory;
mod net;
mod options;
mod peer;
mod rate_limit;
mod reason;
mod render;
mod response;
mod runtime;
mod service;
mod shared;
mod trust;

use alloc::rc::Rc;

use runtime::executor::Executor;
use runtime::waitables::block_on;

struct Component;

impl bindings::exports::wasi::cli::run::Guest for Component {
    fn run() -> Result<(), ()> {
        let executor = Rc::new(Executor::default());
        block_on(&executor, accept::run(Rc::clone(&executor)))
    }
}

bindings::export!(Component with_types_in bindings);
