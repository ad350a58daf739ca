//! Listeners, which the host has bound.

use core::net::SocketAddr;

use wit_bindgen::rt::async_support::StreamReader;

use super::address::{family, to_wasi};
use crate::bindings::wasi::sockets::types::TcpSocket;

/// Listens on an address. Returns `None` if that is not granted.
pub fn listen(address: SocketAddr) -> Option<StreamReader<TcpSocket>> {
    let socket = TcpSocket::create(family(address)).ok()?;
    socket.bind(to_wasi(address)).ok()?;
    // The stream keeps the listener alive, not the socket.
    socket.listen().ok()
}
