//! Facts of files that ffmpeg makes, beside what ffprobe says of the same files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic fails the test"
)]

mod compare;
mod made;
mod probed;
mod reading;

use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use made::FILES;

/// The Debian package that both programs are in.
const PACKAGE: &str = "ffmpeg";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Encoders use several threads each.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let trials = FILES
        .iter()
        .map(|file| trial(file.name, move || compare::run(file)));
    let others = [
        trial(
            "pictures_are_found_as_they_were_put_in",
            compare::pictures_are_found,
        ),
        trial("pictures_have_a_size", compare::pictures_have_a_size),
        trial(
            "a_cut_file_has_no_other_facts",
            compare::cut_files_have_no_other_facts,
        ),
    ];
    libtest_mimic::run(&arguments, trials.chain(others).collect()).exit_code()
}

/// Returns a test that needs ffmpeg. Without it, it is shown as ignored, and with `CI=true`
/// it fails.
fn trial(name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    let missing = format!("needs ffmpeg, ffprobe (apt install {PACKAGE})");
    if is_here("ffmpeg") && is_here("ffprobe") {
        return Trial::test(name, move || {
            test();
            Ok(())
        });
    }
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return Trial::test(name, move || Err(missing.into()));
    }
    Trial::test(name, || Ok(()))
        .with_kind(missing)
        .with_ignored_flag(true)
}

fn is_here(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path);
    folders.any(|folder: PathBuf| folder.join(program).is_file())
}
