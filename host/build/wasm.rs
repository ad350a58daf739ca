//! Builds crates of this workspace as components for `wasm32-wasip2`. The build scripts
//! of the host and of the tests share this file.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";

/// Each function call checks the watchdog's clock. More inlining means fewer calls, at the cost of
/// more code (LLVM's own threshold is 225).
const FLAGS: &str = "-Cllvm-args=-inline-threshold=600";

/// Returns the directory of the package that is built. It is read when the script runs,
/// because a script that was compiled in another checkout may be reused in this one.
///
/// # Errors
/// One line for the user.
pub fn manifest_dir() -> Result<PathBuf, String> {
    let folder = env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo did not set CARGO_MANIFEST_DIR")?;
    Ok(PathBuf::from(folder))
}

/// Builds the library of `package`, and returns the path of the component in `OUT_DIR`. All build
/// scripts of one target directory share another one for this, so that each crate is built
/// once, whatever the features of the host are.
///
/// # Errors
/// One line for the user.
pub fn build(workspace: &Path, package: &str) -> Result<PathBuf, String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    require_target(&out)?;
    // The outer cargo holds the lock of the usual target directory.
    let target_dir = shared(&out).join("components");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(workspace)
        // Everywhere else it is a plain library, for the tests of its pure parts: a
        // linker for this machine would reject the names of a component's exports.
        .args(["rustc", "--lib", "--package", package])
        .args(["--profile", "component", "--target", TARGET])
        .args(["--crate-type", "cdylib"])
        .arg("--target-dir")
        .arg(&target_dir)
        // The flags of the outer build are for its own target, not for this one.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_BUILD_TARGET")
        .env("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", FLAGS)
        .output()
        .map_err(|error| format!("cannot run cargo for the component: {error}"))?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        return Err(format!(
            "the component ({package}) does not build; cargo's messages are above"
        ));
    }
    let name = format!("{package}.wasm");
    let (built, component) = (
        target_dir.join(TARGET).join("component").join(&name),
        out.join(&name),
    );
    std::fs::copy(&built, &component).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(component)
}

/// Returns the folder that the build scripts of one target directory share. `OUT_DIR` is
/// `build/<package>/out`.
fn shared(out: &Path) -> &Path {
    out.ancestors().nth(2).unwrap_or(out)
}

/// Adds the target if it is missing: `rust-toolchain.toml` names it, but rustup installs
/// it only if automatic installation is on.
///
/// Only one build script does so at a time. Cargo runs several at once, and if two add
/// the same target, one fails or finds half of it.
fn require_target(out: &Path) -> Result<(), String> {
    let _lock = lock(out).map_err(|error| format!("cannot lock the build folder: {error}"))?;
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
         or set PORTHOLE_BUILD_COMPONENT to a ready-made component"
    ))
}

/// Waits for the lock that the build scripts of one target directory share. Dropping the file
/// unlocks it.
fn lock(out: &Path) -> std::io::Result<File> {
    let file = File::create(shared(out).join("wasm-target.lock"))?;
    file.lock()?;
    Ok(file)
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
