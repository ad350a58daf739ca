//! Components for tests, built.

/// The component of `tests/unruly/`.
pub const UNRULY: &[u8] = include_bytes!(env!("UNRULY"));
