//! Facts about the machine and the programs that a reader needs.

use std::{
    ffi::OsStr, fs, path::Path, process::Command, thread::available_parallelism, time::SystemTime,
};

use serde_json::Value;

/// Names and values in the order of display.
pub(crate) struct Environment(pub(crate) Vec<(String, Value)>);

impl Environment {
    /// Collects the facts. `porthole` is the path of its binary.
    pub(crate) fn explore(porthole: &Path, rounds: usize, window: std::time::Duration) -> Self {
        let facts = [
            ("processor", processor().into()),
            (
                "cores",
                available_parallelism().map_or(0, usize::from).into(),
            ),
            ("kernel", kernel().into()),
            // The throughput of one client's download varies by half with BBR, but not
            // with CUBIC.
            ("congestion control", congestion_control().into()),
            ("porthole", version(porthole, "--version").into()),
            ("nginx", version("nginx", "-v").into()),
            ("node", version("node", "--version").into()),
            ("rounds", rounds.into()),
            ("seconds per measurement", window.as_secs_f64().into()),
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
