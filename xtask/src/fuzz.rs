//! `cargo xtask fuzz`: runs the fuzz targets of `fuzz/` for a long time, one after the
//! other. A run begins with the inputs that earlier runs kept. Targets of one kind are in a
//! directory of their own, and so are their seeds; its name is that of their dictionary.

use std::{
    fs,
    io::{BufRead, BufReader, IsTerminal, Read, Write, stderr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::numbers::grouped;

/// Longest input: a little more than the longest head, so that every limit can be
/// exceeded.
const LONGEST_BYTES: usize = 20_000;

/// Most memory, including that of the fuzzer itself.
const MEMORY_MIB: usize = 2_048;

/// Longest time for one input. The slowest ones take milliseconds.
const INPUT_SECONDS: usize = 10;

/// Lines of a failed target's output that are shown.
const LAST_LINES: usize = 40;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Minutes for each target
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,

    /// Only these targets [default: all]
    targets: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let targets = options.targets()?;
    check_tools()?;
    let build = cargo_fuzz("build").status()?;
    ensure!(build.success(), "the fuzz targets do not build");
    let mut failed = Vec::new();
    for (place, target) in targets.iter().enumerate() {
        let name = &target.name;
        let label = format!("[{}/{}] {name}", place + 1, targets.len());
        let outcome = fuzz(target, Duration::from_secs(options.minutes * 60), &label)?;
        println!("{name}: {} executions", grouped(outcome.executions));
        if let Some(output) = outcome.failure {
            eprintln!("{output}\n{name} failed; the input is in fuzz/artifacts/{name}");
            failed.push(name.as_str());
        }
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

impl Options {
    fn targets(&self) -> Result<Vec<Target>> {
        let mut known = Target::all(&folder().join("fuzz_targets"), None)?;
        known.sort();
        let names: Vec<_> = known.iter().map(|target| target.name.as_str()).collect();
        for target in &self.targets {
            ensure!(
                names.contains(&target.as_str()),
                "no target {target}; there are: {}",
                names.join(", ")
            );
        }
        known.retain(|target| self.targets.is_empty() || self.targets.contains(&target.name));
        Ok(known)
    }
}

/// A fuzz target.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    name: String,
    /// The directory of its kind.
    kind: Option<String>,
}

impl Target {
    /// Returns those in a directory, and those of each kind in one below it.
    fn all(targets: &Path, kind: Option<&str>) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(targets)? {
            let path = entry?.path();
            let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
                continue;
            };
            if path.is_dir() {
                found.extend(Self::all(&path, Some(name))?);
            } else {
                found.push(Self {
                    name: name.to_owned(),
                    kind: kind.map(str::to_owned),
                });
            }
        }
        Ok(found)
    }

    fn seeds(&self) -> PathBuf {
        let seeds = folder().join("seeds");
        seeds
            .join(self.kind.as_deref().unwrap_or_default())
            .join(&self.name)
    }

    fn dictionary(&self) -> PathBuf {
        folder()
            .join(self.kind.as_deref().unwrap_or("http"))
            .with_extension("dict")
    }
}

