//! porthole's own binary, built as it is released.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Builds porthole; gives the path of its binary.
pub(crate) fn porthole() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--release", "--workspace", "--bin", "porthole"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(WORKSPACE)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "porthole does not build");
    let messages = String::from_utf8(output.stdout)?;
    messages
        .lines()
        .find_map(executable)
        .context("cargo built no porthole")
}

/// The binary that a line of cargo's messages is about.
fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let path = Path::new(message.get("executable")?.as_str()?);
    (path.file_stem()? == "porthole").then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables() {
        for (message, expected) in [
            (
                r#"{"reason":"compiler-artifact","executable":"/t/release/porthole"}"#,
                true,
            ),
            (
                r#"{"reason":"compiler-artifact","executable":"/t/release/build-script"}"#,
                false,
            ),
            (r#"{"reason":"compiler-artifact","executable":null}"#, false),
            (r#"{"reason":"build-finished","success":true}"#, false),
            ("warning: unused", false),
        ] {
            assert_eq!(executable(message).is_some(), expected, "{message}");
        }
    }
}
