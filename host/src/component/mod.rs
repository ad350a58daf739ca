//! Components: compiled, checked against what is granted, and run.

pub(crate) mod epochs;
mod features;
pub(crate) mod imports;
pub(crate) mod inspect;
pub(crate) mod instance;
mod watchdog;

use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, WasmFeatures};

use crate::error::{ComponentError, Error, one_line, words};
use crate::limits::COMPONENT_BYTES;
use crate::wasi::bindings::ExtendedPre;
use crate::wasi::state::State;
use crate::wasi::{admin_linker, linker};
use epochs::EpochTicker;
use features::{ANYONES, BUILT_IN, config};

/// The server component for any host of WASI 0.3, as WebAssembly: it fits the world of
/// `wit/server.wit`. It was built with this library.
pub const PORTABLE: &[u8] = include_bytes!(env!("PORTABLE_COMPONENT"));

/// The server component that [`Program::built_in`] runs, as WebAssembly: it fits the world of
/// `wit/extended.wit`. It was built with this library.
pub const EXTENDED: &[u8] = include_bytes!(env!("EXTENDED_COMPONENT"));

/// The component that shows the counters of a server, as WebAssembly: it fits the world of
/// `wit/admin/`. It was built with this library. See [`Server::admin`](crate::Server::admin).
pub const ADMIN: &[u8] = include_bytes!(env!("ADMIN_COMPONENT"));

/// [`ADMIN`] as machine code, as [`COMPILED`] is.
const ADMIN_COMPILED: &[u8] = include_bytes!(env!("ADMIN_COMPILED"));

/// [`EXTENDED`] as machine code. Empty when it was built for a processor of another kind
/// without the feature `cross`.
const COMPILED: &[u8] = include_bytes!(env!("EXTENDED_COMPILED"));

/// A component that is compiled and checked against what is granted. Clones share the
/// code.
#[derive(Clone)]
pub struct Program {
    pub(crate) engine: Engine,
    pub(crate) epochs: EpochTicker,
    pub(crate) server: ExtendedPre<State>,
}

impl Program {
    /// Bytes that a component may have.
    pub const MAX_BYTES: usize = COMPONENT_BYTES;

    /// Compiles a component that fits the world of `wit/extended.wit`. It may use the
    /// WebAssembly features that compilers use by default (LLVM's "lime1"), and those
    /// that compositions of several components need.
    ///
    /// Compiling has no bound of its own: a component of a few hundred bytes can take all
    /// memory and time, or overflow the stack, which ends the process. If you do not know
    /// who made a component, call [`Program::precompile`] in a process of its own, with
    /// limits, as the `porthole` binary does.
    ///
    /// # Errors
    /// [`Error::Component`] when the bytes are not a component, or when the component
    /// imports anything beyond that world, exports no `wasi:cli/run`, or uses a feature
    /// that is off.
    pub fn compile(component: &[u8]) -> Result<Self, Error> {
        fits(component)?;
        catch_panic(|| Self::compile_with(ANYONES, component))
    }

    /// Compiles a component to machine code for [`Program::deserialize`], with the same
    /// settings as [`Program::compile`]. It does not check what the component imports and
    /// exports.
    ///
    /// # Errors
    /// [`Error::Component`] when the bytes are not a component, or when it uses a feature
    /// that is off.
    pub fn precompile(component: &[u8]) -> Result<Vec<u8>, Error> {
        fits(component)?;
        catch_panic(|| {
            let code = engine(ANYONES)?.precompile_component(component);
            code.map_err(|error| refused(component, &error).into())
        })
    }

    /// Loads the machine code that [`Program::precompile`] has returned.
    ///
    /// # Errors
    /// [`Error::Component`] when the code was compiled by another version, for another
    /// processor or with other settings, or when the component does not fit the world of
    /// `wit/extended.wit`.
    ///
    /// # Safety
    /// The bytes must be a result of [`Program::precompile`], unchanged: the process will
    /// run them.
    pub unsafe fn deserialize(code: &[u8]) -> Result<Self, Error> {
        catch_panic(|| {
            let engine = engine(ANYONES)?;
            // SAFETY: the caller promises that the bytes are a result of
            // `precompile_component`. The runtime checks that the settings are the same.
            let component = unsafe { Component::deserialize(&engine, code) };
            let component = component.map_err(|error| ComponentError::Code(one_line(&error)))?;
            Self::link(engine, &component)
        })
    }

    fn compile_with(features: WasmFeatures, component: &[u8]) -> Result<Self, Error> {
        let engine = engine(features)?;
        let component = Component::from_binary(&engine, component)
            .map_err(|error| refused(component, &error))?;
        Self::link(engine, &component)
    }

