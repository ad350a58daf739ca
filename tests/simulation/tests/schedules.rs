//! Runs the built component in thousands of simulated worlds.
//!
//! A failure is printed with its seed. `cargo xtask simulate --seed N` prints it step by
//! step.

#![allow(clippy::expect_used, reason = "a test says what it expects by failing")]

use simulation::{Failure, Found, Plan, Program, Search, run};

/// Schedules of a normal test run.
const SCHEDULES: u64 = 20_000;

/// Seeds that once found a fault: the seed, a tab, the fault.
const SEEDS: &str = include_str!("../seeds.tsv");

fn program() -> Program {
    Program::built_in().expect("the component fits the host that is faked")
}

fn told(found: &Found) -> String {
    let failures = found.failures.iter();
    let lines = failures.map(|Failure { seed, kind, broken }| {
        let what: String = broken.what.chars().take(300).collect();
        format!(
            "seed {seed} ({kind:?}): {}: {what}\nagain: cargo xtask simulate --seed {seed}\n",
            broken.invariant
        )
    });
    lines.collect()
}

#[test]
fn everything_holds_in_twenty_thousand_worlds() {
    let search = Search {
        count: SCHEDULES,
        ..Search::default()
    };
    let found = search.run(&program());
    assert!(found.failures.is_empty(), "{}", told(&found));
    assert_eq!(found.schedules, SCHEDULES);
    // Checks that something happens: a world without responses would break nothing.
    assert!(
        found.responses > 10 * SCHEDULES,
        "{} responses",
        found.responses
    );
    assert_eq!(found.kinds.len(), simulation::Kind::ALL.len());
}

#[test]
fn a_seed_repeats_a_run_to_the_byte() {
    let program = program();
    for seed in 0..100 {
        let hash = || {
            let outcome = run(&program, &Plan::new(seed), false, &[]);
            outcome.expect("memory for a world").hash
        };
        assert_eq!(hash(), hash(), "seed {seed}");
    }
}

#[test]
fn faults_that_were_found_once_stay_mended() {
    let program = program();
    let lines = SEEDS.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let (seed, what) = line.split_once('\t').expect("a seed and what it found");
        let seed = seed.parse().expect("a seed");
        let outcome = run(&program, &Plan::new(seed), false, &[]);
        let broken = outcome.expect("memory for a world").broken;
        assert_eq!(broken, None, "seed {seed}, which has found: {what}");
    }
}
