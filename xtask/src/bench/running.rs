//! A running server, from its first response to its end.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::{
    clients::{client, link::Door},
    proc::{self, Usage},
};

/// Longest time to a server's first response before it counts as broken.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Longest time that a server may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(3);
const STOP_STEP: Duration = Duration::from_millis(2);
/// Pause between two attempts to get the first response.
const START_STEP: Duration = Duration::from_micros(500);

/// Returns an address of this machine that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A running server. Dropping it ends all its processes.
pub(crate) struct Running {
    child: Child,
    pub(crate) door: Door,
    /// Time from the start of the process to the first bytes of a response.
    pub(crate) first_response: Duration,
}

impl Running {
    /// Starts a server that listens at `door`, and waits for its first response.
    pub(crate) fn start(mut command: Command, door: Door, path: &str) -> Result<Self> {
        let begin = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let mut running = Self {
            child,
            door,
            first_response: Duration::ZERO,
        };
        running.await_answer(begin, path)?;
        Ok(running)
    }

    fn await_answer(&mut self, begin: Instant, path: &str) -> Result<()> {
        loop {
            match client::head(&self.door, path) {
                Ok(head) if head.starts_with(b"HTTP/1.1 200 ") => {
                    self.first_response = begin.elapsed();
                    return Ok(());
                }
                Ok(head) => bail!("first response: {}", String::from_utf8_lossy(&head)),
                Err(error) if is_refused(&error) => {}
                Err(error) => return Err(error).context("no first response"),
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("ended at once: {status}");
            }
            if begin.elapsed() > START_LIMIT {
                bail!("no response within {} s", START_LIMIT.as_secs());
            }
            std::thread::sleep(START_STEP);
        }
    }

    pub(crate) fn usage(&self) -> Result<Usage> {
        proc::usage(self.child.id())
    }

    /// Returns the path of the program's file.
    pub(crate) fn executable(&self) -> Result<PathBuf> {
        Ok(fs::read_link(
            Path::new("/proc")
                .join(self.child.id().to_string())
                .join("exe"),
        )?)
    }
}

impl Drop for Running {
    /// Asks the server to stop first, because nginx then waits for its workers and none
    /// is left over.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let root = self.child.id();
        signal(root, Signal::TERM);
        let begin = Instant::now();
        while let Ok(None) = self.child.try_wait() {
            if begin.elapsed() > STOP_LIMIT {
                // The parent is killed first, because it would restart its children.
                let family = proc::family(root).unwrap_or_else(|_| vec![root]);
                family.into_iter().for_each(|pid| signal(pid, Signal::KILL));
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(STOP_STEP);
        }
    }
}

fn is_refused(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Sends a signal. It is not an error if the process has already ended.
fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}
