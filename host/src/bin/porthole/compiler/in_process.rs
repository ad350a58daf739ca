//! Compiling in the server itself, without bounds, for systems that cannot copy a process.

use porthole::Program;

/// Stands for the compiler that other systems have.
pub(crate) struct Compiler;

impl Compiler {
    pub(crate) fn start(_confined: bool) -> anyhow::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn program(&self, component: &[u8]) -> anyhow::Result<Program> {
        Ok(Program::compile(component)?)
    }
}
