//! Builds the two components of `guest/` for `wasm32-wasip2`: the extended one, which the host
//! runs, and the portable one for other hosts. Compiles the first to the target's machine
//! code, so that the host need not compile it at every start.
//!
//! `PORTHOLE_BUILD_COMPONENT=/path.wasm` uses a ready-made component in place of both.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wasmtime::Engine;

#[path = "src/component/features.rs"]
mod features;
#[path = "build/wasm.rs"]
mod wasm;

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed=PORTHOLE_BUILD_COMPONENT");
    println!("cargo::rerun-if-changed=src/component/features.rs");
    println!("cargo::rerun-if-changed=build");
    match built() {
        Ok(built) => {
            for (name, file) in built {
                println!("cargo::rustc-env={name}={}", file.display());
            }
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the files that the library includes, and the names by which it finds them.
fn built() -> Result<[(&'static str, PathBuf); 3], String> {
    let (extended, portable) = components()?;
    let compiled = compile(&extended)?;
    Ok([
        ("PORTHOLE_EXTENDED", extended),
        ("PORTHOLE_COMPILED", compiled),
        ("PORTHOLE_PORTABLE", portable),
    ])
}

fn components() -> Result<(PathBuf, PathBuf), String> {
    if let Some(ready) = env::var_os("PORTHOLE_BUILD_COMPONENT") {
        let ready = PathBuf::from(ready);
        println!("cargo::rerun-if-changed={}", ready.display());
        let ready = ready
            .canonicalize()
            .map_err(|error| format!("PORTHOLE_BUILD_COMPONENT={}: {error}", ready.display()))?;
        return Ok((ready.clone(), ready));
    }
    let workspace = wasm::manifest_dir()?.join("..");
    // Only the component's own sources. Anything else would rebuild the component, and
    // with it the host, after every change of a test.
    for source in [
        "auth/src",
        "auth/Cargo.toml",
        "guest",
        "h1/src",
        "h1/Cargo.toml",
        "pages/askama.toml",
        "pages/assets",
        "pages/build.rs",
        "pages/src",
        "pages/templates",
        "pages/Cargo.toml",
        "usage",
        "wit",
        "Cargo.lock",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    let [extended, portable] =
        ["extended", "portable"].map(|package| wasm::build(&workspace, package));
    Ok((extended?, portable?))
}

/// Compiles the component to machine code for the target. If that has a processor of another
/// kind and the feature `cross` is off, writes an empty file, and the host compiles the
/// component when it starts.
fn compile(component: &Path) -> Result<PathBuf, String> {
    let compiled = out_dir()?.join("porthole.cwasm");
    let bytes = std::fs::read(component).map_err(|e| format!("{}: {e}", component.display()))?;
    let code = match engine()? {
        Some(engine) => engine
            .precompile_component(&bytes)
            .map_err(|error| format!("{} does not compile: {error:#}", component.display()))?,
        None => Vec::new(),
    };
    std::fs::write(&compiled, code).map_err(|e| format!("{}: {e}", compiled.display()))?;
    Ok(compiled)
}

/// Returns the compiler for the target, or nothing if it was built without it.
fn engine() -> Result<Option<Engine>, String> {
    let target = env::var("TARGET").map_err(|error| format!("TARGET: {error}"))?;
    let mut config = features::config(features::BUILT_IN);
    if env::var("HOST").is_ok_and(|host| host == target) {
        // The code uses what this machine's processor has.
        let engine = Engine::new(&config).map_err(|error| format!("{error:#}"))?;
        return Ok(Some(engine));
    }
    let engine = config
        .target(&target)
        .and_then(|config| Engine::new(config));
    if let Err(error) = &engine {
        println!(
            "cargo::warning=no machine code for {target} ({error:#}): the program will compile \
             its component at every start, unless it is built with the feature `cross`"
        );
    }
    Ok(engine.ok())
}

fn out_dir() -> Result<PathBuf, String> {
    env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .ok_or_else(|| "cargo did not set OUT_DIR".to_owned())
}
