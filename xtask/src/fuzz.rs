//! `cargo xtask fuzz`: runs the fuzz targets of `fuzz/` for a long time, one after the
//! other. A run begins with the inputs that earlier runs kept.

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
        let label = format!("[{}/{}] {target}", place + 1, targets.len());
        let outcome = fuzz(target, Duration::from_secs(options.minutes * 60), &label)?;
        println!("{target}: {} executions", grouped(outcome.executions));
        if let Some(output) = outcome.failure {
            eprintln!("{output}\n{target} failed; the input is in fuzz/artifacts/{target}");
            failed.push(target.as_str());
        }
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

impl Options {
    fn targets(&self) -> Result<Vec<String>> {
        let files = fs::read_dir(folder().join("fuzz_targets"))?;
        let mut known = Vec::new();
        for file in files {
            let path = file?.path();
            known.extend(
                path.file_stem()
                    .and_then(|name| name.to_str())
                    .map(String::from),
            );
        }
        known.sort();
        for target in &self.targets {
            ensure!(
                known.contains(target),
                "no target {target}; there are: {}",
                known.join(", ")
            );
        }
        known.retain(|target| self.targets.is_empty() || self.targets.contains(target));
        Ok(known)
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

fn fuzz(target: &str, time: Duration, label: &str) -> Result<Outcome> {
    let corpus = folder().join("corpus").join(target);
    fs::create_dir_all(&corpus)?;
    let mut child = cargo_fuzz("run")
        .arg(target)
        .arg(corpus)
        .arg(folder().join("seeds").join(target))
        .arg("--")
        .arg(format!("-dict={}", folder().join("http.dict").display()))
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

/// `h1` has no unsafe code, so no sanitizer is needed. Without one it is five times as
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
