//! The time, as responses and log lines have it.

use core::cell::Cell;

use h1::syntax::date;

use crate::bindings::wasi::clocks::{monotonic_clock, system_clock};

/// Nanoseconds in a second.
const NANOSECONDS: u64 = 1_000_000_000;

/// The wall clock, as of the last tick. A call to the host for each request would be
/// wasted, because `Date` needs an approximation only (RFC 9110 §6.6.1).
pub struct Clock {
    current: Cell<(i64, [u8; 29])>,
}

impl Default for Clock {
    /// Reads the host's clock for the first time.
    fn default() -> Self {
        Self {
            current: Cell::new(read()),
        }
    }
}

impl Clock {
    /// Reads the host's clock. The caller calls it when the second changes: see
    /// [`next_second`].
    pub fn renew(&self) {
        self.current.set(read());
    }

    /// Returns Unix time in seconds, and the value of `Date`.
    pub fn now(&self) -> (i64, [u8; 29]) {
        self.current.get()
    }
}

/// Returns the current value of `Date`, `offset` seconds later, and the milliseconds of the
/// second. This is a call to the host.
pub fn precise(offset: i64) -> ([u8; 29], u32) {
    let now = system_clock::now();
    let seconds = now.seconds.saturating_add(offset);
    (date::write(seconds), now.nanoseconds / 1_000_000)
}

/// Returns the time now in UTC, as [`date::internet`] writes it, and the milliseconds of the
/// second. This is a call to the host.
pub fn internet() -> ([u8; 19], u32) {
    let now = system_clock::now();
    (date::internet(now.seconds), now.nanoseconds / 1_000_000)
}

fn read() -> (i64, [u8; 29]) {
    let seconds = system_clock::now().seconds;
    (seconds, date::write(seconds))
}

/// Returns the seconds of the monotonic clock.
pub fn monotonic_seconds() -> u64 {
    monotonic_clock::now() / NANOSECONDS
}

/// Returns the nanoseconds of the monotonic clock.
pub fn monotonic() -> u64 {
    monotonic_clock::now()
}

/// Waits for `nanoseconds`.
pub async fn wait(nanoseconds: u64) {
    monotonic_clock::wait_for(nanoseconds).await;
}

/// Waits until the second of the wall clock changes, so that a time that is read then is
/// right for the whole second.
pub async fn next_second() {
    let passed = u64::from(system_clock::now().nanoseconds);
    monotonic_clock::wait_for(NANOSECONDS.saturating_sub(passed).max(1)).await;
}