fn check_tools() -> Result<()> {
    let works = |arguments: &[&str]| {
        let mut command = nightly(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    let rustc =
        works(&["rustc", "--version"]).context("rustup is missing: see https://rustup.rs")?;
    ensure!(
        rustc.success(),
        "a nightly toolchain is missing: rustup toolchain install nightly --profile minimal"
    );
    ensure!(
        works(&["cargo", "fuzz", "--version"])?.success(),
        "cargo-fuzz is missing: cargo install --locked cargo-fuzz"
    );
    Ok(())
}

/// Result of one target.
struct Outcome {
    executions: u64,
    /// The end of its output, if it failed.
    failure: Option<String>,
}

fn fuzz(target: &Target, time: Duration, label: &str) -> Result<Outcome> {
    let corpus = folder().join("corpus").join(&target.name);
    fs::create_dir_all(&corpus)?;
    let mut child = cargo_fuzz("run")
        .arg(&target.name)
        .arg(corpus)
        .arg(target.seeds())
        .arg("--")
        .arg(format!("-dict={}", target.dictionary().display()))
        .arg(format!("-max_total_time={}", time.as_secs()))
        .arg(format!("-max_len={LONGEST_BYTES}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-timeout={INPUT_SECONDS}"))
        .arg("-print_final_stats=1")
        .stderr(Stdio::piped())
        .spawn()?;
    let output = child.stderr.take().context("no output")?;
    let executions = AtomicU64::new(0);
    let (status, last) = thread::scope(|scope| {
        let reader = scope.spawn(|| follow(output, &executions));
        let started = Instant::now();
        while !reader.is_finished() {
            let minutes = started.elapsed().as_secs() / 60;
            show(&format!(
                "{label}: {minutes} of {} min, {} executions",
                time.as_secs() / 60,
                grouped(executions.load(Ordering::Relaxed))
            ));
            thread::sleep(Duration::from_millis(200));
        }
        show("");
        (child.wait(), reader.join().unwrap_or_default())
    });
    Ok(Outcome {
        executions: executions.into_inner(),
        failure: (!status?.success()).then_some(last),
    })
}

/// Reads the output of libFuzzer. Records the number of executions, and returns the last
/// lines.
fn follow(output: impl Read, executions: &AtomicU64) -> String {
    let mut last = Vec::new();
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        match executed(&line) {
            Some(count) => executions.store(count, Ordering::Relaxed),
            None => last.push(line),
        }
        if last.len() > LAST_LINES {
            last.remove(0);
        }
    }
    last.join("\n")
}

/// Returns the number of executions in a line: the number so far, after a `#`, or the
/// final number.
fn executed(line: &str) -> Option<u64> {
    let end = line.strip_prefix("stat::number_of_executed_units:");
    let so_far = || {
        line.strip_prefix('#')?
            .split_once('\t')
            .map(|(count, _)| count)
    };
    end.or_else(so_far)?.trim().parse().ok()
}

/// On a terminal, shows one line that is overwritten.
fn show(text: &str) {
    if stderr().is_terminal() {
        // A failure to show progress must not stop the run.
        let _ = write!(stderr(), "\r\x1b[K{text}");
    }
}

/// The crates have no unsafe code of their own, so no sanitizer is needed. Without one it is five times as
/// fast.
fn cargo_fuzz(command: &str) -> Command {
    let mut cargo = nightly(&["cargo", "fuzz", command, "--sanitizer=none"]);
    cargo.arg("--fuzz-dir").arg(folder());
    cargo
}

fn nightly(arguments: &[&str]) -> Command {
    let mut rustup = Command::new("rustup");
    rustup
        .args(["run", "nightly"])
        .args(arguments)
        .current_dir(folder());
    rustup
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_a_kind_have_seeds_and_a_dictionary() {
        let targets = Target::all(&folder().join("fuzz_targets"), None).unwrap();
        let kinds = targets.iter().filter(|target| target.kind.is_some());
        assert!(kinds.count() > 10, "{targets:?}");
        for target in &targets {
            assert!(target.seeds().is_dir(), "{target:?}");
            assert!(target.dictionary().is_file(), "{target:?}");
        }
    }

    #[test]
    fn executions() {
        for (line, expected) in [
            ("#2\tINITED cov: 5 ft: 6", Some(2)),
            ("#1048576\tpulse  cov: 5", Some(1_048_576)),
            ("stat::number_of_executed_units: 77", Some(77)),
            ("stat::average_exec_per_sec:     77", None),
            ("#0 0x55 in main", None),
            ("", None),
        ] {
            assert_eq!(executed(line), expected, "{line}");
        }
    }

    #[test]
    fn the_end_of_the_output() {
        let output = "#2\tNEW\n#3\tNEW\nthread panicked\nstat::number_of_executed_units: 9\n";
        let count = AtomicU64::new(0);
        assert_eq!(follow(output.as_bytes(), &count), "thread panicked");
        assert_eq!(count.into_inner(), 9);
    }

    #[test]
    fn thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
