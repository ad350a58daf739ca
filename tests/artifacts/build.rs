//! Builds the components of the tests.

use std::path::PathBuf;
use std::process::ExitCode;

#[path = "../../host/build/wasm.rs"]
mod wasm;

fn main() -> ExitCode {
    match build() {
        Ok(component) => {
            println!("cargo::rustc-env=ESCAPE={}", component.display());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<PathBuf, String> {
    let workspace = wasm::manifest_dir()?.join("../..");
    for source in [
        "tests/guests/escape",
        "host/build",
        "guest/src/runtime/no_std.rs",
        "guest/src/net/address.rs",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    wasm::build(&workspace, "escape")
}
