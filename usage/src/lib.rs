//! The use that clients make of the rates that an operator allows them. The host keeps it for all
//! instances of the built-in component, and the portable component keeps its own.
//!
//! It is pure: time comes in as a value.

#![no_std]
#![forbid(unsafe_code)]

mod clients;
pub mod limits;

pub use clients::{Meter, Usage};
