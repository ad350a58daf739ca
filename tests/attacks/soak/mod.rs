//! Everything at once for a long time: clients that behave, clients that don't, files
//! that change, versions that are replaced. At the end nothing has grown, no worker was
//! lost, and every byte was right.
//!
//! `cargo xtask soak` runs it for an hour and draws the results.

mod budget;
mod clients;
mod faults;
mod samples;
mod stage;
mod verdict;

use std::fs::File;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::support::{Porthole, trials};
use budget::Budget;
use samples::{Sample, Samples};
use stage::{Part, Stage};

pub fn trials() -> Vec<Trial> {
    trials![mixed_load_and_faults]
}

/// The parts, each on a thread of its own.
const PARTS: &[(&str, Part)] = &[
    ("small files", clients::small_files),
    ("ranges", clients::ranges),
    ("complete downloads", clients::complete_download),
    ("pipelines", clients::pipeline),
    ("listings and misses", clients::listings_and_misses),
    ("aborted downloads", faults::aborted_download),
    ("slow readers", faults::slow_readers),
    ("slow heads", faults::slow_heads),
    ("malformed requests", faults::malformed),
    ("churn", faults::churn),
    ("files replaced", faults::replaced_file),
    ("files cut", faults::cut_file),
    ("versions replaced", faults::replaced_version),
];

/// Time between two samples of the server in a long run.
const SAMPLE: Duration = Duration::from_secs(5);
/// Fewest samples of a short run.
const SAMPLES: u32 = 20;

fn mixed_load_and_faults() {
    let time = scale::soak_time();
    let folder = stage::folder();
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0", "--workers", "2"]);
    // The log is discarded, because the log of an hour is of no use.
    command.stdout(Stdio::null());
    let porthole = Porthole::start(command);
    let stage = Stage::new(&folder, &porthole, time);
    let usual = porthole.descriptors().len();
    let budget = Budget::new(scale::soak_load());
    let mut samples = Samples::default();
    thread::scope(|scope| {
        let stage = &stage;
        let budget = &budget;
        for (number, (name, part)) in PARTS.iter().enumerate() {
            scope.spawn(move || stage.play(number, name, *part, budget));
        }
        let pause = SAMPLE.min(time / SAMPLES);
        let mut file = scale::out().map(|out| File::create(out.join("samples.csv")).unwrap());
        let started = Instant::now();
        let mut next = started;
        while !stage.is_over() {
            budget.renew(&porthole);
            if Instant::now() >= next {
                next += pause;
                let sample = Sample::take(&porthole, started.elapsed(), stage.rounds());
                samples.add(sample, file.as_mut());
                stage.report(&sample, time);
            }
            thread::sleep(budget::STEP);
        }
    });
    verdict::check(&stage, &samples, usual, time);
}
