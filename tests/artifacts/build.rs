//! Builds the components of the tests.

use std::path::PathBuf;
use std::process::ExitCode;

#[path = "../../host/build/wasm.rs"]
mod wasm;

fn main() -> ExitCode {
    match build() {
        Ok([escape, echo, hello]) => {
            println!("cargo::rustc-env=ESCAPE={}", escape.display());
            println!("cargo::rustc-env=ECHO={}", echo.display());
            println!("cargo::rustc-env=HELLO={}", hello.display());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<[PathBuf; 3], String> {
    let workspace = wasm::manifest_dir()?.join("../..");
    for source in [
        "tests/guests/escape",
        "examples/echo",
        "examples/hello",
        "host/build",
        "guest/src/runtime/no_std.rs",
        "guest/src/net/address.rs",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    Ok([
        wasm::build(&workspace, "escape")?,
        wasm::build(&workspace, "echo")?,
        wasm::build(&workspace, "hello")?,
    ])
}
