//! The outcome of each attempt on a line of its own.

use alloc::format;
use alloc::string::String;
use core::fmt::{Debug, Display};

/// Lines of `attempt: outcome`.
#[derive(Default)]
pub struct Report(String);

impl Report {
    /// Adds what the component learned, for the test to judge.
    pub fn found(&mut self, attempt: &str, outcome: impl Display) {
        self.0.push_str(&format!("{attempt}: {outcome}\n"));
    }

    /// Adds `allowed` or the error.
    pub fn outcome<T, E: Debug>(&mut self, attempt: &str, outcome: &Result<T, E>) {
        match outcome {
            Ok(_) => self.found(attempt, "allowed"),
            Err(error) => self.found(attempt, format!("{error:?}")),
        }
    }

    pub fn into_bytes(self) -> alloc::vec::Vec<u8> {
        self.0.into_bytes()
    }
}
