//! A connection's bytes: reads and writes with deadlines.

mod address;
pub mod buffered;
pub mod first_write;
mod listen;
mod send_rate;
pub mod socket;

pub use listen::listen;
