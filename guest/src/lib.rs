//! The component: moves bytes between WASI streams and [`h1`], and turns paths
//! into files.
//!
//! The files in the order in which a request meets them: [`server`] accepts,
//! [`connection`] reads a head and asks [`answer`] what to say, which looks in
//! [`files`]; [`reply`] says it. [`executor`] gives each connection its turn.
//! [`limits`] holds every bound.
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
mod answered;
mod bucket;
mod cache;
mod clock;
mod connection;
mod deadlines;
mod executor;
mod file;
mod files;
mod folder;
mod handles;
mod limits;
mod listing;
mod listings;
mod log;
mod memory;
mod natural_sort;
mod options;
mod pace;
mod pool;
mod questions;
mod reason;
mod reply;
mod root;
#[cfg(target_family = "wasm")]
mod runtime;
mod server;
mod signal;
mod socket;
mod turn;
mod visitors;
mod waitables;
mod wire;

use alloc::rc::Rc;

use executor::Executor;
use waitables::block_on;

/// What `wit/` says, as Rust.
#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "porthole:server/server",
        generate_all,
        // It blocks in `waitables`, which knows what the connections wait for.
        sync: ["export:wasi:cli/run@0.3.0#run"],
    });
}

struct Component;

impl bindings::exports::wasi::cli::run::Guest for Component {
    fn run() -> Result<(), ()> {
        let executor = Rc::new(Executor::default());
        block_on(&executor, server::run(Rc::clone(&executor)))
    }
}

bindings::export!(Component with_types_in bindings);
