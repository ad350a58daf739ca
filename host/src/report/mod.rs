//! Reports to an operator: events, counts, and the log that a component's output goes
//! to.

pub(crate) mod counters;
pub(crate) mod event;
pub(crate) mod handshakes;
pub(crate) mod log;
pub(crate) mod publisher;
pub(crate) mod responses;
pub(crate) mod suppress;
pub(crate) mod worker_counts;
