//! The folder that people copy for a component of their own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use super::{Checked, Options, cargo, succeed, workspace};
use crate::build;

/// Copies `examples/hello` as its documentation says, builds the copy, and inspects what came
/// out.
pub(super) fn copied(_: &Options) -> Result<Checked> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("hello");
    let original = workspace().join("examples/hello");
    succeed(Command::new("cp").arg("-rL").args([&original, &copy]))?;
    let mut build = cargo(&copy);
    build
        .args(["rustc", "--release", "--lib", "--crate-type", "cdylib"])
        .args(["--target", "wasm32-wasip2"]);
    succeed(&mut build)?;
    let component: PathBuf = copy.join("target/wasm32-wasip2/release/hello.wasm");
    let mut inspect = Command::new(build::porthole()?);
    let inspected = inspect.arg("inspect").arg(component).output()?;
    ensure!(inspected.status.success(), "{inspected:?}");
    Ok(Checked::Done(
        "a copy of examples/hello builds and is accepted".to_owned(),
    ))
}
