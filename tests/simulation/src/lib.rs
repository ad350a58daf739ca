//! A simulated world: the built component runs under a host that is made for the purpose.
//! Network, disk, clock and log are values that one seed drives; there is no thread, no
//! real clock and no real socket, so a seed repeats a run to the byte.
//!
//! [`plan`] draws what happens, [`world`] is what it happens in, `host` is how the
//! component sees it, `clients` act by the plan and [`invariants`] judge.
//! [`search`] goes through seeds. docs/simulation.md says what holds, and what was found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: a fault of its own is seen as a run that fails"
)]

mod clients;
mod host;
mod invariants;
mod plan;
mod program;
mod random;
mod run;
mod search;
mod world;

pub use plan::{Kind, Plan};
pub use program::Program;
pub use run::{Outcome, run};
pub use search::{Failure, Found, Search, shrink};
pub use world::Broken;
