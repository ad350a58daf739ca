//! The host: simulations of the component's imports, over a [`World`].

#[allow(missing_docs)]
pub mod bindings;
mod clocks;
mod directory;
mod extension;
pub mod filesystem;
mod metering;
mod outcome;
mod output;
mod reads;
mod receive;
mod send;
pub mod sockets;

use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime::{ResourceLimiter, Result};

use crate::world::Shared;

pub use bindings::ExtendedPre;
pub use bindings::wasi::filesystem::types::ErrorCode;
pub use metering::{note, note_turn};
pub use sockets::Socket;

/// The data of a store.
pub struct State {
    pub world: Shared,
    pub table: ResourceTable,
}

/// The key under which the generated code finds the [`State`].
pub struct Fakes;

impl HasData for Fakes {
    type Data<'a> = &'a mut State;
}

/// Adds the same imports as the real host grants, and no others.
pub fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    use bindings::wasi::{cli, clocks, filesystem, sockets};
    let get: fn(&mut State) -> &mut State = |state| state;
    cli::environment::add_to_linker::<_, Fakes>(linker, get)?;
    cli::stdout::add_to_linker::<_, Fakes>(linker, get)?;
    cli::stderr::add_to_linker::<_, Fakes>(linker, get)?;
    clocks::monotonic_clock::add_to_linker::<_, Fakes>(linker, get)?;
    clocks::system_clock::add_to_linker::<_, Fakes>(linker, get)?;
    filesystem::types::add_to_linker::<_, Fakes>(linker, get)?;
    filesystem::preopens::add_to_linker::<_, Fakes>(linker, get)?;
    sockets::types::add_to_linker::<_, Fakes>(linker, get)?;
    extension::add_to_linker(linker)
}

impl ResourceLimiter for State {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        let mut world = self.world.lock();
        let bound = world.meter.memory_bound;
        if desired > bound {
            world.break_("memory", || format!("{desired} bytes, {bound} are allowed"));
            return Ok(false);
        }
        world.meter.memory = world.meter.memory.max(desired);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
        Ok(true)
    }
}
