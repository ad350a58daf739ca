//! What must hold for `h1` whatever is sent to it: one function per fuzz target, from
//! any bytes to a panic or none.
//!
//! A fuzzer calls them through `fuzz/fuzz_targets`; the test of this crate calls them
//! with mutations of `fuzz/seeds`. Where it can be done in another way, what `h1` finds
//! is found again, by code that is slow and plain.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic is how an invariant says that it does not hold"
)]

mod answer;
mod caller;
mod chunk;
mod coding;
mod condition;
mod connection;
mod date;
mod head;
mod range;
mod site;
mod target;
mod text;

/// An invariant: it panics where it does not hold.
pub type Invariant = fn(&[u8]);

/// Every invariant, under the name of its fuzz target and of the folder of its seeds.
pub const INVARIANTS: [(&str, Invariant); 8] = [
    ("chunk", chunk::chunk),
    ("coding", coding::coding),
    ("condition", condition::condition),
    ("connection", connection::connection),
    ("date", date::date),
    ("head", head::head),
    ("range", range::range),
    ("target", target::target),
];

pub use chunk::chunk;
pub use coding::coding;
pub use condition::condition;
pub use connection::connection;
pub use date::date;
pub use head::head;
pub use range::range;
pub use target::target;
