//! Other systems and processors, for which this machine can compile.

use anyhow::Result;

use super::{Checked, Options, cargo, is_installed, succeed, workspace};

/// Each target, with the C compiler that wasmtime's few lines of C need, and the package that
/// has it.
const TARGETS: [(&str, &str, &str); 4] = [
    ("x86_64-unknown-linux-musl", "musl-gcc", "musl-tools"),
    (
        "aarch64-unknown-linux-gnu",
        "aarch64-linux-gnu-gcc",
        "gcc-aarch64-linux-gnu",
    ),
    (
        "x86_64-pc-windows-gnu",
        "x86_64-w64-mingw32-gcc",
        "gcc-mingw-w64-x86-64",
    ),
    ("aarch64-apple-darwin", "oa64-clang", "osxcross"),
];

/// Checks the program for every target whose compiler is installed.
pub(super) fn compile(_: &Options) -> Result<Checked> {
    let (mut compiled, mut missing) = (Vec::new(), Vec::new());
    for (target, compiler, package) in TARGETS {
        if !is_installed(compiler) {
            missing.push(format!("{target} needs {package}"));
            continue;
        }
        succeed(std::process::Command::new("rustup").args(["target", "add", target]))?;
        let mut check = cargo(&workspace());
        check
            .args([
                "check",
                "--release",
                "--package",
                "porthole",
                "--target",
                target,
            ])
            .env("RUSTFLAGS", "-D warnings");
        succeed(&mut check)?;
        compiled.push(target);
    }
    let missing = missing.join(", ");
    Ok(match compiled.is_empty() {
        true => Checked::Skipped(missing),
        false if missing.is_empty() => Checked::Done(compiled.join(", ")),
        false => Checked::Done(format!("{}; not run: {missing}", compiled.join(", "))),
    })
}
