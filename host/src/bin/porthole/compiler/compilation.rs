//! One compilation: a process that is started for it, with limits, and that is ended
//! whatever it does.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Resource, Signal, WaitOptions, WaitStatus, getpid, kill_process, waitpid,
};

use super::budget::Budget;
use super::system;
use super::wire::{Message, Until};

/// Does the work in a process of its own, and returns what the work returned. The process
/// is ended when the server has ended.
///
/// # Errors
/// When the process ended before it had a result. The error says why, on one line.
pub(super) fn run(
    budget: &Budget,
    server: &UnixStream,
    work: impl FnOnce() -> Message,
) -> io::Result<Message> {
    let deadline = Instant::now().checked_add(budget.timeout);
    let parent = getpid();
    let (results, to_results) = UnixStream::pair()?;
    let (errors, to_errors) = UnixStream::pair()?;
    // SAFETY: the compiler has no other thread, and the new process needs nothing but the
    // component, and the allocator, which the C library prepares for this.
    let Some(pid) = (unsafe { system::fork()? }) else {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            compute(parent, budget, &to_results, &to_errors, work)
        }));
        system::end();
    };
    drop((to_results, to_errors));
    let result = Message::read(Until {
        stream: &results,
        deadline,
        while_open: Some(server),
    });
    // It has nothing left to do, or it is late. A process that has ended already keeps
    // its status.
    let _ = kill_process(pid, Signal::KILL);
    let status = wait_for(pid);
    result.map_err(|error| io::Error::other(reason(&error, status, &errors)))
}

/// The new process: gives up what compiling does not need, and computes.
fn compute(
    parent: Pid,
    budget: &Budget,
    results: &UnixStream,
    errors: &UnixStream,
    work: impl FnOnce() -> Message,
) -> io::Result<()> {
    system::end_with(parent)?;
    let results = UnixStream::from(system::duplicate_to(results, 1)?);
    // The compiler's standard input is its stream to the server.
    for number in [0, 2] {
        // Owned by no one, so that it stays open to the end.
        std::mem::forget(system::duplicate_to(errors, number)?);
    }
    // SAFETY: this process ends without dropping what its copies own.
    unsafe { system::close_others() };
    system::lower(Resource::Core, 0, 0)?;
    // The first limit ends it with a signal that says so.
    let more = budget.processor.saturating_add(1);
    system::lower(Resource::Cpu, budget.processor, more)?;
    #[cfg(not(target_os = "openbsd"))]
    system::lower(Resource::As, budget.memory, budget.memory)?;
    work().write(&results)
}

fn wait_for(pid: Pid) -> Option<WaitStatus> {
    loop {
        match waitpid(Some(pid), WaitOptions::empty()) {
            Ok(ended) => return ended.map(|(_, status)| status),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

/// Returns why a process has ended without a result.
fn reason(error: &io::Error, status: Option<WaitStatus>, errors: &UnixStream) -> String {
    match error.kind() {
        io::ErrorKind::TimedOut => return "the time is over".to_owned(),
        io::ErrorKind::InvalidData => return error.to_string(),
        _ => {}
    }
    let signal = status.and_then(WaitStatus::terminating_signal);
    match (first_line(errors), signal) {
        (Some(line), _) => line,
        (None, Some(signal)) if signal == Signal::XCPU.as_raw() => "the time is over".to_owned(),
        (None, Some(signal)) => format!("it ended with signal {signal}"),
        (None, None) => "it ended without a result".to_owned(),
    }
}

/// Returns the first line that the process has written to its standard error.
fn first_line(errors: &UnixStream) -> Option<String> {
    /// The process has ended, so that all is here.
    const HERE: Duration = Duration::from_millis(100);
    let mut text = Vec::new();
    let until = Until {
        stream: errors,
        deadline: Instant::now().checked_add(HERE),
        while_open: None,
    };
    // What was read before an error is kept.
    let _ = until.take(500).read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITTLE: Budget = Budget {
        memory: 1 << 40,
        processor: 1,
        timeout: Duration::from_secs(20),
    };

    fn spin() -> Message {
        loop {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn whatever_ends_it_is_one_line() {
        let idle = Budget {
            timeout: Duration::from_millis(100),
            ..LITTLE
        };
        type Work = fn() -> Message;
        let rows: [(Budget, Work, &str); 6] = [
            (LITTLE, spin, "the time is over"),
            (
                idle,
                || {
                    std::thread::sleep(Duration::from_secs(60));
                    Message::Words(String::new())
                },
                "the time is over",
            ),
            (LITTLE, || std::process::abort(), "it ended with signal 6"),
            (LITTLE, || system::end(), "it ended without a result"),
            (
                LITTLE,
                || std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u8; 77]>()),
                "memory allocation of 77 bytes failed",
            ),
            (
                LITTLE,
                || Message::Words("x".repeat(1 << 20)),
                "its result is too large",
            ),
        ];
        for (budget, work, expected) in rows {
            let (server, _open) = UnixStream::pair().unwrap();
            let error = run(&budget, &server, work).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn its_result_arrives() {
        let code = || Message::Code(vec![7; 5 << 20]);
        let (server, _open) = UnixStream::pair().unwrap();
        assert_eq!(run(&LITTLE, &server, code).unwrap(), code());
    }
}
