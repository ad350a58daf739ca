//! The times at which responses begin to leave their connection's buffer.

use crate::limits::UNTIMED_WRITE_BYTES;

/// Times of the response that was begun last, by the monotonic clock. Looking at the clock is a
/// call of the host, so that is done no more often than needed.
#[derive(Clone, Copy, Debug)]
pub struct FirstWrite {
    precision: Precision,
    /// Position of the response among all bytes of the connection.
    at: u64,
    /// First time since then that the buffer was sent, with this response or without.
    flushed: Option<u64>,
    /// First time that bytes of this response were sent.
    response: Option<u64>,
}

/// Writes whose times are noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// All, for the log.
    Each,
    /// Long ones, and any after which more of the response is to come. A short one that ends a
    /// response is over in no time: its time is that of the count, which is made next.
    Long,
}

/// A write of buffered bytes.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// Position of its end among all bytes of the connection.
    pub until: u64,
    /// Number of bytes.
    pub length: usize,
    /// Whether more is to be buffered, for which there was no space.
    pub more: bool,
}

impl FirstWrite {
    /// Returns the times of a response that begins at a position.
    pub fn of_response_at(at: u64, precision: Precision) -> Self {
        Self {
            precision,
            at,
            flushed: None,
            response: None,
        }
    }

    /// Notes that buffered bytes are being sent.
    pub fn note(&mut self, write: Write, now: impl FnOnce() -> u64) {
        let is_long = write.more || write.length > UNTIMED_WRITE_BYTES;
        if self.precision == Precision::Long && !is_long {
            return;
        }
        let is_first = self.response.is_none() && write.until > self.at;
        if self.flushed.is_none() || is_first {
            let now = now();
            self.flushed.get_or_insert(now);
            if is_first {
                self.response = Some(now);
            }
        }
    }

    /// Returns the time at which responses left that waited in the buffer when this one began.
    pub fn flushed(self) -> Option<u64> {
        self.flushed
    }

    /// Returns the time at which the first bytes of this response left.
    pub fn response(self) -> Option<u64> {
        self.response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(until: u64) -> Write {
        Write {
            until,
            length: 1,
            more: false,
        }
    }

    #[test]
    fn a_response_begins_when_its_first_byte_leaves() {
        let mut first = FirstWrite::of_response_at(100, Precision::Each);
        first.note(until(100), || 5);
        assert_eq!((first.flushed(), first.response()), (Some(5), None));
        first.note(until(101), || 7);
        assert_eq!((first.flushed(), first.response()), (Some(5), Some(7)));
        first.note(until(200), || unreachable!());
        assert_eq!((first.flushed(), first.response()), (Some(5), Some(7)));
    }

    /// A small response costs no look at the clock, and the beginning of a large one is known.
    #[test]
    fn a_short_write_that_ends_a_response_is_not_timed() {
        let cases = [
            (UNTIMED_WRITE_BYTES, false, None),
            (UNTIMED_WRITE_BYTES.saturating_add(1), false, Some(7)),
            (1, true, Some(7)),
        ];
        for (length, more, expected) in cases {
            let mut first = FirstWrite::of_response_at(0, Precision::Long);
            let write = Write {
                until: length as u64,
                length,
                more,
            };
            first.note(write, || 7);
            assert_eq!(first.response(), expected, "{length} {more}");
        }
    }
}
