//! Units per second.

use core::num::NonZeroU64;

/// Units per second, of which those of one second may come at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate(NonZeroU64);

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

impl Rate {
    pub fn per_second(units: NonZeroU64) -> Self {
        Self(units)
    }

    /// Returns the units per second.
    pub fn units(self) -> u64 {
        self.0.get()
    }

    /// Returns the nanoseconds after which `units` more are allowed.
    pub(super) fn cost(self, units: u64) -> u64 {
        units.saturating_mul(SECOND) / self.0
    }
}
