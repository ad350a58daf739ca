//! The line of connections that are not the component's yet.

use std::collections::VecDeque;

use tokio::task::AbortHandle;

/// A bounded line of tasks, the oldest first. As with idle connections, the oldest ones make
/// way for new ones.
pub(super) struct Line {
    most: usize,
    tasks: VecDeque<AbortHandle>,
}

impl Line {
    /// Creates an empty line of `most` tasks that have not ended.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            tasks: VecDeque::new(),
        }
    }

    pub(super) fn push(&mut self, newest: AbortHandle) {
        self.tasks.push_back(newest);
        if self.tasks.len() > self.most {
            self.tasks.retain(|task| !task.is_finished());
        }
        while self.tasks.len() > self.most {
            if let Some(oldest) = self.tasks.pop_front() {
                oldest.abort();
            }
        }
    }
}
