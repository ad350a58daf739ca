//! A request: its line, its fields, its target and its content (RFC 9112).

pub mod accept;
mod authority;
pub mod chunked;
pub mod cookie;
pub mod expectation;
pub mod fields;
pub mod framing;
pub mod head;
pub mod method;
mod path;
pub mod persistence;
pub mod query;
pub mod scheme;
pub mod target;
