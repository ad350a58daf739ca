//! `porthole:server/connection`: no client speaks TLS.

use wasmtime::Result;
use wasmtime::component::Resource;

use crate::host::bindings::porthole::server::connection as wit;
use crate::host::{Socket, State};

impl wit::Host for &mut State {
    fn tls(&mut self, socket: Resource<Socket>) -> Result<wit::TlsVersion> {
        self.table.get(&socket)?;
        Ok(wit::TlsVersion::None)
    }
}
