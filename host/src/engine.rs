//! The runtime's configuration, and components compiled for it.

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p3::bindings::{cli, clocks, filesystem};

use crate::bindings::ServerPre;
use crate::instance::State;
use crate::{Error, preopens, sockets};

/// A component, compiled and checked against what is granted.
#[derive(Clone)]
pub struct Program {
    pub(crate) engine: Engine,
    pub(crate) server: ServerPre<State>,
}

impl Program {
    /// Compiles a component that fits the world of `wit/server.wit`.
    ///
    /// # Errors
    /// [`Error::Component`] when the bytes are no component, or when it imports
    /// anything beyond that world or exports no `wasi:cli/run`.
    pub fn compile(component: &[u8]) -> Result<Self, Error> {
        let engine = Engine::new(&config())?;
        let component = Component::from_binary(&engine, component)?;
        let server = ServerPre::new(linker(&engine)?.instantiate_pre(&component)?)?;
        Ok(Self { engine, server })
    }
}

/// Everything that a server component does not need is off: what is not compiled
/// in can't have a hole.
fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .wasm_tail_call(false)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_extended_const(false);
    config
}

/// The grants: what is not linked here does not exist for the component.
fn linker(engine: &Engine) -> Result<Linker<State>, Error> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::stdout::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::stderr::add_to_linker::<State, WasiCli>(l, State::cli)?;
    clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    clocks::system_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    filesystem::types::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)?;
    preopens::add_to_linker(l)?;
    sockets::add_to_linker(l)?;
    Ok(linker)
}
