//! The end of a server: how it is asked for, and how it came.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::report::event::Stopped;

/// The way in which a server has ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Stopped(Stopped),
    WorkersFailed,
    ThreadEnded(&'static str),
}

/// The wish for an end, and the time by which it must have come.
#[derive(Debug, Default)]
pub(super) struct StopRequest(Mutex<Option<Asked>>);

#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) grace: Duration,
    /// `None` for a time that the clock does not reach.
    deadline: Option<Instant>,
}

impl StopRequest {
    /// Asks for an end within `grace`. An earlier deadline stays.
    pub(super) fn ask(&self, grace: Duration) {
        let deadline = Instant::now().checked_add(grace);
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_earlier = |other: Asked| match (deadline, other.deadline) {
            (Some(deadline), Some(other)) => deadline < other,
            (deadline, other) => deadline.is_some() && other.is_none(),
        };
        if asked.is_none_or(is_earlier) {
            *asked = Some(Asked { grace, deadline });
        }
    }

    pub(super) fn asked(&self) -> Option<Asked> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_due(&self) -> bool {
        let deadline = self.asked().and_then(|asked| asked.deadline);
        deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}
