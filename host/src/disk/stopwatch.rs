//! The time that a call to a file system took, and whether the call waited meanwhile.

use std::mem::MaybeUninit;
use std::time::Instant;

use crate::limits::SLOW_CALL;

/// A call that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    begun: Instant,
    /// The thread's voluntary switches until then, if they were counted.
    switches: Option<libc::c_long>,
}

/// Verdicts on a call that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Took {
    NotLong,
    /// Longer than [`SLOW_CALL`]. Perhaps the processor was busy with others.
    Long,
    /// Longer than that, because it waited.
    LongWait,
}

impl Stopwatch {
    /// Begins. Counting takes a system call.
    pub(super) fn begin(counts_switches: bool) -> Self {
        let switches = counts_switches.then(voluntary_switches).flatten();
        Self {
            begun: Instant::now(),
            switches,
        }
    }

    pub(super) fn took(self) -> Took {
        if self.begun.elapsed() <= SLOW_CALL {
            return Took::NotLong;
        }
        match self.switches {
            Some(before) if voluntary_switches() != Some(before) => Took::LongWait,
            _ => Took::Long,
        }
    }
}

/// Returns how often this thread has given up the processor in order to wait.
fn voluntary_switches() -> Option<libc::c_long> {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is valid for the call.
    let done = unsafe { libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr()) };
    // SAFETY: zeroes are a valid value, and the call may have written another one.
    let usage = unsafe { usage.assume_init() };
    (done == 0).then_some(usage.ru_nvcsw)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns a call that has taken long by now, and waited once or not at all.
    pub(in crate::disk) fn long(counts_switches: bool, waited: bool) -> Stopwatch {
        let begun = Stopwatch::begin(counts_switches);
        let switches = begun.switches.map(|now| now.saturating_sub(waited.into()));
        Stopwatch {
            begun: begun
                .begun
                .checked_sub(SLOW_CALL.saturating_mul(2))
                .unwrap(),
            switches,
        }
    }

    #[test]
    fn a_wait_is_told_apart_from_a_busy_processor() {
        assert_eq!(long(true, true).took(), Took::LongWait);
        assert_eq!(long(false, true).took(), Took::Long);
        // These do not wait, and take no time, unless the processor is busy with others.
        let is_seen =
            |call: fn() -> Stopwatch, as_what| (0..1_000).any(|_| call().took() == as_what);
        assert!(is_seen(|| long(true, false), Took::Long));
        assert!(is_seen(|| Stopwatch::begin(true), Took::NotLong));
    }

    #[test]
    fn a_thread_that_waits_for_another_is_counted() {
        let before = voluntary_switches().unwrap();
        let (asking, asked) = std::sync::mpsc::channel::<()>();
        let (answering, answered) = std::sync::mpsc::channel::<()>();
        let other =
            std::thread::spawn(
                move || while asked.recv().is_ok_and(|()| answering.send(()).is_ok()) {},
            );
        while voluntary_switches() == Some(before) {
            asking.send(()).unwrap();
            answered.recv().unwrap();
        }
        drop(asking);
        other.join().unwrap();
    }
}
