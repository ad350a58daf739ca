//! Goes through seeds, on as many threads as there are processors. Each world is one
//! thread's alone: what comes of a seed does not depend on how many there are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::plan::shrink::smaller;
use crate::{Broken, Kind, Plan, Program, run};

/// What to go through.
#[derive(Clone, Debug)]
pub struct Search {
    /// The first seed.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// And no longer than this.
    pub time: Option<Duration>,
    /// Schedules of this kind only.
    pub kind: Option<Kind>,
    /// Invariants that need not hold.
    pub without: Vec<String>,
    /// End with so many failures.
    pub failures: usize,
    /// Print a line each so often.
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

/// What was gone through.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Schedules.
    pub schedules: u64,
    /// Answers that clients have read whole.
    pub answers: u64,
    /// Of each kind: schedules, milliseconds, and the most instructions in a turn.
    pub kinds: BTreeMap<Kind, (u64, f64, u64)>,
    /// The most memory, in bytes.
    pub memory: usize,
    /// What did not hold, by seed.
    pub failures: Vec<Failure>,
}

/// A seed of which an invariant did not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// By which it comes again.
    pub seed: u64,
    /// What the schedule was about.
    pub kind: Kind,
    /// What did not hold.
    pub broken: Broken,
}

impl Search {
    /// Goes through the seeds.
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
        self.answers += outcome.answers as u64;
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

    /// One line for people.
    pub fn line(&self) -> String {
        format!(
            "{} schedules, {} answers, {} failures",
            self.schedules,
            self.answers,
            self.failures.len()
        )
    }
}

/// Runs that shrinking may take.
const SHRINKS: usize = 400;

/// A plan with as little as possible in it of which the same does not hold.
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

/// Whether it is the same that does not hold, if perhaps of another request.
fn is_alike(one: &Broken, other: &Broken) -> bool {
    let gist = |broken: &Broken| match broken.invariant {
        "status" => broken.what.split(" to Request").next().map(str::to_owned),
        _ => None,
    };
    one.invariant == other.invariant && gist(one) == gist(other)
}
