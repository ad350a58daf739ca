//! Tools for writing tests.

mod autofs;
mod client;
mod folder;
mod fuse;
mod hosted;
mod lines;
mod porthole;
mod programs;
mod random;
mod response;
mod tar;
mod terminal;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use libtest_mimic::Trial;

pub use autofs::Autofs;
pub use client::Client;
pub use folder::{Folder, noise};
pub use fuse::{Fuse, Operation};
pub use hosted::Hosted;
pub use lines::Lines;
pub use porthole::Porthole;
pub use programs::Program;
pub use random::Random;
pub use response::Response;
pub use tar::paths_in;
pub use terminal::Terminal;

/// Longest time that a test waits for anything before it fails. It is longer than every
/// deadline of the server that a test waits for.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Longest time for which a server under load may serve outdated data of a file: a
/// second, and a margin for a busy machine.
pub const SOON: Duration = Duration::from_secs(4);

/// Lists functions as trials, each under its own path:
///
/// ```ignore
/// trials![plain, other; needs [&CURL]: with_curl, resumes_with_curl]
/// ```
///
/// A trial whose programs are missing is shown as ignored, with the Debian packages to
/// install. With `CI=true` it fails.
macro_rules! trials {
    ($($test:ident),* $(,)? $(; needs $programs:expr => $($needing:ident),* $(,)?)*) => {
        vec![
            $($crate::support::trial(concat!(module_path!(), "::", stringify!($test)), $test),)*
            $($($crate::support::needing(
                &$programs,
                concat!(module_path!(), "::", stringify!($needing)),
                $needing,
            ),)*)*
        ]
    };
}
pub(crate) use trials;

/// Returns a test under its full path without the name of this binary.
pub fn trial(path: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    let name = path.strip_prefix("blackbox::").unwrap_or(path);
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// Returns a test that needs programs of other projects.
pub fn needing(programs: &[&Program], path: &str, test: fn()) -> Trial {
    let missing: Vec<String> = programs
        .iter()
        .filter(|program| !program.is_here())
        .map(ToString::to_string)
        .collect();
    match missing.is_empty() {
        true => trial(path, test),
        false => lacking(&missing.join(", "), path, test),
    }
}

/// Returns a test of a program that is too large to require everywhere. Without the
/// program the test is shown as ignored, also with `CI=true`.
pub fn where_installed(programs: &[&Program], path: &str, test: fn()) -> Trial {
    match programs.iter().find(|program| !program.is_here()) {
        None => trial(path, test),
        Some(missing) => trial(path, test)
            .with_kind(format!("runs where there is {missing}"))
            .with_ignored_flag(true),
    }
}

/// Returns a test that needs a kernel with Landlock.
pub fn needing_landlock(path: &str, test: fn()) -> Trial {
    use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
    let known = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1));
    match known {
        Ok(_) => trial(path, test),
        Err(_) => lacking("a kernel with Landlock (Linux 5.13)", path, test),
    }
}

/// Returns a test that can't run here because `missing` is missing.
fn lacking(missing: &str, path: &str, test: fn()) -> Trial {
    let missing = format!("needs {missing}");
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return trial(path, move || panic!("{missing}"));
    }
    trial(path, test).with_kind(missing).with_ignored_flag(true)
}

/// Returns a test that needs rights that not every user has. Without them it is shown as
/// ignored, also with `CI=true`, because rights can't be installed like a program.
pub fn privileged(path: &str, allowed: bool, what: &str, test: fn()) -> Trial {
    match allowed {
        true => trial(path, test),
        false => trial(path, test)
            .with_kind(format!("needs the right to {what}"))
            .with_ignored_flag(true),
    }
}

/// Runs a test on every row of a table, and fails with all rows that failed.
pub fn each<R: Debug>(rows: &[R], test: impl Fn(&R)) {
    let failure = |row| {
        let panic = catch_unwind(AssertUnwindSafe(|| test(row))).err()?;
        let words = panic.downcast_ref::<&str>().copied();
        let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Some(format!(
            "\n{:.200}\n  {}",
            format!("{row:?}"),
            words.unwrap_or_default()
        ))
    };
    let failures: Vec<String> = rows.iter().filter_map(failure).collect();
    assert!(
        failures.is_empty(),
        "{} of {} rows failed:{}",
        failures.len(),
        rows.len(),
        failures.concat()
    );
}
