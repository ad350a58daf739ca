//! Programs that are run, and what they are given.

pub mod browser;
pub mod film;
pub mod run;
pub mod tree;
