//! The time, as answers and log lines write it.

use core::cell::Cell;

use h1::syntax::date;

use crate::bindings::wasi::clocks::{monotonic_clock, system_clock};

/// Nanoseconds in a second.
const NANOSECONDS: u64 = 1_000_000_000;

/// The wall clock, as of the last tick: a call to the host for each request would
/// buy nothing that `Date` needs (RFC 9110 §6.6.1 asks for an approximation).
pub struct Clock {
    current: Cell<(i64, [u8; 29])>,
}

impl Clock {
    pub fn new() -> Self {
        Self {
            current: Cell::new(read()),
        }
    }

    /// Reads the host's clock; to be called when its second changes: see [`next_second`].
    pub fn renew(&self) {
        self.current.set(read());
    }

    /// Unix time in seconds, and the value of `Date`.
    pub fn now(&self) -> (i64, [u8; 29]) {
        self.current.get()
    }
}

/// The value of `Date` as of now, and the milliseconds of the second: a call to the host.
pub fn precise() -> ([u8; 29], u32) {
    let now = system_clock::now();
    (date::write(now.seconds), now.nanoseconds / 1_000_000)
}

fn read() -> (i64, [u8; 29]) {
    let seconds = system_clock::now().seconds;
    (seconds, date::write(seconds))
}

/// Seconds on the monotonic clock.
pub fn monotonic_seconds() -> u64 {
    monotonic_clock::now() / NANOSECONDS
}

/// Nanoseconds on the monotonic clock.
pub fn monotonic() -> u64 {
    monotonic_clock::now()
}

/// Waits for so many nanoseconds.
pub async fn wait(nanoseconds: u64) {
    monotonic_clock::wait_for(nanoseconds).await;
}

/// Waits until the second of the wall clock changes, so that what is read then is right
/// for all of the second.
pub async fn next_second() {
    let passed = u64::from(system_clock::now().nanoseconds);
    monotonic_clock::wait_for(NANOSECONDS.saturating_sub(passed).max(1)).await;
}
