//! `cargo xtask release-check`: what takes too long for each change, before a release.

mod elsewhere;
mod foreign;
mod public_api;
mod reproducible;
mod targets;
mod template;
mod tls;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

#[derive(Args)]
pub(crate) struct Options {
    /// Check only this
    #[arg(long, value_name = "NAME")]
    only: Option<String>,

    /// wasmtime's command line, instead of one that is built from the registry
    #[arg(long, value_name = "FILE")]
    wasmtime: Option<PathBuf>,
}

/// Result of a check that found nothing wrong.
pub(crate) enum Checked {
    /// Result in words.
    Done(String),
    /// It could not be run here; what is needed for it.
    Skipped(String),
}

type Check = fn(&Options) -> Result<Checked>;

const CHECKS: [(&str, Check); 7] = [
    ("documentation", public_api::documentation),
    ("semver", public_api::semver),
    ("reproducible", reproducible::component),
    ("template", template::copied),
    ("wasmtime", elsewhere::wasmtime),
    ("targets", targets::compile),
    ("tls", tls::testssl),
];

/// Runs all checks, also after one that failed.
///
/// # Errors
/// When one of them failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    let checks: Vec<_> = CHECKS.iter().filter(|(name, _)| wanted(name)).collect();
    ensure!(
        !checks.is_empty(),
        "the checks are {}",
        CHECKS.map(|(name, _)| name).join(", ")
    );
    let mut failed = Vec::new();
    for (name, check) in checks {
        let began = Instant::now();
        eprintln!("== {name}");
        let outcome = match check(options) {
            Ok(Checked::Done(found)) => format!("ok: {found}"),
            Ok(Checked::Skipped(needed)) => format!("NOT RUN: {needed}"),
            Err(error) => {
                failed.push(*name);
                format!("FAILED: {error:#}")
            }
        };
        println!("{name}: {outcome} ({} s)", began.elapsed().as_secs());
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// Root of the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns cargo, to be run in a folder.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    // Another workspace has its own.
    command.env_remove("CARGO_TARGET_DIR");
    command
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be run, or fails.
fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("cannot run {name}"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}

/// Whether a program can be found.
fn is_installed(program: impl AsRef<OsStr>) -> bool {
    Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}
