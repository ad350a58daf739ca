//! The facts of a file.

use media::Format;

use super::found;
use super::reading::{Reading, Supply};

/// Zeros behind a file that claims to be long.
const LONG: u64 = 1 << 62;

/// Reading never asks for what the file does not have, nor beyond its limits, and ends. What
/// it finds is within its limits and within the file. It finds the same however the bytes
/// come, and ends also if the file turns out to be shorter, or claims to be very long.
pub(super) fn facts(format: Option<Format>, bytes: &[u8]) {
    let length = bytes.len() as u64;
    let whole = Reading::of(format, bytes, length, Supply::Whole);
    found::check(&whole, length);
    for supply in [Supply::Bytes(1), Supply::Bytes(7), Supply::Bytes(1_000)] {
        let pieces = Reading::of(format, bytes, length, supply);
        assert_eq!(pieces.end, whole.end, "{supply:?}");
    }
    let last = whole.needs.saturating_sub(1);
    for needs in [0, last / 2, last]
        .into_iter()
        .filter(|it| *it < whole.needs)
    {
        let shorter = Reading::of(format, bytes, length, Supply::UntilNeed(needs));
        assert_eq!(shorter.needs, needs + 1, "a need after the end");
        found::check(&shorter, length);
    }
    let long = Reading::of(format, bytes, length + LONG, Supply::Whole);
    found::check(&long, length + LONG);
}
