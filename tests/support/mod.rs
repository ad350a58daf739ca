//! What tests are written with.

mod answer;
mod client;
mod folder;
mod fuse;
mod hosted;
mod lines;
mod porthole;
mod programs;
mod random;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use libtest_mimic::Trial;

pub use answer::Answer;
pub use client::Client;
pub use folder::{Folder, noise};
pub use fuse::{Fuse, Question};
pub use hosted::Hosted;
pub use lines::Lines;
pub use porthole::Porthole;
pub use programs::Program;
pub use random::Random;

/// How long a test waits for anything before it fails: longer than every
/// deadline of the server that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How long a server under load may go on believing what it knows of a file: a second,
/// and what a busy machine adds.
pub const SOON: Duration = Duration::from_secs(4);

/// Functions as trials, each under its own path:
///
/// ```ignore
/// trials![plain, other; needs [&CURL]: with_curl, resumes_with_curl]
/// ```
///
/// What needs a program that is missing is shown as ignored, with the Debian
/// package to install; with `CI=true` it fails.
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

/// A test by its full path, without the name of this binary.
pub fn trial(path: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    let name = path.strip_prefix("blackbox::").unwrap_or(path);
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// A test that needs programs which are not ours.
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

/// A test of a program that is too much for every run; shown as ignored where it is
/// missing, also with `CI=true`.
pub fn where_installed(programs: &[&Program], path: &str, test: fn()) -> Trial {
    match programs.iter().find(|program| !program.is_here()) {
        None => trial(path, test),
        Some(missing) => trial(path, test)
            .with_kind(format!("runs where there is {missing}"))
            .with_ignored_flag(true),
    }
}

/// A test that needs a kernel with Landlock.
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

/// A test that can't show anything here, for want of what is `missing`.
fn lacking(missing: &str, path: &str, test: fn()) -> Trial {
    let missing = format!("needs {missing}");
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return trial(path, move || panic!("{missing}"));
    }
    trial(path, test).with_kind(missing).with_ignored_flag(true)
}

/// A test that needs rights which not everyone has, who runs it; shown as ignored
/// without them, also with `CI=true`: unlike a program they can't be installed.
pub fn privileged(path: &str, allowed: bool, what: &str, test: fn()) -> Trial {
    match allowed {
        true => trial(path, test),
        false => trial(path, test)
            .with_kind(format!("needs the right to {what}"))
            .with_ignored_flag(true),
    }
}

/// Runs a test on every row of a table and fails with all rows that failed.
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
