//! The time, as answers and log lines write it.

use core::cell::Cell;

use h1::date;

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

    /// Reads the host's clock; to be called once a second.
    pub fn renew(&self) {
        self.current.set(read());
    }

    /// Unix time in seconds, and the value of `Date`.
    pub fn now(&self) -> (i64, [u8; 29]) {
        self.current.get()
    }
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

/// Waits for a second.
pub async fn second() {
    monotonic_clock::wait_for(NANOSECONDS).await;
}
