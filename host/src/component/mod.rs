//! Components: compiled, checked against what is granted, and run.

pub(crate) mod epochs;
mod features;
pub(crate) mod imports;
pub(crate) mod instance;
mod watchdog;

use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmtime::component::Component;
use wasmtime::{Engine, WasmFeatures};

use crate::error::{Error, words};
use crate::limits::COMPONENT_BYTES;
use crate::wasi::bindings::ServerPre;
use crate::wasi::linker;
use crate::wasi::state::State;
use epochs::EpochTicker;
use features::{ANYONES, BUILT_IN, config};

/// The server component that was built with this library, as WebAssembly.
pub const COMPONENT: &[u8] = include_bytes!(env!("PORTHOLE_WASM"));

/// [`COMPONENT`] as machine code. Empty when it was built for another machine.
const COMPILED: &[u8] = include_bytes!(env!("PORTHOLE_CWASM"));

/// A component that is compiled and checked against what is granted. Clones share the
/// code.
#[derive(Clone)]
pub struct Program {
    pub(crate) engine: Engine,
    pub(crate) epochs: EpochTicker,
    pub(crate) server: ServerPre<State>,
}

impl Program {
    /// Bytes that a component may have.
    pub const MAX_BYTES: usize = COMPONENT_BYTES;

    /// Compiles a component that fits the world of `wit/server.wit`. It may use the
    /// WebAssembly features that compilers use by default (LLVM's "lime1"), and those
    /// that compositions of several components need.
    ///
    /// # Errors
    /// [`Error::Component`] when the bytes are not a component, or when the component
    /// imports anything beyond that world, exports no `wasi:cli/run`, or uses a feature
    /// that is off.
    pub fn compile(component: &[u8]) -> Result<Self, Error> {
        if component.len() > Self::MAX_BYTES {
            let most = Self::MAX_BYTES >> 20;
            return Err(Error::Component(format!("it is larger than {most} MiB")));
        }
        contained(|| Self::compile_with(ANYONES, component))
    }

    fn compile_with(features: WasmFeatures, component: &[u8]) -> Result<Self, Error> {
        let engine = Engine::new(&config(features))?;
        let component = Component::from_binary(&engine, component)?;
        Self::link(engine, &component)
    }

    /// Returns the component that was built with this library, compiled ahead of time
    /// where possible.
    ///
    /// # Errors
    /// [`Error::Component`] when it was replaced at build time by a component that does
    /// not fit.
    pub fn built_in() -> Result<Self, Error> {
        contained(|| {
            let engine = Engine::new(&config(BUILT_IN))?;
            // SAFETY: the bytes are the result of `precompile_component` in `build.rs`,
            // and are part of this very binary.
            match unsafe { Component::deserialize(&engine, COMPILED) } {
                Ok(component) => Self::link(engine, &component),
                // It was built for another processor, or not compiled ahead of time.
                Err(_) => Self::compile_with(BUILT_IN, COMPONENT),
            }
        })
    }

    fn link(engine: Engine, component: &Component) -> Result<Self, Error> {
        let server = ServerPre::new(linker(&engine)?.instantiate_pre(component)?)?;
        Ok(Self {
            engine,
            epochs: EpochTicker::default(),
            server,
        })
    }
}

/// Turns a panic of the runtime over a component into an error, so that a running server
/// continues with its current version.
fn contained<T>(load: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(load)).unwrap_or_else(|panic| {
        let words = words(&*panic);
        Err(Error::Component(format!("the runtime panicked: {words}")))
    })
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
