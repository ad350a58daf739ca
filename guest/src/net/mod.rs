//! A connection's bytes: reads and writes with deadlines.

mod address;
pub mod buffered;
mod send_rate;
pub mod socket;

pub use address::{family, to_wasi};
