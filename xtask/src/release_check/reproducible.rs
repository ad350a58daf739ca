//! The component, built in another folder.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::{Checked, Options, cargo, succeed, workspace};
use crate::build;

/// Builds the committed sources in a folder of their own, and compares the component with the
/// one in the program, which was built here.
pub(super) fn component(_: &Options) -> Result<Checked> {
    let here = built_in()?;
    let folder = tempfile::tempdir()?;
    export(folder.path())?;
    let mut build = cargo(folder.path());
    // As host/build/wasm.rs does.
    build
        .args(["rustc", "--lib", "--package", "portable"])
        .args(["--profile", "component", "--target", "wasm32-wasip2"])
        .args(["--crate-type", "cdylib"])
        .env(
            "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS",
            "-Cllvm-args=-inline-threshold=600",
        );
    succeed(&mut build)?;
    let there = folder
        .path()
        .join("target/wasm32-wasip2/component/portable.wasm");
    let there = fs::read(&there).with_context(|| format!("no {}", there.display()))?;
    // The program appends the metadata.
    ensure!(
        here.starts_with(&there),
        "the same sources gave other bytes: are all changes committed?"
    );
    Ok(Checked::Done(format!("{} bytes are the same", there.len())))
}

/// Returns the component that the program writes.
pub(super) fn built_in() -> Result<Vec<u8>> {
    let output = Command::new(build::porthole()?).arg("component").output()?;
    ensure!(
        output.status.success(),
        "porthole component: {}",
        output.status
    );
    Ok(output.stdout)
}

/// Writes the committed files to a folder.
pub(super) fn export(folder: &Path) -> Result<()> {
    let mut archive = Command::new("git")
        .args(["archive", "HEAD"])
        .current_dir(workspace())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run git")?;
    let files = archive.stdout.take().context("git has no output")?;
    succeed(Command::new("tar").arg("-xC").arg(folder).stdin(files))?;
    ensure!(archive.wait()?.success(), "git archive failed");
    Ok(())
}
