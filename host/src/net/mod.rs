//! Listeners and connections, whoever serves them.

pub(crate) mod listeners;
pub(crate) mod stream;
pub(crate) mod unsent;
