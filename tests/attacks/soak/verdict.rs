//! The result of the soak.

use std::fs;
use std::time::{Duration, Instant};

use super::samples::Samples;
use super::stage::Stage;
use crate::attacks::support::latency::Latencies;
use crate::attacks::support::scale;
use crate::support::TIMEOUT;

/// Time that does not count, because buffers, caches and pools still fill.
const WARM_UP: Duration = Duration::from_secs(600);

/// Shortest time after the warm-up in which growth can be judged.
const TELLING: Duration = Duration::from_secs(600);

/// Bytes by which the memory's median may differ between the first and the last quarter:
/// less than the buffers of one connection for each open connection.
const MEMORY_TOLERANCE: i64 = 8 << 20;

/// Descriptors by which their median may differ: the slow readers of the moment.
const DESCRIPTOR_TOLERANCE: i64 = 16;

/// Most resident memory at any time, in bytes.
const MEMORY: u64 = 160 << 20;

/// Descriptors that may be open beyond those of the beginning when all clients have gone:
/// the files that two workers keep open for the next request, a dozen each, and the
/// runtimes of the latest version.
const DESCRIPTORS: usize = 48;

pub fn check(stage: &Stage<'_>, samples: &Samples, usual: usize, time: Duration) {
    let lost: Vec<String> = stage
        .porthole
        .errors()
        .so_far()
        .into_iter()
        .filter(|line| line.contains("failed") || line.contains("gave up"))
        .collect();
    let deadline = Instant::now() + TIMEOUT;
    while stage.porthole.descriptors().len() > usual + DESCRIPTORS && Instant::now() < deadline {
        std::thread::yield_now();
    }
    let descriptors = stage.porthole.descriptors().len();
    let telling = time >= WARM_UP + TELLING;
    let warm_up = if telling { WARM_UP } else { time / 2 };
    let memory_growth = samples.growth(warm_up, |sample| sample.memory);
    let descriptor_growth = samples.growth(warm_up, |sample| sample.descriptors as u64);
    let latencies = std::mem::take::<Latencies>(&mut stage.latencies.lock().unwrap());
    let mut report = format!(
        "time: {} s\nsmall files: {}\npeak memory: {} KiB\nmemory growth: {} KiB\n\
         descriptor growth: {descriptor_growth}\ndescriptors before: {usual}\ndescriptors afterwards: {descriptors}\n\
         workers lost: {}\nfailures: {}\n",
        time.as_secs(),
        latencies.summary(),
        samples.peak() >> 10,
        memory_growth >> 10,
        lost.len(),
        stage.failures().len(),
    );
    for (part, rounds) in stage.by_part() {
        report += &format!("rounds of {part}: {rounds}\n");
    }
    report += &[lost.clone(), stage.failures()].concat().join("\n");
    eprintln!("{report}");
    if let Some(out) = scale::out() {
        fs::write(out.join("soak.txt"), &report).unwrap();
    }
    assert!(stage.failures().is_empty() && lost.is_empty(), "{report}");
    let idle = |(_, rounds): &(&str, u64)| *rounds == 0;
    assert!(!stage.by_part().iter().any(idle), "{report}");
    assert!(samples.peak() <= MEMORY, "{report}");
    assert!(descriptors <= usual + DESCRIPTORS, "{report}");
    if telling {
        assert!(memory_growth <= MEMORY_TOLERANCE, "{report}");
        assert!(descriptor_growth <= DESCRIPTOR_TOLERANCE, "{report}");
    }
}
