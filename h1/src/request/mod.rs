//! A request: its line, its fields, its target and its content (RFC 9112).

pub mod accept;
pub mod address;
pub mod chunked;
pub mod cookie;
pub mod credentials;
pub mod expectation;
pub mod fields;
pub mod forwarded;
pub mod framing;
pub mod head;
pub mod method;
pub mod persistence;
pub mod query;
pub mod target;
