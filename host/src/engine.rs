//! The runtime's configuration, and components compiled for it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, WasmFeatures};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::p3::bindings::{cli, clocks};

use crate::bindings::ServerPre;
use crate::config::{ANYONES, BUILT_IN, config};
use crate::epochs::Epochs;
use crate::error::words;
use crate::instance::State;
use crate::{COMPONENT, Error, clock, files, preopens, sockets};

/// [`COMPONENT`] as machine code; empty when it was built for another machine.
const COMPILED: &[u8] = include_bytes!(env!("PORTHOLE_COMPILED_FILE"));

/// A component, compiled and checked against what is granted.
#[derive(Clone)]
pub struct Program {
    pub(crate) engine: Engine,
    pub(crate) epochs: Epochs,
    pub(crate) server: ServerPre<State>,
}

impl Program {
    /// Compiles a component that fits the world of `wit/server.wit`, and uses of
    /// WebAssembly what compilers emit unasked (LLVM's "lime1") and what compositions of
    /// several components take.
    ///
    /// # Errors
    /// [`Error::Component`] when the bytes are no component, or when it imports
    /// anything beyond that world, exports no `wasi:cli/run`, or uses a feature that
    /// is off.
    pub fn compile(component: &[u8]) -> Result<Self, Error> {
        contained(|| Self::compile_with(ANYONES, component))
    }

    fn compile_with(features: WasmFeatures, component: &[u8]) -> Result<Self, Error> {
        let engine = Engine::new(&config(features))?;
        let component = Component::from_binary(&engine, component)?;
        Self::link(engine, &component)
    }

    /// The component that was built with this library, compiled ahead.
    ///
    /// # Errors
    /// [`Error::Component`] when it was replaced at build time by one that does
    /// not fit.
    pub fn built_in() -> Result<Self, Error> {
        contained(|| {
            let engine = Engine::new(&config(BUILT_IN))?;
            // SAFETY: the bytes are what `build.rs` got from `precompile_component`,
            // and are part of this very binary.
            match unsafe { Component::deserialize(&engine, COMPILED) } {
                Ok(component) => Self::link(engine, &component),
                // Built for another processor, or not compiled ahead at all.
                Err(_) => Self::compile_with(BUILT_IN, COMPONENT),
            }
        })
    }

    fn link(engine: Engine, component: &Component) -> Result<Self, Error> {
        let server = ServerPre::new(linker(&engine)?.instantiate_pre(component)?)?;
        Ok(Self {
            engine,
            epochs: Epochs::default(),
            server,
        })
    }
}

/// A panic of the runtime's over a component is no worse than its refusal: whoever serves
/// goes on with the version that there is.
fn contained<T>(load: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(load)).unwrap_or_else(|panic| {
        let words = words(&*panic);
        Err(Error::Component(format!("the runtime panicked: {words}")))
    })
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
    clock::add_to_linker(l)?;
    files::add_to_linker(l)?;
    preopens::add_to_linker(l)?;
    sockets::add_to_linker(l)?;
    Ok(linker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_runtime_is_an_error_of_one_line() {
        let error = contained::<()>(|| panic!("no such\nfeature")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot use the component: the runtime panicked: no such feature"
        );
        assert!(contained(|| Ok(())).is_ok());
    }
}
