//! Facts about the machine and the programs that a reader needs.

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::Command,
    thread::available_parallelism,
    time::{Duration, SystemTime},
};

use serde_json::Value;

/// Names and values in the order of display.
pub(crate) struct Environment(pub(crate) Vec<(String, Value)>);

/// How a run measures.
pub(crate) struct Method {
    pub(crate) rounds: usize,
    /// Time in which everything is counted.
    pub(crate) window: Duration,
    /// Workers of each server that has some.
    pub(crate) workers: u16,
    /// Which network servers and clients share.
    pub(crate) network: String,
}

impl Environment {
    /// Collects the facts. `porthole` is the path of its binary.
    pub(crate) fn explore(porthole: &Path, method: Method) -> Self {
        let facts = [
            ("processor", processor().into()),
            (
                "cores",
                available_parallelism().map_or(0, usize::from).into(),
            ),
            ("kernel", kernel().into()),
            // The throughput of one client's download varies by half with BBR, but not
            // with CUBIC.
            ("network", method.network.into()),
            (
                "the machine's congestion control",
                congestion_control().into(),
            ),
            ("porthole", version(porthole, "--version").into()),
            ("nginx", version("nginx", "-v").into()),
            ("lighttpd", version("lighttpd", "-v").into()),
            ("Caddy", version("caddy", "version").into()),
            (
                "static-web-server",
                version("static-web-server", "--version").into(),
            ),
            ("node", version("node", "--version").into()),
            ("workers", method.workers.into()),
            ("rounds", method.rounds.into()),
            (
                "seconds per measurement",
                method.window.as_secs_f64().into(),
            ),
            ("Unix time", now().into()),
        ];
        Self(facts.map(|(name, value)| (name.into(), value)).into())
    }
}

fn processor() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model
        .map_or(std::env::consts::ARCH, |(_, name)| name)
        .into()
}

fn kernel() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("Linux {}", release.trim())
}

fn congestion_control() -> String {
    let name = fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control");
    name.unwrap_or_default().trim().into()
}

fn now() -> u64 {
    SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| since.as_secs())
}

/// Returns the first line of a program's own version output, on either stream.
fn version(program: impl AsRef<OsStr>, flag: &str) -> String {
    let Ok(output) = Command::new(program).arg(flag).output() else {
        return "not found".into();
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    text.lines().next().unwrap_or_default().into()
}
