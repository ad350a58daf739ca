//! An HTTP server that says hello, as a component with a folder of its own.
//!
//! Copy it, with what its links lead to, and change what it says:
//!
//! ```sh
//! cp -rL examples/hello ~/hello && cd ~/hello
//! cargo rustc --release --lib --crate-type cdylib --target wasm32-wasip2
//! porthole --component target/wasm32-wasip2/release/hello.wasm .
//! ```
//!
//! It is `no_std`, because the standard library imports the environment, exit and more, which
//! porthole does not link.

#![no_std]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

// An allocator, a panic handler and `cabi_realloc`, which `std` would provide.
#[cfg(target_family = "wasm")]
mod no_std;

/// The interfaces of `wit/`, as Rust.
#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "porthole:server/server",
        generate_all,
    });
}

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use bindings::wasi::cli::environment::get_arguments;
use bindings::wasi::sockets::types::{
    IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, TcpSocket,
};
use wit_bindgen::rt::async_support::{StreamReader, StreamResult, spawn_local};

/// Longest head of a request, in bytes. A longer one is answered with 431.
const HEAD_BYTES: usize = 8 << 10;

struct Hello;

impl bindings::exports::wasi::cli::run::Guest for Hello {
    /// Serves until the host ends the stream of connections.
    async fn run() -> Result<(), ()> {
        let arguments = get_arguments();
        let listen = arguments
            .iter()
            .find_map(|argument| argument.strip_prefix("--listen=")?.parse().ok());
        // The first argument is the program's name. porthole puts addresses after it.
        let name = arguments.iter().skip(1).find(|name| !name.starts_with('-'));
        let name = name.map_or("world", String::as_str);
        let mut connections = listen.and_then(bound).ok_or(())?;
        let mut open = Vec::new();
        while let Some(socket) = connections.next().await {
            open.push(spawn_local(answer(socket, format!("hello, {name}\n"))));
        }
        for connection in open {
            connection.await;
        }
        Ok(())
    }
}

/// Listens on the granted address. The host refuses any other.
fn bound(address: SocketAddr) -> Option<StreamReader<TcpSocket>> {
    let IpAddr::V4(ip) = address.ip() else {
        return None;
    };
    let [a, b, c, d] = ip.octets();
    let socket = TcpSocket::create(IpAddressFamily::Ipv4).ok()?;
    let address = Ipv4SocketAddress {
        port: address.port(),
        address: (a, b, c, d),
    };
    socket.bind(IpSocketAddress::Ipv4(address)).ok()?;
    socket.listen().ok()
}

/// Reads the head of one request, and answers it.
async fn answer(socket: TcpSocket, text: String) {
    let (mut writer, data) = bindings::wit_stream::new();
    let _sent = socket.send(data);
    let (mut reader, _received) = socket.receive();
    let mut head = Vec::new();
    let status = loop {
        if head.windows(4).any(|end| end == b"\r\n\r\n") {
            break "200 OK";
        }
        if head.len() >= HEAD_BYTES {
            break "431 Request Header Fields Too Large";
        }
        let (StreamResult::Complete(_), bytes) = reader.read(Vec::with_capacity(1_024)).await
        else {
            return;
        };
        head.extend(bytes);
    };
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    writer.write_all(response.into_bytes()).await;
}

bindings::export!(Hello with_types_in bindings);
