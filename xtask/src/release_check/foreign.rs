//! A program for another system or processor, run by an emulator.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::succeed;
use crate::bench::clients::link::Door;
use crate::bench::running::{Running, free_address};

/// The emulator of a target's programs on this machine.
pub(super) struct Runner {
    pub(super) program: &'static str,
    pub(super) package: &'static str,
}

/// Serves a file with the built-in component, and with the component that the program writes,
/// which it must compile when it starts. Returns the times to the first response.
///
/// # Errors
/// When it does not serve, or takes about as long with the built-in component: its machine
/// code is not that of the target.
pub(super) fn serves(runner: &Runner, program: &Path) -> Result<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("media"))?;
    fs::write(folder.path().join("media/a"), "0123456789")?;
    let porthole = || {
        let mut command = Command::new(runner.program);
        command
            .arg(program)
            // Paths of Windows differ from ours, and names do not.
            .current_dir(folder.path())
            .env("WINEPREFIX", folder.path().join("wine"))
            .env("WINEDEBUG", "-all");
        command
    };
    // Wine makes its folder at its first start, which takes a while.
    succeed(porthole().arg("--version"))?;
    succeed(porthole().args(["component", "-o", "component.wasm"]))?;
    let built_in = first_response(porthole(), &[])?;
    let compiled = first_response(porthole(), &["--component", "component.wasm"])?;
    ensure!(
        built_in.saturating_mul(2) < compiled,
        "it compiles its component when it starts: {built_in:?}, and {compiled:?} with a file"
    );
    Ok((built_in, compiled))
}

fn first_response(mut porthole: Command, arguments: &[&str]) -> Result<Duration> {
    let address = free_address()?;
    porthole
        .args(["media", "--workers", "1", "--port"])
        .arg(address.port().to_string())
        // An emulator of processors knows neither Landlock nor seccomp.
        .arg("--no-confine")
        .args(arguments)
        .stdout(Stdio::null());
    let running = Running::start(porthole, Door::plain(address), "/a");
    let running = running.with_context(|| format!("with {arguments:?}"))?;
    Ok(running.first_response)
}
