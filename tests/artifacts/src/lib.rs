//! Built components for tests.

/// The hostile component of `tests/guests/escape/`.
pub const ESCAPE: &[u8] = include_bytes!(env!("ESCAPE"));

/// The component of the example `examples/echo/`.
pub const ECHO: &[u8] = include_bytes!(env!("ECHO"));

/// The component of the example `examples/hello/`.
pub const HELLO: &[u8] = include_bytes!(env!("HELLO"));
