//! A log that cannot be written: reported when it begins and when it is over, not for
//! each line.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use crate::limits::REPEAT_INTERVAL;
use crate::report::event::Event;

/// Number of lost bytes, and what was reported of them.
#[derive(Debug, Default)]
pub(super) struct LossReporter {
    /// Bytes lost since their number was last reported.
    lost: u64,
    /// Whether a loss was reported, and its end not yet.
    reported: bool,
    /// Time of the last report of a loss.
    last: Option<Instant>,
}

impl LossReporter {
    /// Records whether `bytes` were written, and returns the event that is due now. A
    /// log that fails and recovers all the time is reported as failing once each
    /// [`REPEAT_INTERVAL`].
    pub(super) fn note(
        &mut self,
        written: io::Result<()>,
        bytes: u64,
        now: Instant,
    ) -> Option<Event> {
        match written {
            Ok(()) if self.reported => {
                self.reported = false;
                let lost = std::mem::take(&mut self.lost);
                Some(Event::LogRecovered { lost })
            }
            Ok(()) => None,
            Err(error) => {
                self.lost = self.lost.saturating_add(bytes);
                let since = self.last.map(|last| now.saturating_duration_since(last));
                if self.reported || since.is_some_and(|since| since < REPEAT_INTERVAL) {
                    return None;
                }
                (self.reported, self.last) = (true, Some(now));
                Some(Event::LogLost(Arc::new(error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_and_once_a_minute_at_most() {
        let (mut losses, start) = (LossReporter::default(), Instant::now());
        let later = start.checked_add(REPEAT_INTERVAL).unwrap();
        let fail = || Err(io::ErrorKind::BrokenPipe.into());
        let rows: [(io::Result<()>, Instant, &str); 9] = [
            (Ok(()), start, ""),
            (fail(), start, "cannot be written"),
            (fail(), later, ""),
            (Ok(()), later, "20 bytes"),
            (Ok(()), later, ""),
            (fail(), later, "cannot be written"),
            (Ok(()), later, "10 bytes"),
            (fail(), later, ""),
            (Ok(()), later, ""),
        ];
        for (number, (written, now, words)) in rows.into_iter().enumerate() {
            let said = losses.note(written, 10, now);
            let said = said.map(|notice| notice.to_string()).unwrap_or_default();
            assert_eq!(said.is_empty(), words.is_empty(), "{number}: {said}");
            assert!(said.contains(words), "{number}: {said}");
        }
    }
}
