//! The component, compiled once so that its instructions are counted.

use std::path::Path;

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::error::Context as _;
use wasmtime::{Config, Engine, Result};

use crate::host::{self, ExtendedPre, State};

/// A component that many worlds can run, on any number of threads.
#[derive(Clone)]
pub struct Program {
    pub(crate) engine: Engine,
    pub(crate) server: ExtendedPre<State>,
}

impl Program {
    /// Compiles the component that is built with the host.
    ///
    /// # Errors
    /// When it does not fit the simulated host.
    pub fn built_in() -> Result<Self> {
        Self::compile(porthole::EXTENDED)
    }

    /// Compiles a component in a file, for example an earlier version.
    ///
    /// # Errors
    /// When it cannot be read, or does not fit the simulated host.
    pub fn file(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path);
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        Self::compile(&bytes)
    }

    fn compile(component: &[u8]) -> Result<Self> {
        let mut config = Config::new();
        config
            .wasm_component_model_async(true)
            .consume_fuel(true)
            .cranelift_opt_level(wasmtime::OptLevel::None)
            .wasm_backtrace_max_frames(None)
            .generate_address_map(false);
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, component)?;
        let mut linker = Linker::new(&engine);
        host::add_to_linker(&mut linker)?;
        let instance: InstancePre<State> = linker.instantiate_pre(&component)?;
        Ok(Self {
            server: ExtendedPre::new(instance)?,
            engine,
        })
    }
}
