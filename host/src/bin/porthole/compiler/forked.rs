//! The server's side: starts the compiler, and asks it.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use porthole::{Program, printable};
use rustix::process::{Signal, getpid};

use super::budget::Budget;
use super::limits::COMPILER_SECONDS;
use super::wire::{Message, Until, write_component};
use super::{process, system};

/// The server's end of the stream to its compiler, which ends with this process.
pub(crate) struct Compiler(Mutex<UnixStream>);

impl Compiler {
    /// Starts the process. Call it before there is another thread, and before anything
    /// is open that the compiler must not have. `confined` says whether compilations
    /// confine themselves.
    ///
    /// # Errors
    /// When the system has no process or no descriptor left.
    pub(crate) fn start(confined: bool) -> anyhow::Result<Self> {
        let parent = getpid();
        let started = UnixStream::pair().and_then(|(ours, theirs)| {
            // SAFETY: the program has no other thread yet.
            match unsafe { system::fork()? } {
                Some(_) => Ok(ours),
                None => {
                    drop(ours);
                    let _ =
                        catch_unwind(AssertUnwindSafe(|| process::run(&theirs, parent, confined)));
                    system::end()
                }
            }
        });
        let ours = started.context("cannot start the compiler")?;
        // The kernel keeps no status of a compiler that has ended.
        system::set_signal(Signal::CHILD, true);
        Ok(Self(Mutex::new(ours)))
    }

    /// Has a component compiled, and loads the code.
    ///
    /// # Errors
    /// When it cannot be compiled, when it does not fit what is granted, and when the
    /// compiler has ended.
    pub(crate) fn program(&self, component: &[u8]) -> anyhow::Result<Program> {
        let compiler = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match compiled(&compiler, component) {
            // SAFETY: the bytes are a result of `precompile`, in a process of this very
            // program. They came by a stream that no other process has, and a message that
            // is cut short is an error. A component that takes over its compilation could
            // send other bytes, and is then where it would be if this process had compiled
            // it.
            Ok(Message::Code(code)) => Ok(unsafe { Program::deserialize(&code) }?),
            Ok(Message::Words(words)) => bail!("{}", printable(words)),
            Ok(Message::Component(_)) | Err(_) => {
                // An answer that comes late would be taken for the next one.
                let _ = compiler.shutdown(Shutdown::Both);
                bail!("the compiler has ended; start again to run another component")
            }
        }
    }
}

fn compiled(compiler: &UnixStream, component: &[u8]) -> io::Result<Message> {
    let timeout = Budget::of(component).timeout;
    let timeout = timeout.saturating_add(Duration::from_secs(COMPILER_SECONDS));
    compiler.set_write_timeout(Some(timeout))?;
    write_component(compiler, component)?;
    Message::read(Until {
        stream: compiler,
        deadline: Instant::now().checked_add(timeout),
        while_open: None,
    })
}
