//! The time, as answers and log lines write it.

use core::cell::Cell;

use h1::date;

use crate::bindings::wasi::clocks::{monotonic_clock, system_clock};

/// Nanoseconds in a second.
const NANOSECONDS: u64 = 1_000_000_000;

/// The wall clock, its text renewed once a second.
pub struct Clock {
    current: Cell<(i64, [u8; 29])>,
}

impl Clock {
    pub fn new() -> Self {
        let seconds = system_clock::now().seconds;
        Self {
            current: Cell::new((seconds, date::write(seconds))),
        }
    }

    /// Unix time in seconds, and the value of `Date`.
    pub fn now(&self) -> (i64, [u8; 29]) {
        let seconds = system_clock::now().seconds;
        if self.current.get().0 != seconds {
            self.current.set((seconds, date::write(seconds)));
        }
        self.current.get()
    }
}

/// Seconds on the monotonic clock.
pub fn monotonic_seconds() -> u64 {
    monotonic_clock::now() / NANOSECONDS
}

/// Nanoseconds on the monotonic clock.
pub fn monotonic() -> u64 {
    monotonic_clock::now()
}

/// Waits for a second.
pub async fn second() {
    monotonic_clock::wait_for(NANOSECONDS).await;
}
