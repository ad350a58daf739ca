//! External programs that run to their end.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::Program;

/// Longest run of a program on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Variables to remove, because proxies are not for this machine.
pub const PROXIES: [&str; 6] = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
];

/// A program that has ended.
#[derive(Debug)]
pub struct Finished {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// Runs a program in `folder` to its end, and kills it when it takes too long.
pub fn run(program: &Program, folder: impl AsRef<Path>, arguments: &[&str]) -> Finished {
    run_within(LIMIT, program, folder, arguments)
}

/// Runs a program in `folder` to its end, and kills it after `limit`.
pub fn run_within(
    limit: Duration,
    program: &Program,
    folder: impl AsRef<Path>,
    arguments: &[&str],
) -> Finished {
    let mut command = program.command();
    for name in PROXIES {
        command.env_remove(name);
    }
    let child = command
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let pid = Pid::from_child(&child);
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait_with_output()));
    let Ok(output) = end.recv_timeout(limit) else {
        // The process has not been reaped yet, so no other process can have its id.
        let _ = kill_process(pid, Signal::KILL);
        panic!("{program} {arguments:?} takes longer than {limit:?}");
    };
    let output = output.unwrap();
    Finished {
        status: output.status,
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Finished {
    /// Returns the output of the program, which must have succeeded.
    pub fn success(self) -> String {
        assert!(self.status.success(), "{}: {}", self.status, self.stderr);
        String::from_utf8(self.stdout).expect("text")
    }
}
