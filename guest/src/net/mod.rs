//! A connection's bytes: reads and writes with deadlines.

mod address;
pub mod buffered;
pub mod first_write;
mod send_rate;
pub mod socket;

pub use address::{family, to_wasi};
