//! `cargo xtask simulate`: runs many worlds, or one with every step printed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use simulation::{Failure, Kind, Plan, Program, Search, run, shrink};

#[derive(Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Options {
    /// Minutes
    #[arg(long, default_value_t = 1)]
    minutes: u64,

    /// Number of schedules to run instead
    #[arg(long, conflicts_with = "minutes")]
    schedules: Option<u64>,

    /// The first seed of many
    #[arg(long, default_value_t = 1_000_000)]
    first: u64,

    /// Run only this seed, and print what happens
    #[arg(long)]
    seed: Option<u64>,

    /// A component in a file [default: the one of this source]
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,

    /// Schedules of this kind only: usual, heads, ranges, pipelines, crowd, names, readers
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,

    /// Invariants that may be broken, for example known faults
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,

    /// Stop after this number of failures
    #[arg(long, default_value_t = 10)]
    failures: usize,
}

fn kind(name: &str) -> Result<Kind, String> {
    let mut all = Kind::ALL.into_iter();
    let found = all.find(|kind| format!("{kind:?}").eq_ignore_ascii_case(name));
    found.ok_or_else(|| "no such kind".to_owned())
}

fn main() -> ExitCode {
    let options = Options::parse();
    let program = match &options.component {
        Some(file) => Program::file(file),
        None => Program::built_in(),
    };
    let program = match program {
        Ok(program) => program,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let failed = match options.seed {
        Some(seed) => one(&program, seed, &options.without),
        None => many(&program, &options),
    };
    match failed {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// Runs one seed, and returns whether an invariant was broken.
fn one(program: &Program, seed: u64, without: &[String]) -> bool {
    let plan = Plan::new(seed);
    let outcome = match run(program, &plan, false, without) {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("error: {error:#}");
            return true;
        }
    };
    let Some(broken) = outcome.broken else {
        println!(
            "seed {seed}: all holds; {:016x}; {} instructions for {} responses",
            outcome.hash, outcome.instructions, outcome.responses
        );
        return false;
    };
    let least = shrink(program, &plan, &broken, without);
    println!("{least:#?}");
    if let Ok(outcome) = run(program, &least, true, without) {
        outcome.lines.iter().for_each(|line| println!("{line}"));
        if let Some(broken) = outcome.broken {
            println!("{}: {}", broken.invariant, broken.what);
        }
    }
    true
}

fn many(program: &Program, options: &Options) -> bool {
    let search = Search {
        first: options.first,
        count: options.schedules.unwrap_or(u64::MAX),
        time: match options.schedules {
            Some(_) => None,
            None => Some(Duration::from_secs(options.minutes.saturating_mul(60))),
        },
        kind: options.kind,
        without: options.without.clone(),
        failures: options.failures,
        progress: Some(Duration::from_secs(10)),
    };
    let found = search.run(program);
    println!("{}", found.line());
    for (kind, (count, milliseconds, turn)) in &found.kinds {
        let each = milliseconds / *count as f64;
        println!("{kind:?}: {count}, {each:.2} ms each, at most {turn} instructions at once");
    }
    println!("at most {} KiB of memory", found.memory >> 10);
    for Failure { seed, kind, broken } in &found.failures {
        let what: String = broken.what.chars().take(400).collect();
        println!("seed {seed} ({kind:?}): {}: {what}", broken.invariant);
    }
    if let Some(failure) = found.failures.first() {
        println!("again: cargo xtask simulate --seed {}", failure.seed);
    }
    !found.failures.is_empty()
}
