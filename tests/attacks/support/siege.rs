//! A server under attack, and the checks afterwards.

use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{getpriority_process, setpriority_process};

use crate::attacks::support::latency::Summary;
use crate::attacks::support::visitor::Visitor;
use crate::attacks::support::{bystanders, scale};
use crate::encryption::support::certificate::Certificate;
use crate::encryption::support::secure::Secure;
use crate::support::{Client, Folder, Porthole, TIMEOUT, noise};

/// Most resident memory in bytes that the server may reach under any attack, before the
/// memory of each client is added. It is for two workers with their code, caches and
/// buffers.
const MEMORY: u64 = 96 << 20;

/// Bytes that each client of an attack may add: a content buffer of 80 KiB, and a
/// connection.
const MEMORY_PER_CLIENT: u64 = 96 << 10;

/// Descriptors that may stay open when the attackers have gone: files that two workers
/// keep open for the next request.
const DESCRIPTORS: usize = 16;

/// Longest wait of a bystander. It is generous, because the machine may be busy with
/// other tests.
const LATE: Duration = Duration::from_secs(3);

/// The nice value of attackers whose victims' latencies are compared: the highest there is.
const LEAST: i32 = 19;

/// Target of the bystanders, a file that is too large for the cache in memory.
const BYSTANDERS_FILE: &str = "bystanders";

/// Row of `docs/attacks.md`.
pub struct Attack {
    /// Name of the test.
    pub test: &'static str,
    /// Description of the attack.
    pub what: &'static str,
    pub clients: usize,
    /// Reaction of the server.
    pub outcome: &'static str,
}

pub struct Siege {
    pub folder: Folder,
    pub porthole: Porthole,
    pub(super) content: Vec<u8>,
    /// Number of descriptors before the attack.
    usual: usize,
    /// Whether bystanders may have to reconnect.
    crowded: bool,
    /// The certificate that bystanders verify, if they speak TLS.
    pub(super) certificate: Option<Certificate>,
}

impl Siege {
    pub fn of(folder: Folder) -> Self {
        Self::with(folder, &[])
    }

    pub fn with(folder: Folder, flags: &[&str]) -> Self {
        Self::new(folder, flags, None)
    }

    /// Prepares for attacks on a TLS port.
    pub fn secured(folder: Folder, certificate: Certificate) -> Self {
        let flags = certificate.flags();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        Self::new(folder, &flags, Some(certificate))
    }

    fn new(folder: Folder, flags: &[&str], certificate: Option<Certificate>) -> Self {
        let content = noise(100_000);
        folder.file(BYSTANDERS_FILE, &content);
        let porthole = Porthole::with(&folder, flags);
        // After the first response, everything that the server needs for itself is open.
        let response = match &certificate {
            Some(certificate) => {
                Secure::connect(porthole.address(), certificate).get("/bystanders", "")
            }
            None => porthole.get("/bystanders"),
        };
        assert!(response.body == content);
        let usual = porthole.descriptors().len();
        Self {
            folder,
            porthole,
            content,
            usual,
            crowded: false,
            certificate,
        }
    }

    /// Prepares for attacks with more connections than allowed.
    pub fn crowded(self) -> Self {
        Self {
            crowded: true,
            ..self
        }
    }

    pub fn client(&self) -> Client {
        self.porthole.client()
    }

    pub fn clients(&self, count: usize) -> Vec<Client> {
        (0..count).map(|_| self.client()).collect()
    }

    /// Attacks while bystanders are being served, and checks that each gets its file in
    /// time, that no worker fails, that memory stays within its bound, and that the
    /// resources of the attackers are freed. Returns the latencies of the bystanders.
    pub fn withstand(&self, attack: &Attack, attacking: impl FnOnce()) -> Summary {
        let porthole = &self.porthole;
        let address = porthole.address();
        let quiet = scale::quiet().map(|time| self.beside(address, || thread::sleep(time)));
        let served = self.beside(address, attacking);
        let peak = porthole.peak_memory();
        let Attack {
            test,
            what,
            clients,
            outcome,
        } = attack;
        eprintln!(
            "{test}: {clients} clients; bystanders: {served}; peak memory {:.1} MiB",
            peak as f64 / f64::from(1 << 20)
        );
        if let Some(quiet) = &quiet {
            let ratio = served.ratio(quiet);
            eprintln!("{test}: before: {quiet}; p99 is {ratio:.1} times that");
        }
        if let Some(out) = scale::out() {
            let table = out.join("attacks.tsv");
            let mut table = File::options()
                .create(true)
                .append(true)
                .open(table)
                .unwrap();
            let [p50, p99, max] = [served.p50, served.p99, served.max].map(|time| time.as_micros());
            let before = quiet.map(|quiet| quiet.p99.as_micros()).unwrap_or_default();
            let line = format!(
                "{test}\t{what}\t{clients}\t{outcome}\t{p50}\t{p99}\t{max}\t{peak}\t{before}"
            );
            writeln!(table, "{line}").unwrap();
        }
        assert!(served.responses > 0, "no bystander was served");
        assert!(served.max < LATE, "{served}");
        let bound = MEMORY + *clients as u64 * MEMORY_PER_CLIENT;
        assert!(peak < bound, "{peak} of {bound} bytes");
        self.recovers();
        let failed = |line: &String| line.contains("failed") || line.contains("gave up");
        let errors = porthole.errors().so_far();
        assert!(!errors.iter().any(failed), "{errors:#?}");
        served
    }

    /// Serves bystanders at an address while `attacking` runs. Where latencies are compared, the
    /// attackers have what server and bystanders leave of the processors: on a network they
    /// would have processors of their own.
    pub(super) fn beside(&self, address: SocketAddr, attacking: impl FnOnce()) -> Summary {
        let attacking = || match scale::quiet() {
            Some(_) => {
                let usual = getpriority_process(None).unwrap();
                setpriority_process(None, LEAST).unwrap();
                attacking();
                // Threads that may not do this have nothing else to do.
                let _ = setpriority_process(None, usual);
            }
            None => attacking(),
        };
        let target = format!("/{BYSTANDERS_FILE}");
        let visitor = || match self.crowded {
            true => Visitor::in_a_crowd(address),
            false => Visitor::new(address),
        };
        match &self.certificate {
            Some(certificate) => {
                let visitor = || Secure::connect(address, certificate);
                bystanders::beside(visitor, &target, &self.content, attacking)
            }
            None => bystanders::beside(visitor, &target, &self.content, attacking),
        }
    }

    fn recovers(&self) {
        let deadline = Instant::now() + TIMEOUT;
        let bound = self.usual + DESCRIPTORS;
        loop {
            let count = self.porthole.descriptors().len();
            if count <= bound {
                return;
            }
            assert!(Instant::now() < deadline, "{count} of {bound} descriptors");
            thread::yield_now();
        }
    }
}
