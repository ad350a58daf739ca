//! Components for tests, built.

/// The hostile component: `tests/guests/escape/`.
pub const ESCAPE: &[u8] = include_bytes!(env!("ESCAPE"));

/// The component of an example: `examples/echo/`.
pub const ECHO: &[u8] = include_bytes!(env!("ECHO"));
