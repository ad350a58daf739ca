//! A hostile component, for tests of what the host makes of it.
//!
//! It listens and sends back what it gets ([`serve`]). What begins with `!` is an
//! order: `!survey` makes every attempt that should come to nothing, and reports;
//! `!pass: ` hands streams of the host's on to the host ([`pass`]), and `!outcome` tells
//! what came of it; any other names one attempt to bring the host down ([`exhaust`]). An
//! argument `trap` or `error` makes it fail before it listens.

#![no_std]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

#[path = "../../../../guest/src/net/address.rs"]
#[allow(dead_code, reason = "what only the server uses")]
mod address;
mod exhaust;
mod network;
mod pass;
mod paths;
mod report;
#[cfg(target_family = "wasm")]
#[path = "../../../../guest/src/runtime/no_std.rs"]
mod runtime;
mod serve;
mod surroundings;
mod survey;
mod writes;

/// All of WASI, as Rust.
#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "porthole:escape/escape",
        generate_all,
    });
}

use core::net::SocketAddr;

use bindings::wasi::cli::environment::get_arguments;
use bindings::wasi::sockets::types::TcpSocket;
use wit_bindgen::rt::async_support::StreamReader;

struct Escape;

impl bindings::exports::wasi::cli::run::Guest for Escape {
    async fn run() -> Result<(), ()> {
        let arguments = get_arguments();
        match arguments.get(1).map(|role| role.as_str()) {
            Some("trap") => trap(),
            Some("error") => return Err(()),
            Some("wait") => core::future::pending().await,
            _ => {}
        }
        let granted = arguments
            .iter()
            .find_map(|argument| argument.strip_prefix("--listen=")?.parse().ok())
            .ok_or(())?;
        let connections = listen(granted).ok_or(())?;
        serve::run(connections, granted).await
    }
}

fn listen(granted: SocketAddr) -> Option<StreamReader<TcpSocket>> {
    let socket = TcpSocket::create(address::family(granted)).ok()?;
    socket.bind(address::to_wasi(granted)).ok()?;
    socket.listen().ok()
}

fn trap() -> ! {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    std::process::abort()
}

bindings::export!(Escape with_types_in bindings);
