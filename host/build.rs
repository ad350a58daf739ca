//! Builds the components for `wasm32-wasip2`: the extended one of `guest/`, which the host runs,
//! the portable one for other hosts, and the one of `admin/`. Compiles the first and the last to
//! the target's machine code, so that the host need not compile them at every start.
//!
//! `PORTHOLE_BUILD_COMPONENT=/path.wasm` uses a ready-made component in place of the first two,
//! and `PORTHOLE_BUILD_ADMIN=/path.wasm` one in place of the last.

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
    println!("cargo::rerun-if-env-changed=PORTHOLE_BUILD_ADMIN");
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

/// Returns the files that the library includes, and the variables by which it finds them.
/// `cargo run` and `cargo test` give these to the program as well, so none may be one that
/// sets a flag.
fn built() -> Result<[(&'static str, PathBuf); 5], String> {
    let workspace = wasm::manifest_dir()?.join("..");
    let [extended, portable] = match ready_made("PORTHOLE_BUILD_COMPONENT")? {
        Some(ready) => [ready.clone(), ready],
        None => {
            watch_sources(&workspace);
            let built = ["extended", "portable"].map(|package| wasm::build(&workspace, package));
            let [extended, portable] = built;
            [extended?, portable?]
        }
    };
    let admin = match ready_made("PORTHOLE_BUILD_ADMIN")? {
        Some(ready) => ready,
        None => {
            watch_sources(&workspace);
            wasm::build(&workspace, "admin")?
        }
    };
    Ok([
        ("EXTENDED_COMPILED", compile(&extended, "porthole.cwasm")?),
        ("ADMIN_COMPILED", compile(&admin, "admin.cwasm")?),
        ("EXTENDED_COMPONENT", extended),
        ("PORTABLE_COMPONENT", portable),
        ("ADMIN_COMPONENT", admin),
    ])
}

/// Returns the ready-made component that a variable names.
fn ready_made(variable: &str) -> Result<Option<PathBuf>, String> {
    let Some(ready) = env::var_os(variable).map(PathBuf::from) else {
        return Ok(None);
    };
    println!("cargo::rerun-if-changed={}", ready.display());
    let path = ready.canonicalize();
    path.map(Some)
        .map_err(|error| format!("{variable}={}: {error}", ready.display()))
}

fn watch_sources(workspace: &Path) {
    // Only the component's own sources. Anything else would rebuild the component, and
    // with it the host, after every change of a test.
    for source in [
        "admin",
        "auth/src",
        "auth/Cargo.toml",
        "guest",
        "h1/src",
        "h1/Cargo.toml",
        "media/src",
        "media/Cargo.toml",
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
}

/// Compiles the component to machine code for the target. If that has a processor of another
/// kind and the feature `cross` is off, writes an empty file, and the host compiles the
/// component when it starts.
fn compile(component: &Path, name: &str) -> Result<PathBuf, String> {
    let compiled = out_dir()?.join(name);
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
