//! Builds the components of the tests.

use std::path::Path;
use std::process::ExitCode;

#[path = "../../host/build/wasm.rs"]
mod wasm;

fn main() -> ExitCode {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for source in [
        "tests/guests/escape",
        "host/build",
        "guest/src/runtime.rs",
        "guest/src/address.rs",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    match wasm::build(&workspace, "escape") {
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
