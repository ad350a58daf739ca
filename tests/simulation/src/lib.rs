//! A simulated world. The built component runs under a host that is made for this
//! purpose. Network, disk, clock and log are values that one seed drives. There is no
//! thread, no real clock and no real socket, so a seed repeats a run exactly.
//!
//! [`plan`] draws the events, [`world`] holds the state, `host` is the component's view
//! of it, `clients` act by the plan and [`invariants`] check the responses. [`search`] runs many seeds.
//! docs/simulation.md describes what holds, and what was found.

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
