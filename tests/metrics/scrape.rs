//! A server with `--admin`, and its metrics.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use crate::support::{Client, Porthole, TIMEOUT};

/// The metrics of one moment: each sample with its labels, as it is written.
pub struct Metrics(BTreeMap<String, f64>);

/// Starts a server with `--admin` on a free port.
pub fn observed(path: impl AsRef<Path>, flags: &[&str]) -> (Porthole, SocketAddr) {
    let porthole = Porthole::with(path, &[flags, &["--admin", "127.0.0.1:0"]].concat());
    let address = address(&porthole);
    (porthole, address)
}

/// Returns the address that the server says.
pub fn address(porthole: &Porthole) -> SocketAddr {
    let line = porthole.errors().wait_for("/metrics");
    let after = line.split_once("http://").unwrap().1;
    after.split('/').next().unwrap().parse().unwrap()
}

/// Returns the text of `/metrics`.
pub fn text(admin: SocketAddr) -> String {
    let response = Client::connect(admin).get("/metrics", "");
    assert_eq!(response.status, 200);
    response.text().to_owned()
}

impl Metrics {
    pub fn of(admin: SocketAddr) -> Self {
        let text = text(admin);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        });
        Self(samples.collect())
    }

    /// Returns the metrics once they are as expected: a client may have a response a moment before
    /// it is counted.
    pub fn once(admin: SocketAddr, is_expected: impl Fn(&Self) -> bool) -> Self {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let metrics = Self::of(admin);
            if is_expected(&metrics) {
                return metrics;
            }
            assert!(Instant::now() < deadline, "{:#?}", metrics.0);
        }
    }

    /// Returns the value of a sample, by its name without `porthole_`.
    pub fn get(&self, sample: &str) -> f64 {
        let value = self.0.get(&format!("porthole_{sample}"));
        *value.unwrap_or_else(|| panic!("no {sample} in {:#?}", self.0))
    }

    /// Returns the sum of all samples whose names begin like that.
    pub fn sum(&self, start: &str) -> f64 {
        let start = format!("porthole_{start}");
        let matching = self.0.iter().filter(|(name, _)| name.starts_with(&start));
        matching.map(|(_, value)| value).sum()
    }
}
