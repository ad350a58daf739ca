//! State that all parts share.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::budget::{self, Budget};
use super::samples::Sample;
use crate::attacks::support::latency::Latencies;
use crate::attacks::support::visitor::Visitor;
use crate::support::{Client, Folder, Porthole, Random, noise};

/// One round of a client or a saboteur. It fails by panicking.
pub type Part = fn(&Stage<'_>, &mut Random);

/// Larger than every buffer on the way.
pub const FILM_BYTES: usize = 128 << 20;
pub const SMALL_FILES: u64 = 50;

/// Failures after which the run ends early.
const ENOUGH_FAILURES: usize = 10;

pub struct Stage<'a> {
    pub folder: &'a Folder,
    pub porthole: &'a Porthole,
    /// Content of `/film`.
    pub film: Vec<u8>,
    length: Duration,
    end: Instant,
    /// Rounds by part, in the order of the parts.
    rounds: Mutex<Vec<(&'static str, u64)>>,
    total: AtomicU64,
    pub latencies: Mutex<Latencies>,
    failures: Mutex<Vec<String>>,
}

/// Returns a directory with the files that exist from the beginning.
pub fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("film", noise(FILM_BYTES));
    for number in 0..SMALL_FILES {
        folder.file(format!("small/{number}"), small(number));
    }
    folder
}

/// Returns the content of one of the small files.
pub fn small(number: u64) -> Vec<u8> {
    let length = 10 + number * number * 40;
    vec![b'a' + (number % 26) as u8; length as usize]
}

impl<'a> Stage<'a> {
    pub fn new(folder: &'a Folder, porthole: &'a Porthole, length: Duration) -> Self {
        Self {
            folder,
            porthole,
            film: fs::read(folder.join("film")).unwrap(),
            length,
            end: Instant::now() + length,
            rounds: Mutex::default(),
            total: AtomicU64::default(),
            latencies: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    pub fn client(&self) -> Client {
        self.porthole.client()
    }

    /// Returns the length of the whole run.
    pub fn length(&self) -> Duration {
        self.length
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.porthole.address())
    }

    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end || self.failures.lock().unwrap().len() >= ENOUGH_FAILURES
    }

    /// Pauses like a client that is slow on purpose, but not beyond the end.
    pub fn pause(&self, time: Duration) {
        let left = self.end.saturating_duration_since(Instant::now());
        thread::sleep(time.min(left));
    }

    /// Runs a part round after round, as the budget allows.
    pub fn play(&self, number: usize, name: &'static str, part: Part, budget: &Budget) {
        let mut random = Random::new(number as u64);
        let mut rounds = 0;
        while !self.is_over() {
            if budget.is_exhausted() {
                thread::sleep(budget::STEP);
                continue;
            }
            let round = AssertUnwindSafe(|| part(self, &mut random));
            if let Err(panic) = catch_unwind(round) {
                let words = panic.downcast_ref::<&str>().copied();
                let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
                let words = words.unwrap_or_default();
                let failure = format!("{name}, round {rounds}: {words:.2000}");
                self.failures.lock().unwrap().push(failure);
            }
            rounds += 1;
            self.total.fetch_add(1, Ordering::Relaxed);
        }
        self.rounds.lock().unwrap().push((name, rounds));
    }

    /// Returns the rounds of all parts so far.
    pub fn rounds(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Returns the rounds by part, after the end.
    pub fn by_part(&self) -> Vec<(&'static str, u64)> {
        self.rounds.lock().unwrap().clone()
    }

    pub fn failures(&self) -> Vec<String> {
        self.failures.lock().unwrap().clone()
    }

    /// Prints a line each minute.
    pub fn report(&self, sample: &Sample, of: Duration) {
        const MINUTE: u64 = 60;
        let seconds = sample.at.as_secs();
        if of.as_secs() > MINUTE && seconds % MINUTE < super::SAMPLE.as_secs() {
            eprintln!(
                "soak: {} of {} min, {sample}, {} failures",
                seconds / MINUTE,
                of.as_secs() / MINUTE,
                self.failures.lock().unwrap().len()
            );
        }
    }
}
