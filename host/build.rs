//! Builds the component (`guest/`) for `wasm32-wasip2`, and compiles it to machine
//! code, so that starting does not have to.
//!
//! `PORTHOLE_COMPONENT=/path.wasm` uses a ready-made component instead.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

#[path = "src/config.rs"]
mod config;

const TARGET: &str = "wasm32-wasip2";

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed=PORTHOLE_COMPONENT");
    println!("cargo::rerun-if-changed=src/config.rs");
    match component().and_then(|component| Ok((compile(&component)?, component))) {
        Ok((compiled, component)) => {
            println!(
                "cargo::rustc-env=PORTHOLE_COMPONENT_FILE={}",
                component.display()
            );
            println!(
                "cargo::rustc-env=PORTHOLE_COMPILED_FILE={}",
                compiled.display()
            );
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn component() -> Result<PathBuf, String> {
    if let Some(ready) = env::var_os("PORTHOLE_COMPONENT") {
        let ready = PathBuf::from(ready);
        println!("cargo::rerun-if-changed={}", ready.display());
        return ready
            .canonicalize()
            .map_err(|error| format!("PORTHOLE_COMPONENT={}: {error}", ready.display()));
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // Only the component's own sources: anything else would rebuild it, and with
    // it the host, after every change of a test.
    for source in [
        "guest/src",
        "guest/Cargo.toml",
        "h1/src",
        "h1/Cargo.toml",
        "wit",
        "Cargo.lock",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    require_target()?;
    build(&workspace)
}

/// Adds the target where it is missing: `rust-toolchain.toml` names it, but
/// rustup installs it only where automatic installation is on.
fn require_target() -> Result<(), String> {
    if has_target() {
        return Ok(());
    }
    println!("cargo::warning=adding the Rust target {TARGET} (rustup target add {TARGET})");
    let toolchain = env::var("RUSTUP_TOOLCHAIN").ok();
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]);
    if let Some(toolchain) = &toolchain {
        rustup.args(["--toolchain", toolchain]);
    }
    let added = rustup.output().is_ok_and(|output| output.status.success());
    if added && has_target() {
        return Ok(());
    }
    Err(format!(
        "the Rust target {TARGET} is missing and could not be added: run `rustup target add {TARGET}`, \
         or set PORTHOLE_COMPONENT to a ready-made component"
    ))
}

fn has_target() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libdir = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    libdir.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

fn build(workspace: &Path) -> Result<PathBuf, String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    // A directory of its own: the outer cargo holds the lock of the usual one.
    let target_dir = out.join("guest");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(workspace)
        // A library everywhere else, for the tests of its pure parts; a linker for
        // this machine would not take the names of a component's exports.
        .args([
            "rustc",
            "--package",
            "guest",
            "--lib",
            "--profile",
            "component",
            "--target",
            TARGET,
        ])
        .args(["--crate-type", "cdylib"])
        .arg("--target-dir")
        .arg(&target_dir)
        // What the outer build was told about its own target is not for this one.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .map_err(|error| format!("cannot run cargo for the component: {error}"))?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        return Err("the component (guest/) does not build; cargo's messages are above".to_owned());
    }
    let built = target_dir.join(TARGET).join("component").join("guest.wasm");
    let component = out.join("porthole.wasm");
    std::fs::copy(&built, &component).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(component)
}

/// Machine code for the component, if it is this machine that will run it; else an
/// empty file, and the host compiles at its start.
fn compile(component: &Path) -> Result<PathBuf, String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    let compiled = out.join("porthole.cwasm");
    let mut code = Vec::new();
    if env::var_os("TARGET") == env::var_os("HOST") {
        let bytes =
            std::fs::read(component).map_err(|e| format!("{}: {e}", component.display()))?;
        code = wasmtime::Engine::new(&config::config())
            .and_then(|engine| engine.precompile_component(&bytes))
            .map_err(|error| format!("{} does not compile: {error:#}", component.display()))?;
    }
    std::fs::write(&compiled, code).map_err(|e| format!("{}: {e}", compiled.display()))?;
    Ok(compiled)
}
