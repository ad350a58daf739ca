//! Release builds of the workspace.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Builds porthole, and returns the path of its binary.
pub(crate) fn porthole() -> Result<PathBuf> {
    build(&["build", "--bin", "porthole"], "porthole")
}

/// Builds porthole and its black-box tests, and returns the path of the tests' program.
pub(crate) fn tests() -> Result<PathBuf> {
    build(&["test", "--no-run", "--test", "blackbox"], "blackbox")
}

/// Builds the simulation, and returns the path of its program.
pub(crate) fn simulation() -> Result<PathBuf> {
    build(&["build", "--bin", "simulation"], "simulation")
}

/// Builds the whole workspace, as the README's commands do. With other features the
/// dependencies would be built again.
fn build(command: &[&str], name: &str) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(command)
        .args(["--release", "--workspace"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(WORKSPACE)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "{name} does not build");
    let messages = String::from_utf8(output.stdout)?;
    messages
        .lines()
        .find_map(|message| executable(message, name))
        .with_context(|| format!("cargo built no {name}"))
}

/// Returns the program in a line of cargo's messages, if it has this name.
pub(crate) fn executable(message: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let path = Path::new(message.get("executable")?.as_str()?);
    (message.get("target")?.get("name")? == name).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Returns the crates that a selection of packages builds, each with its features.
    fn crates(selection: &[&str], edges: &str) -> BTreeSet<String> {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--prefix=none", "--format={p} {f}"])
            .args(selection)
            .args(["--edges", edges])
            .current_dir(WORKSPACE)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let lines = String::from_utf8(output.stdout).unwrap();
        let line = |line: &str| line.trim_end_matches(" (*)").to_owned();
        lines.lines().map(line).collect()
    }

    /// With another feature of one small crate, wasmtime would be built twice.
    #[test]
    fn serving_and_testing_share_one_build() {
        let serving = crates(&[], "normal,build");
        let testing = crates(&["--workspace"], "normal,build,dev");
        let only_serving: Vec<_> = serving.difference(&testing).collect();
        assert!(only_serving.is_empty(), "{only_serving:#?}");
    }

    #[test]
    fn executables() {
        for (message, expected) in [
            (
                r#"{"target":{"name":"blackbox"},"executable":"/t/deps/blackbox-54"}"#,
                true,
            ),
            (
                r#"{"target":{"name":"build-script-build"},"executable":"/t/build-script"}"#,
                false,
            ),
            (r#"{"target":{"name":"blackbox"},"executable":null}"#, false),
            (r#"{"reason":"build-finished","success":true}"#, false),
            ("warning: unused", false),
        ] {
            assert_eq!(
                executable(message, "blackbox").is_some(),
                expected,
                "{message}"
            );
        }
    }
}
