//! The real binary with the hostile component, and what it costs.

use std::io::PipeReader;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, Signal, getrlimit};

use crate::library::failures::says_back;
use crate::support::{Client, Folder, PATIENCE, Porthole};

/// How long an answer may take before a connection counts as not served.
const ANSWER: Duration = Duration::from_secs(2);

/// A server of two workers, so that there is a bystander.
pub struct Hostile {
    pub server: Porthole,
    /// Its standard output, which no one reads.
    pub log: PipeReader,
    component: PathBuf,
    /// Served, and the component; gone when the test is over.
    _folder: Folder,
    resident: u64,
    ticks: u64,
    started: Instant,
}

impl Hostile {
    /// Runs `component`, which has [`MEMORY`] at most, in a process that has
    /// [`DESCRIPTORS`].
    pub fn start(component: &[u8]) -> Self {
        Self::with(component, &["--workers", "2"])
    }

    /// The same with these flags.
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
            // So much fits it, should it be the real component's.
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

    /// From here on the costs count.
    pub fn measure(&mut self) {
        // 5 resets VmHWM to what is resident now: proc(5).
        std::fs::write(format!("/proc/{}/clear_refs", self.server.pid()), "5").unwrap();
        self.resident = self.server.peak_memory();
        self.ticks = self.server.processor_ticks();
        self.started = Instant::now();
    }

    /// Memory in MiB beyond what was resident, processor time and time since the last
    /// [`Hostile::measure`].
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

    /// New connections are served: by a worker that was not attacked, or by the
    /// attacked one's next instance.
    pub fn still_serves(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut asked = Vec::new();
        loop {
            let mut client = self.server.client();
            client.try_send("hello");
            if client.has_more_within(ANSWER) && client.read_until(5) == 5 {
                return;
            }
            // Kept open, so that the next one goes to the other worker.
            asked.push(client);
            assert!(
                Instant::now() < deadline,
                "{} connections unanswered",
                asked.len()
            );
        }
    }

    /// Puts another component in the place of this one, as an operator would.
    pub fn replace(&self, component: &[u8]) {
        std::fs::write(&self.component, component).unwrap();
        self.server.signal(Signal::HUP);
    }
}

/// So few that a component can come to their end.
const DESCRIPTORS: u64 = 1_024;

/// Of each worker's instance, in MiB: the least that `--memory` takes.
pub const MEMORY: u64 = 16;
