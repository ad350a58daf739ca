//! Builds the components of the tests.

use std::path::Path;
use std::process::ExitCode;

#[path = "../../host/build/wasm.rs"]
mod wasm;

fn main() -> ExitCode {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for source in [
        "tests/unruly",
        "wit",
        "host/build",
        "guest/src/runtime.rs",
        "guest/src/address.rs",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    match wasm::build(&workspace, "unruly") {
        Ok(component) => {
            println!("cargo::rustc-env=UNRULY={}", component.display());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}
