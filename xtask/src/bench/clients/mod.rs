//! The clients: what they do, and how fast they get responses.

pub(crate) mod client;
pub(crate) mod generator;
mod head;
pub(crate) mod link;
pub(crate) mod load;
pub(crate) mod secure;
pub(crate) mod visitor;
