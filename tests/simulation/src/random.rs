//! Pseudo-random numbers, the same for the same seed on every machine.

use std::ops::Range;

/// A SplitMix64 generator (Steele, Lea, Flood, 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Returns a generator of its own for a part of the plan, so that draws there do not
    /// affect draws elsewhere.
    pub fn part(&mut self) -> Self {
        Self(self.next())
    }

    /// Returns a number within a range that is not empty.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    /// Does the same for sizes and counts.
    pub fn size(&mut self, range: Range<usize>) -> usize {
        range.start + (self.next() as usize) % (range.end - range.start)
    }

    /// Returns true once in `times` calls on average.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }

    /// Returns an element of a slice that is not empty.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.size(0..among.len())]
    }
}

/// Maps each number to another one without a visible pattern. It is a permutation.
pub fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
