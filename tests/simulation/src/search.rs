//! Runs many seeds, on as many threads as there are processors. Each world runs on one
//! thread only, so the result of a seed does not depend on the number of threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::plan::shrink::smaller;
use crate::{Broken, Kind, Plan, Program, run};

/// Extent of a search.
#[derive(Clone, Debug)]
pub struct Search {
    /// The first seed.
    pub first: u64,
    /// Number of seeds.
    pub count: u64,
    /// Longest time, if any.
    pub time: Option<Duration>,
    /// Only schedules of this kind.
    pub kind: Option<Kind>,
    /// Invariants that need not hold.
    pub without: Vec<String>,
    /// Number of failures after which the search ends.
    pub failures: usize,
    /// Interval between printed lines.
    pub progress: Option<Duration>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            first: 0,
            count: u64::MAX,
            time: None,
            kind: None,
            without: Vec::new(),
            failures: 10,
            progress: None,
        }
    }
}

/// Result of a search.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Number of schedules.
    pub schedules: u64,
    /// Responses that clients have read completely.
    pub responses: u64,
    /// Of each kind: schedules, milliseconds, and the most instructions in a turn.
    pub kinds: BTreeMap<Kind, (u64, f64, u64)>,
    /// Peak memory in bytes.
    pub memory: usize,
    /// Broken invariants with their seeds.
    pub failures: Vec<Failure>,
}

/// A seed that broke an invariant.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Seed that reproduces it.
    pub seed: u64,
    /// Main subject of the schedule.
    pub kind: Kind,
    /// The broken invariant.
    pub broken: Broken,
}

impl Search {
    /// Runs the seeds.
    pub fn run(&self, program: &Program) -> Found {
        let next = AtomicU64::new(self.first);
        let found = Mutex::new(Found::default());
        let begun = Instant::now();
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for worker in 0..workers {
                let (next, found) = (&next, &found);
                scope.spawn(move || self.work(program, next, found, begun, worker == 0));
            }
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.failures.sort_by_key(|failure| failure.seed);
        found
    }

    fn work(
        &self,
        program: &Program,
        next: &AtomicU64,
        found: &Mutex<Found>,
        begun: Instant,
        speaks: bool,
    ) {
        let mut spoken = begun;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed - self.first >= self.count
                || self.time.is_some_and(|time| begun.elapsed() >= time)
            {
                return;
            }
            let plan = Plan::new(seed);
            if self.kind.is_some_and(|kind| kind != plan.kind) {
                continue;
            }
            let started = Instant::now();
            let outcome = run(program, &plan, false, &self.without);
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            if found.failures.len() >= self.failures {
                return;
            }
            match outcome {
                Ok(outcome) => found.add(&plan, outcome, started.elapsed()),
                Err(error) => found.failures.push(Failure {
                    seed,
                    kind: plan.kind,
                    broken: Broken {
                        invariant: "harness",
                        what: format!("{error:#}"),
                        at: 0,
                    },
                }),
            }
            if let Some(often) = self.progress
                && speaks
                && spoken.elapsed() >= often
            {
                spoken = Instant::now();
                println!("{}", found.line());
            }
        }
    }
}

impl Found {
    fn add(&mut self, plan: &Plan, outcome: crate::Outcome, time: Duration) {
        self.schedules += 1;
        self.responses += outcome.responses as u64;
        self.memory = self.memory.max(outcome.memory);
        let kind = self.kinds.entry(plan.kind).or_default();
        kind.0 += 1;
        kind.1 += time.as_secs_f64() * 1_000.0;
        kind.2 = kind.2.max(outcome.longest_turn);
        if let Some(broken) = outcome.broken {
            self.failures.push(Failure {
                seed: plan.seed,
                kind: plan.kind,
                broken,
            });
        }
    }

    /// Returns one line for people.
    pub fn line(&self) -> String {
        format!(
            "{} schedules, {} responses, {} failures",
            self.schedules,
            self.responses,
            self.failures.len()
        )
    }
}

/// Most runs for shrinking one plan.
const SHRINKS: usize = 400;

/// Returns the smallest plan that was found to break the same invariant.
pub fn shrink(program: &Program, plan: &Plan, broken: &Broken, without: &[String]) -> Plan {
    let mut least = plan.clone();
    let mut runs = 0;
    'again: loop {
        for plan in smaller(&least) {
            runs += 1;
            if runs > SHRINKS {
                return least;
            }
            let outcome = run(program, &plan, false, without);
            let other = outcome.ok().and_then(|outcome| outcome.broken);
            if other.is_some_and(|other| is_alike(&other, broken)) {
                least = plan;
                continue 'again;
            }
        }
        return least;
    }
}

/// Whether both break the same invariant in the same way, perhaps with different
/// requests.
fn is_alike(one: &Broken, other: &Broken) -> bool {
    let gist = |broken: &Broken| match broken.invariant {
        "status" => broken.what.split(" to Request").next().map(str::to_owned),
        _ => None,
    };
    one.invariant == other.invariant && gist(one) == gist(other)
}
