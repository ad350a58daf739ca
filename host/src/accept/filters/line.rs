//! The line of connections that are not the component's yet.

use std::collections::VecDeque;

use tokio::task::AbortHandle;

/// Those that wait to be begun, and those that have been.
pub(super) struct Line<T> {
    /// Most of both together.
    most: usize,
    begun: VecDeque<AbortHandle>,
    waiting: VecDeque<T>,
}

impl<T> Line<T> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            begun: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn push(&mut self, next: T) {
        self.waiting.push_back(next);
    }

    /// Whether any waits.
    pub(super) fn has_some(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Returns the newest one that waits, once there is room for it. As for idle connections,
    /// the oldest ones make way for it: first those that have begun, then those that wait.
    pub(super) fn newest(&mut self) -> Option<T> {
        if self.count() > self.most {
            self.begun.retain(|begun| !begun.is_finished());
        }
        while self.count() > self.most {
            match self.begun.pop_front() {
                Some(oldest) => oldest.abort(),
                None => drop(self.waiting.pop_front()),
            }
        }
        self.waiting.pop_back()
    }

    pub(super) fn has_begun(&mut self, begun: AbortHandle) {
        self.begun.push_back(begun);
    }

    fn count(&self) -> usize {
        self.begun.len().saturating_add(self.waiting.len())
    }
}
