//! The server's use of resources over time.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::time::Duration;

use crate::support::Porthole;

/// The server at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Time since the beginning.
    pub at: Duration,
    /// Resident memory in bytes.
    pub memory: u64,
    pub descriptors: usize,
    pub cpu: Duration,
    /// Rounds of all parts.
    pub rounds: u64,
}

impl Sample {
    pub fn take(porthole: &Porthole, at: Duration, rounds: u64) -> Self {
        Self {
            at,
            memory: porthole.resident_memory(),
            descriptors: porthole.descriptors().len(),
            cpu: Duration::from_millis(10 * porthole.processor_ticks()),
            rounds,
        }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.1} MiB, {} descriptors, {:.1} s of CPU, {} rounds",
            self.memory as f64 / f64::from(1 << 20),
            self.descriptors,
            self.cpu.as_secs_f64(),
            self.rounds
        )
    }
}

#[derive(Default)]
pub struct Samples(pub Vec<Sample>);

impl Samples {
    /// Keeps a sample and writes it to the file at once, so that an aborted run has
    /// results too.
    pub fn add(&mut self, sample: Sample, file: Option<&mut File>) {
        if let Some(file) = file {
            if self.0.is_empty() {
                writeln!(file, "seconds,memory_bytes,descriptors,cpu_seconds,rounds").unwrap();
            }
            writeln!(
                file,
                "{:.3},{},{},{:.2},{}",
                sample.at.as_secs_f64(),
                sample.memory,
                sample.descriptors,
                sample.cpu.as_secs_f64(),
                sample.rounds
            )
            .unwrap();
        }
        self.0.push(sample);
    }

    pub fn peak(&self) -> u64 {
        self.0.iter().map(|sample| sample.memory).max().unwrap_or(0)
    }

    /// Returns how much a figure was greater in the last quarter than in the first, after
    /// the warm-up. It is the difference of the medians, which a burst does not move.
    pub fn growth(&self, warm_up: Duration, figure: impl Fn(&Sample) -> u64) -> i64 {
        let settled: Vec<u64> = self
            .0
            .iter()
            .filter(|sample| sample.at >= warm_up)
            .map(figure)
            .collect();
        let quarter = settled.len().div_ceil(4);
        let (first, last) = (
            median(&settled[..quarter]),
            median(&settled[settled.len() - quarter..]),
        );
        last as i64 - first as i64
    }
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}
