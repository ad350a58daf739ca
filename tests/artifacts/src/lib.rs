//! Components for tests, built.

/// The hostile component: `tests/guests/escape/`.
pub const ESCAPE: &[u8] = include_bytes!(env!("ESCAPE"));
