//! The share of the thread that a long task takes at a time.

use crate::executor::Executor;

/// Counts the work of a task, and lets others have their turns when it has done enough
/// ([`crate::limits::TURN_WORK`]).
pub struct Turn<'e>(&'e Executor);

impl<'e> Turn<'e> {
    pub fn new(executor: &'e Executor) -> Self {
        Self(executor)
    }

    /// Counts what was done, whatever came of it.
    pub async fn spend(&self, work: u32) {
        self.0.spend(work);
        self.0.share().await;
    }
}
