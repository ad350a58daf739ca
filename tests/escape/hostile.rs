//! The real binary with the hostile component, and its costs.

use std::io::PipeReader;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, Signal, getrlimit};

use crate::library::failures::says_back;
use crate::support::{Client, Folder, Porthole, TIMEOUT};

/// Longest wait for a response before a connection counts as not served.
const ANSWER: Duration = Duration::from_secs(2);

/// A server with two workers, so that one can be a bystander.
pub struct Hostile {
    pub server: Porthole,
    /// Its standard output, which no one reads.
    pub log: PipeReader,
    component: PathBuf,
    /// The served directory and the component, removed when the test is over.
    _folder: Folder,
    resident: u64,
    ticks: u64,
    started: Instant,
}

impl Hostile {
    /// Runs `component` with at most [`MEMORY`], in a process with [`DESCRIPTORS`].
    pub fn start(component: &[u8]) -> Self {
        Self::with(component, &["--workers", "2"])
    }

    /// Does the same with these flags.
    pub fn with(component: &[u8], flags: &[&str]) -> Self {
        let folder = Folder::new();
        folder.file("root/inside", "inside");
        folder.sparse("root/large", 1 << 40);
        let file = folder.file("component.wasm", component);
        let (log, writer) = std::io::pipe().unwrap();
        let mut command = Porthole::command();
        command
            .arg(folder.join("root"))
            .args(["--port", "0", "--quiet"])
            .args(flags)
            .args(["--memory", &MEMORY.to_string()])
            // The real component fits [`MEMORY`] with these limits.
            .args(["--max-connections", "16", "--cache", "2"])
            .arg("--component")
            .arg(&file)
            .stdout(writer);
        let server = Porthole::start(command);
        server.limit_descriptors(Some(Rlimit {
            current: Some(DESCRIPTORS),
            maximum: getrlimit(Resource::Nofile).maximum,
        }));
        let mut hostile = Self {
            server,
            log,
            component: file,
            _folder: folder,
            resident: 0,
            ticks: 0,
            started: Instant::now(),
        };
        hostile.measure();
        hostile
    }

    /// Starts to measure the costs.
    pub fn measure(&mut self) {
        // Writing 5 resets VmHWM to the current resident memory: proc(5).
        std::fs::write(format!("/proc/{}/clear_refs", self.server.pid()), "5").unwrap();
        self.resident = self.server.peak_memory();
        self.ticks = self.server.processor_ticks();
        self.started = Instant::now();
    }

    /// Returns the memory in MiB beyond what was resident, the processor time and the
    /// time since the last [`Hostile::measure`].
    pub fn costs(&self) -> (u64, Duration, Duration) {
        let grown = self.server.peak_memory().saturating_sub(self.resident);
        // The kernel counts in hundredths of a second: USER_HZ.
        let ticks = self.server.processor_ticks() - self.ticks;
        (
            grown >> 20,
            Duration::from_millis(ticks * 10),
            self.started.elapsed(),
        )
    }

    /// Sends an order, which comes back before it is carried out.
    pub fn order(&self, client: &mut Client, attempt: &str) {
        says_back(client, &format!("!{attempt}"));
    }

    /// Checks that new connections are served, by a worker that was not attacked or by
    /// the next instance of the attacked one.
    pub fn still_serves(&self) {
        let deadline = Instant::now() + TIMEOUT;
        let mut asked = Vec::new();
        loop {
            let mut client = self.server.client();
            client.try_send("hello");
            if client.has_more_within(ANSWER) && client.read_until(5) == 5 {
                return;
            }
            // This connection is kept open, so that the next one goes to the other
            // worker.
            asked.push(client);
            assert!(
                Instant::now() < deadline,
                "{} connections unanswered",
                asked.len()
            );
        }
    }

    /// Replaces the component with another, as an operator would.
    pub fn replace(&self, component: &[u8]) {
        std::fs::write(&self.component, component).unwrap();
        self.server.signal(Signal::HUP);
    }
}

/// Few enough that a component can use up all of them.
const DESCRIPTORS: u64 = 1_024;

/// Memory of each worker's instance in MiB: the least that `--memory` accepts.
pub const MEMORY: u64 = 16;
