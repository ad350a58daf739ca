//! The imports beyond WASI: `wit/extended.wit`.

mod connection;
mod passwords;
mod responses;
mod sendfile;
mod usage;

use wasmtime::Result;
use wasmtime::component::Linker;

use crate::host::bindings::porthole::server as wit;
use crate::host::{Fakes, State};

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    let get: fn(&mut State) -> &mut State = |state| state;
    wit::connection::add_to_linker::<_, Fakes>(linker, get)?;
    wit::responses::add_to_linker::<_, Fakes>(linker, get)?;
    wit::sendfile::add_to_linker::<_, Fakes>(linker, get)?;
    wit::usage::add_to_linker::<_, Fakes>(linker, get)?;
    wit::passwords::add_to_linker::<_, Fakes>(linker, get)?;
    wit::paths::add_to_linker::<_, Fakes>(linker, get)
}
