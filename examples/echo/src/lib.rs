//! An example of a component: it sends back what it receives.
//!
//! It imports only what `wit/server.wit` offers. It is `no_std`, because the standard
//! library would import the environment, exit and more, which the host does not link.

#![no_std]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

// An allocator, a panic handler and `cabi_realloc`, which `std` would provide. Copy the
// file.
#[cfg(target_family = "wasm")]
#[path = "../../../guest/src/runtime/no_std.rs"]
mod no_std;

/// The interfaces of `wit/`, as Rust.
#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "porthole:server/server",
        generate_all,
    });
}

use alloc::vec::Vec;
use core::net::SocketAddr;

use bindings::wasi::cli::environment::get_arguments;
use bindings::wasi::sockets::types::{
    IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, TcpSocket,
};
use wit_bindgen::rt::async_support::{StreamReader, StreamResult, spawn_local};

struct Echo;

impl bindings::exports::wasi::cli::run::Guest for Echo {
    /// Serves until the host ends the stream of connections.
    async fn run() -> Result<(), ()> {
        let mut arguments = get_arguments().into_iter();
        let address =
            arguments.find_map(|argument| argument.strip_prefix("--listen=")?.parse().ok());
        let mut connections = address.and_then(listen).ok_or(())?;
        let mut open = Vec::new();
        while let Some(socket) = connections.next().await {
            open.push(spawn_local(echo(socket)));
        }
        for connection in open {
            connection.await;
        }
        Ok(())
    }
}

/// Listens on the granted address. The host refuses any other.
fn listen(address: SocketAddr) -> Option<StreamReader<TcpSocket>> {
    let SocketAddr::V4(address) = address else {
        return None;
    };
    let [a, b, c, d] = address.ip().octets();
    let address = Ipv4SocketAddress {
        port: address.port(),
        address: (a, b, c, d),
    };
    let socket = TcpSocket::create(IpAddressFamily::Ipv4).ok()?;
    socket.bind(IpSocketAddress::Ipv4(address)).ok()?;
    socket.listen().ok()
}

async fn echo(socket: TcpSocket) {
    let (mut writer, data) = bindings::wit_stream::new();
    let _sent = socket.send(data);
    let (mut reader, _received) = socket.receive();
    while let (StreamResult::Complete(_), bytes) = reader.read(Vec::with_capacity(1_024)).await {
        writer.write_all(bytes).await;
    }
}

bindings::export!(Echo with_types_in bindings);
