//! `porthole:server/connection`: what the host knows of an accepted connection.

use wasmtime::component::{Linker, Resource};

use super::bindings::porthole::server::connection as wit;
use super::sockets::{HasSockets, Sockets, View};
use super::tcp_socket::Socket;
use crate::net::stream::TlsVersion;

pub(super) fn add_to_linker<T: HasSockets + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Sockets>(linker, T::sockets)
}

impl wit::Host for View<'_> {
    fn tls(&mut self, socket: Resource<Socket>) -> wasmtime::Result<wit::TlsVersion> {
        let socket = self.table.get(&socket)?;
        let tls = socket.connection().map(|connection| connection.tls());
        Ok(match tls.unwrap_or_default() {
            TlsVersion::None => wit::TlsVersion::None,
            TlsVersion::Tls12 => wit::TlsVersion::Tls12,
            TlsVersion::Tls13 => wit::TlsVersion::Tls13,
        })
    }
}
