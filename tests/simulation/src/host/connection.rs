//! `porthole:server/connection`: no client speaks TLS.

use wasmtime::Result;
use wasmtime::component::Resource;

use super::bindings::porthole::server::connection as wit;
use super::{Socket, State};

impl wit::Host for &mut State {
    fn tls(&mut self, socket: Resource<Socket>) -> Result<wit::TlsVersion> {
        self.table.get(&socket)?;
        Ok(wit::TlsVersion::None)
    }
}
