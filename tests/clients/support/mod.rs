//! External programs, and their input.

pub mod browser;
pub mod film;
pub mod run;
pub mod site;
pub mod tree;
