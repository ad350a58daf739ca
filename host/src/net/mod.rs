//! Listeners and connections, independent of the component.

pub(crate) mod handover;
pub(crate) mod listeners;
pub(crate) mod stream;
pub(crate) mod unsent;
