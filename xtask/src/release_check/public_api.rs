//! The library as its users see it.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Checked, Options, cargo, is_installed, succeed, workspace};

/// Crates whose documentation is for users.
const PUBLIC: [&str; 4] = ["porthole", "auth", "h1", "pages"];

/// Documents them without a warning.
pub(super) fn documentation(_: &Options) -> Result<Checked> {
    let packages = PUBLIC.iter().flat_map(|name| ["--package", name]);
    let mut doc = cargo(&workspace());
    doc.args(["doc", "--release", "--no-deps", "--lib"])
        .args(packages)
        .env("RUSTDOCFLAGS", "-D warnings");
    succeed(&mut doc)?;
    Ok(Checked::Done(format!(
        "{} without a warning",
        PUBLIC.join(", ")
    )))
}

/// Compares the library with that of the last tag.
pub(super) fn semver(_: &Options) -> Result<Checked> {
    let mut describe = Command::new("git");
    describe
        .args(["describe", "--tags", "--abbrev=0"])
        .current_dir(workspace());
    let tag = describe.output().context("cannot run git")?;
    if !tag.status.success() {
        return Ok(Checked::Skipped(
            "there is no tag to compare with".to_owned(),
        ));
    }
    if !is_installed("cargo-semver-checks") {
        let needed = "cargo install --locked cargo-semver-checks";
        return Ok(Checked::Skipped(needed.to_owned()));
    }
    let tag = String::from_utf8(tag.stdout)?.trim().to_owned();
    let mut check = cargo(&workspace());
    check.args([
        "semver-checks",
        "--package",
        "porthole",
        "--baseline-rev",
        &tag,
    ]);
    succeed(&mut check)?;
    Ok(Checked::Done(format!("compatible with {tag}")))
}
