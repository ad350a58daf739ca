//! The compiler: the process that waits for components, and starts a compilation for each.

use std::fs::File;
use std::io;
use std::os::unix::net::UnixStream;

use porthole::Program;
use rustix::process::{Pid, Resource, Signal};

use super::budget::Budget;
use super::wire::Message;
use super::{compilation, system};

/// Compiles what the server sends, until the server ends.
///
/// # Errors
/// When the process cannot be prepared, or the server has ended.
pub(super) fn run(server: &UnixStream, parent: Pid, confined: bool) -> io::Result<()> {
    let server = prepare(server, parent)?;
    while let Message::Component(component) = Message::read(&server)? {
        let budget = Budget::of(&component);
        let compiled = compilation::run(&budget, &server, || compile(&component, confined));
        let answer = compiled.unwrap_or_else(|reason| {
            Message::Words(format!(
                "cannot use the component: it could not be compiled within {budget}: {reason}"
            ))
        });
        answer.write(&server)?;
    }
    Ok(())
}

/// Leaves everything of the server but the stream to it.
fn prepare(server: &UnixStream, parent: Pid) -> io::Result<UnixStream> {
    system::end_with(parent)?;
    system::set_name();
    // The server ends this process. A terminal and a supervisor signal both.
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        system::set_signal(signal, true);
    }
    system::set_signal(Signal::CHILD, false);
    let nowhere = File::options().read(true).write(true).open("/dev/null")?;
    for number in [1, 2] {
        // Owned by no one, so that it stays open to the end.
        std::mem::forget(system::duplicate_to(&nowhere, number)?);
    }
    let server = UnixStream::from(system::duplicate_to(server, 0)?);
    // SAFETY: this process ends without dropping what it has from the server, and `nowhere`
    // is not used again.
    unsafe { system::close_others() };
    std::mem::forget(nowhere);
    system::lower(Resource::Core, 0, 0)?;
    // When memory runs out, the kernel is to end a compilation, and not the server. It is
    // of no account if that is impossible.
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    Ok(server)
}

/// Compiles a component, in the process of a compilation.
fn compile(component: &[u8], confined: bool) -> Message {
    let confine = || match confined {
        true => porthole::confine_wholly().map(drop),
        false => Ok(()),
    };
    match confine().and_then(|()| Program::precompile(component)) {
        Ok(code) => Message::Code(code),
        Err(error) => Message::Words(error.to_string()),
    }
}
