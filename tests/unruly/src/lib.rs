//! A component that does what a server component should not: for tests of what the
//! host makes of that.
//!
//! The first argument says what: `talk` ([`talk`]), `reach` ([`reach`]), or to fail
//! at once with a `trap` or an `error`. The second is the address to listen on.

#![no_std]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

#[path = "../../../guest/src/address.rs"]
#[allow(dead_code, reason = "what only the server uses")]
mod address;
mod reach;
#[cfg(target_family = "wasm")]
#[path = "../../../guest/src/runtime.rs"]
mod runtime;
mod talk;

/// What the `wit/` here and the server's say, as Rust.
#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../wit/deps/clocks.wit",
            "../../wit/deps/sockets.wit",
            "wit/cli.wit",
            "wit/filesystem.wit",
            "wit/world.wit",
        ],
        world: "porthole:unruly/unruly",
        generate_all,
    });
}

use core::net::SocketAddr;

use bindings::wasi::cli::environment::get_arguments;
use bindings::wasi::sockets::types::TcpSocket;
use wit_bindgen::rt::async_support::StreamReader;

struct Unruly;

impl bindings::exports::wasi::cli::run::Guest for Unruly {
    async fn run() -> Result<(), ()> {
        let arguments = get_arguments();
        let role = arguments.first().ok_or(())?;
        let granted = arguments
            .get(1)
            .and_then(|address| address.parse().ok())
            .ok_or(())?;
        match role.as_str() {
            "trap" => trap(),
            "error" => return Err(()),
            _ => {}
        }
        let connections = listen(granted).ok_or(())?;
        if role == "reach" {
            reach::run(granted).await?;
        }
        talk::run(connections).await;
        Ok(())
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

bindings::export!(Unruly with_types_in bindings);
