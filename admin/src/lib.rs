//! The component that shows the counters of a server: as metrics of Prometheus, and as two
//! lines for whoever asks whether it is alive and ready.
//!
//! It is made of the same parts as the component that serves files: [`h1`] reads requests and
//! writes responses, and [`guest`] moves bytes. It has no file, and cannot do anything to the
//! server whose counters it reads.
//!
//! The modules, in the order in which a request passes through them: [`server`] accepts the
//! connection, [`connection`] reads a request, [`response`] decides, and [`metrics`] writes the
//! text.

#![no_std]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

mod connection;
mod limits;
mod metrics;
mod response;
mod server;
mod shared;

#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit/admin",
        world: "porthole:admin/extension",
    });
}

use alloc::rc::Rc;

use guest::bindings::exports::wasi::cli::run::Guest;
use guest::runtime::executor::Executor;
use guest::runtime::waitables::block_on;

struct Component;

impl Guest for Component {
    fn run() -> Result<(), ()> {
        let executor = Rc::new(Executor::default());
        block_on(&executor, server::run(Rc::clone(&executor)))
    }
}

guest::bindings::export!(Component with_types_in guest::bindings);
