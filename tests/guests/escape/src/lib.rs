//! A hostile component that tests the host.
//!
//! It listens and sends back what it receives ([`serve`]). A message that begins with `!`
//! is an order. `!survey` makes every attempt that should achieve nothing, and reports.
//! `!pass: ` passes streams of the host to other functions of the host ([`pass`]), and
//! `!outcome` returns the result. Any other order names one attempt to bring the host
//! down ([`exhaust`]). An argument `trap` or `error` makes the component fail before it
//! listens.

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
mod ranges;
mod report;
#[cfg(target_family = "wasm")]
#[path = "../../../../guest/src/runtime/no_std.rs"]
mod runtime;
mod serve;
mod surroundings;
mod survey;
mod writes;

/// Rust bindings of all of WASI.
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
