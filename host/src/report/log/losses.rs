//! A log that can't be written: said when it begins and when it is over, not for each line.

use std::io;
use std::time::Instant;

use crate::limits::REPEAT_INTERVAL;
use crate::report::Notice;

/// What was lost, and what was said of it.
#[derive(Debug, Default)]
pub(super) struct LossReporter {
    /// Bytes since it was last said how many.
    lost: u64,
    /// Whether it was said that they are lost, and not yet that it is over.
    said: bool,
    /// When it was last said.
    last: Option<Instant>,
}

impl LossReporter {
    /// Notes what became of so many bytes; what comes back is to be said now. A log that
    /// fails and recovers all the time is said to fail once each [`REPEAT_INTERVAL`].
    pub(super) fn note(
        &mut self,
        written: io::Result<()>,
        bytes: u64,
        now: Instant,
    ) -> Option<Notice> {
        match written {
            Ok(()) if self.said => {
                self.said = false;
                let lost = std::mem::take(&mut self.lost);
                Some(Notice::LogRecovered { lost })
            }
            Ok(()) => None,
            Err(error) => {
                self.lost = self.lost.saturating_add(bytes);
                let since = self.last.map(|last| now.saturating_duration_since(last));
                if self.said || since.is_some_and(|since| since < REPEAT_INTERVAL) {
                    return None;
                }
                (self.said, self.last) = (true, Some(now));
                Some(Notice::LogLost(error))
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
