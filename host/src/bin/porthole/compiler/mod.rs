//! Compiling components from elsewhere in processes of their own.
//!
//! Compiling has no bound: a component of a few hundred bytes can overflow the stack, or
//! take all memory and time. Once the server is confined, it can start no process. So the
//! program forks before it opens anything, and has a compiler that waits. For each
//! component, the compiler forks again, and the new process has limits.

#[cfg(unix)]
mod budget;
#[cfg(unix)]
mod compilation;
#[cfg(unix)]
mod forked;
#[cfg(not(unix))]
mod in_process;
#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod system;
#[cfg(unix)]
mod wire;

#[cfg(unix)]
pub(crate) use forked::Compiler;
#[cfg(not(unix))]
pub(crate) use in_process::Compiler;