    /// Returns the component that shows the counters of a server, and what it imports. It runs
    /// by [`Server::admin`](crate::Server::admin) alone.
    ///
    /// # Errors
    /// [`Error::Component`] when it does not fit, which is a fault of this library.
    pub fn admin() -> Result<Self, Error> {
        catch_panic(|| {
            let engine = engine(BUILT_IN)?;
            // SAFETY: as for `Program::built_in`.
            let component = match unsafe { Component::deserialize(&engine, ADMIN_COMPILED) } {
                Ok(component) => component,
                Err(_) => Component::from_binary(&engine, ADMIN)
                    .map_err(|error| refused(ADMIN, &error))?,
            };
            let linker = admin_linker(&engine);
            let linker = linker.map_err(|error| ComponentError::Invalid(one_line(&error)))?;
            Self::link_with(&linker, engine, &component)
        })
    }

    /// Returns the component that was built with this library, compiled ahead of time
    /// where possible.
    ///
    /// # Errors
    /// [`Error::Component`] when it was replaced at build time by a component that does
    /// not fit.
    pub fn built_in() -> Result<Self, Error> {
        catch_panic(|| {
            let engine = engine(BUILT_IN)?;
            // SAFETY: the bytes are the result of `precompile_component` in `build.rs`,
            // and are part of this very binary.
            match unsafe { Component::deserialize(&engine, COMPILED) } {
                Ok(component) => Self::link(engine, &component),
                // It was built for another processor, or not compiled ahead of time.
                Err(_) => Self::compile_with(BUILT_IN, EXTENDED),
            }
        })
    }

    fn link(engine: Engine, component: &Component) -> Result<Self, Error> {
        let linker = linker(&engine).map_err(|error| ComponentError::Invalid(one_line(&error)))?;
        Self::link_with(&linker, engine, component)
    }

    fn link_with(
        linker: &Linker<State>,
        engine: Engine,
        component: &Component,
    ) -> Result<Self, Error> {
        let linked = linker.instantiate_pre(component);
        let linked = linked.map_err(|error| imports::refused(&engine, component, &error))?;
        let server = ExtendedPre::new(linked);
        let server = server.map_err(|error| ComponentError::Export(one_line(&error)))?;
        Ok(Self {
            engine,
            epochs: EpochTicker::default(),
            server,
        })
    }
}

fn engine(features: WasmFeatures) -> Result<Engine, ComponentError> {
    let engine = Engine::new(&config(features));
    engine.map_err(|error| ComponentError::Invalid(one_line(&error)))
}

/// Checks that the component is not too large.
fn fits(component: &[u8]) -> Result<(), Error> {
    match component.len() > COMPONENT_BYTES {
        true => Err(ComponentError::TooLarge {
            most: COMPONENT_BYTES >> 20,
        }
        .into()),
        false => Ok(()),
    }
}

/// Returns the reason why bytes were not compiled.
fn refused(component: &[u8], error: &wasmtime::Error) -> ComponentError {
    let reason = one_line(error);
    match wasmparser::Parser::is_component(component) {
        true => ComponentError::Invalid(reason),
        false => ComponentError::NotAComponent(reason),
    }
}

/// Turns a panic of the runtime over a component into an error, so that a running server
/// continues with its current version.
fn catch_panic<T>(load: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(load)).unwrap_or_else(|panic| {
        let words = words(&*panic);
        Err(ComponentError::Panicked(words).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_runtime_is_an_error_of_one_line() {
        let error = catch_panic::<()>(|| panic!("no such\nfeature")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot use the component: the runtime panicked: no such feature"
        );
        assert!(catch_panic(|| Ok(())).is_ok());
    }

    #[test]
    fn code_that_was_compiled_elsewhere_is_loaded() {
        let code = Program::precompile(EXTENDED).unwrap();
        // SAFETY: the line above has compiled it.
        let program = unsafe { Program::deserialize(&code) }.unwrap();
        let compiled = Program::compile(EXTENDED).unwrap();
        assert_eq!(program.imports().unwrap(), compiled.imports().unwrap());
    }

    #[test]
    fn code_of_other_settings_is_refused() {
        let engine = Engine::new(config(ANYONES).epoch_interruption(false)).unwrap();
        let code = engine.precompile_component(EXTENDED).unwrap();
        // SAFETY: the lines above have compiled it.
        let error = unsafe { Program::deserialize(&code) }.err().unwrap();
        assert!(error.to_string().contains("epoch"), "{error}");
    }
}
