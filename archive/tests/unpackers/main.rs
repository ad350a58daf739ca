//! Archives as the programs unpack them that people have.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic fails the test"
)]

mod compare;
mod folder;
mod program;
mod written;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use program::{PROGRAMS, Program};

/// A name, and what a program has to do.
type Test = (&'static str, fn(&Program));

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tests: [Test; 3] = [
        ("unpacks_what_was_in_the_folder", compare::unpacks),
        ("lists_sizes_beyond_8_gib", compare::lists_large_files),
        ("is_not_led_out_of_its_folder", compare::stays_in_its_folder),
    ];
    let trials = PROGRAMS.iter().flat_map(|program| {
        tests.map(|(test, run)| trial(&format!("{}::{test}", program.name), program, run))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Returns a test that needs a program. Without it, it is shown as ignored, and with `CI=true`
/// it fails.
fn trial(name: &str, program: &'static Program, test: fn(&Program)) -> Trial {
    if program.is_here() {
        return Trial::test(name, move || {
            test(program);
            Ok(())
        });
    }
    let missing = format!(
        "needs {} (apt install {})",
        program.command, program.package
    );
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return Trial::test(name, move || Err(missing.into()));
    }
    Trial::test(name, || Ok(()))
        .with_kind(missing)
        .with_ignored_flag(true)
}
