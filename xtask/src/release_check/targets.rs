//! Other systems and processors, for which this machine can compile.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::foreign::{Runner, serves};
use super::{Checked, Options, cargo, is_installed, succeed, workspace};
use crate::build::executable;

/// A C compiler for a target, with the headers. The few lines of C in wasmtime and ring need
/// it, also when Rust is only checked.
enum Compiler {
    /// A program, and the Debian package that has it. The `cc` crate finds it by its name.
    Debian(&'static str, &'static str),
    /// Zig, which has the headers of all systems. cargo-zigbuild runs cargo with it.
    Zig,
}

use Compiler::{Debian, Zig};

struct Target {
    triple: &'static str,
    compiler: Compiler,
    /// The emulator of the program. Without it, the sources are only checked: a build takes
    /// several times as long, and says no more.
    runner: Option<Runner>,
}

#[rustfmt::skip]
const TARGETS: [Target; 5] = [
    Target {
        triple: "x86_64-unknown-linux-musl",
        compiler: Debian("musl-gcc", "musl-tools"),
        runner: None,
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        compiler: Debian("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
        runner: None,
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        compiler: Zig,
        runner: Some(Runner { program: "qemu-aarch64-static", package: "qemu-user-static" }),
    },
    Target {
        triple: "x86_64-pc-windows-gnu",
        compiler: Debian("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
        runner: Some(Runner { program: "/usr/lib/wine/wine64", package: "wine64" }),
    },
    Target { triple: "aarch64-apple-darwin", compiler: Zig, runner: None },
];

/// Program that runs cargo with Zig, and how to get both.
const ZIG: (&str, &str) = (
    "cargo-zigbuild",
    "cargo-zigbuild (pip install cargo-zigbuild)",
);

/// Checks the program for every target whose compiler is installed, without a warning, and
/// that the build script compiled the component for it. Serves a file by the program where
/// this machine can run it.
pub(super) fn compile(_: &Options) -> Result<Checked> {
    let (mut compiled, mut missing) = (Vec::new(), Vec::new());
    for target in &TARGETS {
        let (program, package) = match target.compiler {
            Debian(program, package) => (program, package),
            Zig => ZIG,
        };
        if !is_installed(program) {
            missing.push(format!("{} needs {package}", target.triple));
            continue;
        }
        succeed(Command::new("rustup").args(["target", "add", target.triple]))?;
        let found = check(target, &mut missing).with_context(|| target.triple.to_owned())?;
        compiled.push(format!("{} {found}", target.triple));
    }
    let missing = missing.join(", ");
    Ok(match compiled.is_empty() {
        true => Checked::Skipped(missing),
        false if missing.is_empty() => Checked::Done(compiled.join(", ")),
        false => Checked::Done(format!("{}; not run: {missing}", compiled.join(", "))),
    })
}

/// Returns in words what is known of the target's program.
fn check(target: &Target, missing: &mut Vec<String>) -> Result<String> {
    let runner = target.runner.as_ref().filter(|runner| {
        let can_run = is_installed(runner.program);
        if !can_run {
            missing.push(format!(
                "running {} needs {}",
                target.triple, runner.package
            ));
        }
        can_run
    });
    let messages = compiled(target, if runner.is_some() { "build" } else { "check" })?;
    let code = machine_code(&messages).context("the build script named no machine code")?;
    let bytes = fs::metadata(&code).with_context(|| code.display().to_string())?;
    ensure!(bytes.len() > 0, "the component was not compiled");
    let Some(runner) = runner else {
        return Ok("compiles".to_owned());
    };
    let messages = String::from_utf8(messages)?;
    let mut messages = messages.lines();
    let program = messages.find_map(|message| executable(message, "porthole"));
    let (built_in, compiled) = serves(runner, &program.context("cargo built no program")?)?;
    Ok(format!(
        "serves (first response after {:.1} s, and {:.1} s if the component must be compiled)",
        built_in.as_secs_f64(),
        compiled.as_secs_f64(),
    ))
}

/// Runs cargo's `command` for the target, and returns cargo's messages.
fn compiled(target: &Target, command: &str) -> Result<Vec<u8>> {
    let mut cargo = match target.compiler {
        Debian(..) => cargo(&workspace()),
        Zig => {
            let mut zig = Command::new(ZIG.0);
            zig.current_dir(workspace()).env_remove("CARGO_TARGET_DIR");
            zig
        }
    };
    let command = match (&target.compiler, command) {
        (Zig, "build") => "zigbuild",
        _ => command,
    };
    // The whole workspace, so that the build script is the one of other builds.
    cargo
        .args([command, "--release", "--workspace", "--bin", "porthole"])
        .args(["--target", target.triple])
        .args(["--message-format", "json-render-diagnostics"])
        .env("RUSTFLAGS", "-D warnings")
        .stderr(Stdio::inherit());
    if !target.triple.starts_with(std::env::consts::ARCH) {
        cargo.args(["--features", "porthole/cross"]);
    }
    let output = cargo.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "cargo failed: {}", output.status);
    Ok(output.stdout)
}

/// Returns the file that the build script wrote, from cargo's messages.
fn machine_code(messages: &[u8]) -> Option<PathBuf> {
    let messages = messages.split(|byte| *byte == b'\n');
    let mut messages = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    messages.find_map(|message| {
        let variables = message.get("env")?.as_array()?;
        let mut files = variables.iter().filter_map(|variable| {
            let is_it = variable.get(0)?.as_str()? == "EXTENDED_COMPILED";
            is_it.then(|| variable.get(1)?.as_str())?
        });
        files.next().map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_code_is_found_among_the_messages() {
        let messages = br#"{"reason":"compiler-artifact","filenames":[]}
{"reason":"build-script-executed","env":[]}
{"reason":"build-script-executed","env":[["PORTABLE_COMPONENT","/a"],["EXTENDED_COMPILED","/b"]]}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(machine_code(messages), Some(PathBuf::from("/b")));
        assert_eq!(machine_code(b"{}\n\n"), None);
    }
}
