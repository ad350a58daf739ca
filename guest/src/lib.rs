//! The component: moves bytes between WASI streams and [`h1`], and turns paths
//! into files.
//!
//! The files in the order in which a request meets them: [`server`] accepts,
//! [`connection`] reads a head and asks [`answer`] what to say, which looks in
//! [`files`]; [`reply`] says it. [`limits`] holds every bound.
//!
//! It assumes nothing of its host beyond WASI 0.3, and uses no `std`: that would
//! bring imports along which the server has no use for, and the list of imports
//! is the list of rights.

#![no_std]

extern crate alloc;
// On the machine that builds, for the tests of the pure parts, `std` brings what
// `runtime` brings in the sandbox.
#[cfg(not(target_family = "wasm"))]
extern crate std;

mod address;
mod answer;
mod cache;
mod clock;
mod connection;
mod deadlines;
mod files;
mod folder;
mod limits;
mod listing;
mod log;
mod options;
mod pool;
mod reply;
mod root;
#[cfg(target_family = "wasm")]
mod runtime;
mod server;
mod signal;
mod socket;
mod wire;

/// What `wit/` says, as Rust.
#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "porthole:server/server",
        generate_all,
    });
}

struct Component;

impl bindings::exports::wasi::cli::run::Guest for Component {
    async fn run() -> Result<(), ()> {
        server::run().await
    }
}

bindings::export!(Component with_types_in bindings);
