//! Texts that are repeated, so that what takes more than linear time shows.

use std::time::{Duration, Instant};

use crate::text::first_line;

/// Hundreds of times what the longest text takes on an idle machine. A parser of quadratic
/// time takes as long for the longest text.
const LONGEST: Duration = Duration::from_secs(2);

const ATTEMPTS: usize = 5;

/// Returns what follows the first line, as often as that says, but at least once and cut after
/// `most` bytes. `None` without a number.
pub(crate) fn repeated(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let (count, unit) = first_line(bytes)?;
    let count: usize = str::from_utf8(count).ok()?.parse().ok()?;
    let fits = most / unit.len().max(1);
    let mut text = unit.repeat(count.min(fits).max(1));
    text.truncate(most);
    Some(text)
}

/// Calls until it takes less than the longest time, and returns the result. A busy machine
/// does not take too long every time.
pub(crate) fn in_time<T>(work: impl Fn() -> T) -> T {
    for _ in 0..ATTEMPTS {
        let started = Instant::now();
        let result = work();
        if started.elapsed() < LONGEST {
            return result;
        }
    }
    panic!("it takes more than {LONGEST:?}");
}
