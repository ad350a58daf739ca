//! The imports that a component is linked with: wasmtime-wasi's functions, our own where
//! those would wait, panic, or reach too far, and the extension of `wit/extended.wit`.

pub(crate) mod bindings;
mod clock;
mod connection;
pub(crate) mod counters;
pub(crate) mod filesystem;
pub(crate) mod limiter;
mod outcome;
pub(crate) mod passwords;
pub(crate) mod responses;
pub(crate) mod sendfile;
pub(crate) mod sockets;
pub(crate) mod state;
mod stdio;
pub(crate) mod tcp_socket;
pub(crate) mod transfers;
pub(crate) mod usage;

use wasmtime::Engine;
use wasmtime::component::Linker;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::p3::bindings::{cli, clocks};

use filesystem::preopens;
use state::State;

/// Links the grants: a function that is not linked here does not exist for the component.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::stdout::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::stderr::add_to_linker::<State, WasiCli>(l, State::cli)?;
    clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    clocks::system_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    clock::add_to_linker(l)?;
    filesystem::add_to_linker(l)?;
    filesystem::add_paths_to_linker(l)?;
    preopens::add_to_linker(l)?;
    sockets::add_to_linker(l)?;
    connection::add_to_linker(l)?;
    responses::add_to_linker(l)?;
    sendfile::add_to_linker(l)?;
    usage::add_to_linker(l)?;
    passwords::add_to_linker(l)?;
    Ok(linker)
}

/// Links the same, and the counters of another server.
pub(crate) fn admin_linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = linker(engine)?;
    counters::add_to_linker(&mut linker)?;
    Ok(linker)
}
