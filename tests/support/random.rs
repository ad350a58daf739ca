//! Pseudo-random numbers, the same in every run.

use std::ops::Range;

/// A xorshift generator (Marsaglia, 2003).
pub struct Random(u64);

impl Random {
    /// Each seed gives a sequence of its own.
    pub fn new(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a number within a range that is not empty.
    pub fn below(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }
}
