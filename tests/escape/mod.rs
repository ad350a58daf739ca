//! A hostile component (`tests/guests/escape`) in the host. The tests show what it can't
//! reach, and that it can't bring anything down. Each attempt is a case with a name.
//! `docs/escape.md` is made from the same tables.

mod control;
mod crafted;
mod docs;
mod exhaust;
pub mod hostile;
mod ranges;
mod survey;
mod transfers;
mod unlinked;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        survey::trials(),
        unlinked::trials(),
        exhaust::trials(),
        transfers::trials(),
        ranges::trials(),
        crafted::trials(),
        control::trials(),
        docs::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One attempt, for the table of the documentation.
pub struct Case {
    pub attempt: String,
    pub outcome: String,
    pub enforced_by: &'static str,
    /// Most cost to the host, where it is measured for each attempt.
    pub costs: Option<String>,
}

/// Returns a trial for an attempt.
fn attempt(module: &str, name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    crate::support::trial(&format!("{module}::{name}"), test)
}
