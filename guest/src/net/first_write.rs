//! The times at which responses begin to leave their connection's buffer.

/// Times of the response that was begun last, by the monotonic clock. Looking at the clock is a
/// call of the host, so that is done no more often than needed.
#[derive(Clone, Copy, Debug)]
pub struct FirstWrite {
    /// Position of the response among all bytes of the connection.
    at: u64,
    /// First time since then that the buffer was sent, with this response or without.
    flushed: Option<u64>,
    /// First time that bytes of this response were sent.
    response: Option<u64>,
}

impl FirstWrite {
    /// Returns the times of a response that begins at a position.
    pub fn of_response_at(at: u64) -> Self {
        Self {
            at,
            flushed: None,
            response: None,
        }
    }

    /// Notes that the bytes up to a position are being sent.
    pub fn note(&mut self, until: u64, now: impl FnOnce() -> u64) {
        let is_first = self.response.is_none() && until > self.at;
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

    #[test]
    fn a_response_begins_when_its_first_byte_leaves() {
        let mut first = FirstWrite::of_response_at(100);
        first.note(100, || 5);
        assert_eq!((first.flushed(), first.response()), (Some(5), None));
        first.note(101, || 7);
        assert_eq!((first.flushed(), first.response()), (Some(5), Some(7)));
        first.note(200, || unreachable!());
        assert_eq!((first.flushed(), first.response()), (Some(5), Some(7)));
    }
}
