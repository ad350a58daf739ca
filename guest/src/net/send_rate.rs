//! Send rate: whether a peer takes bytes fast enough to keep its connection.
//!
//! Only time spent waiting for the peer counts, not the time between requests or that of a
//! slow disk. Progress shows in steps: the system takes a buffer at once and reports space
//! when a part of it has been sent. So a slow but steady peer is seen to take nothing for a
//! while, and then much. The bounds allow for both.

use crate::limits::{SEND_RATE_BYTES, SEND_RATE_SECONDS, STALLED_WRITE_SECONDS};

/// Record of how fast a peer takes bytes.
#[derive(Debug, Default)]
pub struct SendRate {
    /// Seconds of waiting since the peer last took any bytes.
    stalled: u64,
    /// Seconds of waiting in this window, and bytes taken in it.
    waited: u64,
    taken: u64,
}

/// Error: the peer takes bytes too slowly.
#[derive(Debug)]
pub struct BelowMinimum;

impl SendRate {
    /// Returns the seconds after which to judge a peer that takes nothing meanwhile.
    pub fn timeout(&self) -> u64 {
        let stall = STALLED_WRITE_SECONDS.saturating_sub(self.stalled);
        stall.min(SEND_RATE_SECONDS.saturating_sub(self.waited))
    }

    /// Records that the peer took `bytes` during a wait of `seconds`.
    pub fn record(&mut self, seconds: u64, bytes: usize) -> Result<(), BelowMinimum> {
        self.stalled = match bytes {
            0 => self.stalled.saturating_add(seconds),
            _ => 0,
        };
        self.waited = self.waited.saturating_add(seconds);
        self.taken = self.taken.saturating_add(bytes as u64);
        let mut too_slow = self.stalled >= STALLED_WRITE_SECONDS;
        if self.waited >= SEND_RATE_SECONDS {
            too_slow |= self.taken < SEND_RATE_BYTES;
            (self.waited, self.taken) = (0, 0);
        }
        if too_slow { Err(BelowMinimum) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the seconds after which a peer that takes `step` bytes each `seconds` is
    /// disconnected, or `None` if it may go on for an hour.
    fn cut(step: usize, seconds: u64) -> Option<u64> {
        let mut rate = SendRate::default();
        let mut now = 0;
        while now < 3_600 {
            let mut left = seconds;
            while left > rate.timeout() {
                let timeout = rate.timeout();
                now = timeout.saturating_add(now);
                left = left.saturating_sub(timeout);
                if rate.record(timeout, 0).is_err() {
                    return Some(now);
                }
            }
            now = left.saturating_add(now);
            if rate.record(left, step).is_err() {
                return Some(now);
            }
        }
        None
    }

    #[test]
    fn slow_steady_clients_are_kept() {
        // (bytes, seconds between them)
        let cases = [
            (1_500, 1),      // a phone in a train: 12 kbit/s
            (128 << 10, 58), // the same behind a large buffer: a step a minute
            (16 << 10, 8),
            (512 << 10, 59),
            (1_024, 1), // the bound itself
        ];
        for (bytes, seconds) in cases {
            assert_eq!(cut(bytes, seconds), None, "{bytes} bytes each {seconds} s");
        }
    }

    #[test]
    fn clients_below_the_minimum_rate_are_cut() {
        let cases = [
            (1, 50, SEND_RATE_SECONDS),
            (1_000, 1, SEND_RATE_SECONDS),
            (60_000, 59, SEND_RATE_SECONDS),
            (1 << 30, 61, STALLED_WRITE_SECONDS),
        ];
        for (bytes, seconds, at) in cases {
            assert_eq!(
                cut(bytes, seconds),
                Some(at),
                "{bytes} bytes each {seconds} s"
            );
        }
    }

    #[test]
    fn a_connection_that_stalls_in_a_tunnel_is_kept() {
        let mut rate = SendRate::default();
        for second in 0..600 {
            // Two kilobytes a second, but none for 50 s of every second minute.
            let bytes = if second % 120 < 50 { 0 } else { 2_000 };
            assert!(rate.record(1, bytes).is_ok(), "{second}");
        }
    }

    #[test]
    fn only_time_spent_waiting_for_the_client_counts() {
        let mut rate = SendRate::default();
        for _ in 0..1_000_000 {
            assert!(rate.record(0, 1).is_ok());
        }
    }
}
