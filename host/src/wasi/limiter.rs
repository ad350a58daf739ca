//! The memory and the tables of one instance, counted over all of its parts.
//!
//! wasmtime's own limits apply to each memory separately, and a component may consist of
//! many modules, each with a memory.

use wasmtime::ResourceLimiter;

use crate::limits;
use crate::report::worker_counts::WorkerCounts;

/// Memory and table elements that an instance may still take.
#[derive(Debug)]
pub(crate) struct InstanceLimiter {
    memory: Budget,
    elements: Budget,
    counts: WorkerCounts,
}

impl InstanceLimiter {
    /// Creates the limiter. `memory` is the linear memory in bytes. What is taken of it is
    /// noted in `counts`.
    pub(crate) fn new(memory: usize, counts: WorkerCounts) -> Self {
        Self {
            memory: Budget::of(memory),
            elements: Budget::of(limits::TABLE_ELEMENTS),
            counts,
        }
    }
}

impl Drop for InstanceLimiter {
    fn drop(&mut self) {
        self.counts.set_memory(0);
    }
}

#[derive(Debug)]
struct Budget {
    all: usize,
    left: usize,
    /// Amount taken last, in case the system cannot provide it.
    last: usize,
}

impl Budget {
    fn of(all: usize) -> Self {
        Self {
            all,
            left: all,
            last: 0,
        }
    }

    fn taken(&self) -> usize {
        self.all.saturating_sub(self.left)
    }

    fn take(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> bool {
        let more = desired.saturating_sub(current);
        let left = self.left.checked_sub(more);
        let (Some(left), true) = (left, maximum.is_none_or(|maximum| desired <= maximum)) else {
            self.last = 0;
            return false;
        };
        (self.left, self.last) = (left, more);
        true
    }

    fn give_back(&mut self) {
        self.left = self.left.saturating_add(std::mem::take(&mut self.last));
    }
}

impl ResourceLimiter for InstanceLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let taken = self.memory.take(current, desired, maximum);
        self.counts.set_memory(self.memory.taken());
        Ok(taken)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory.give_back();
        self.counts.set_memory(self.memory.taken());
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.elements.take(current, desired, maximum))
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.elements.give_back();
        Ok(())
    }

    fn instances(&self) -> usize {
        limits::MAX_CORE_MODULES
    }

    fn memories(&self) -> usize {
        limits::MAX_CORE_MODULES
    }

    fn tables(&self) -> usize {
        limits::MAX_CORE_MODULES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_draw_on_one_budget() {
        let mut budget = Budget::of(100);
        // Current, desired, maximum, whether it is allowed, what is left.
        let steps = [
            (0, 60, None, true, 40),
            (0, 41, None, false, 40),
            (60, 100, None, true, 0),
            (0, 0, None, true, 0),
            (0, 1, None, false, 0),
        ];
        for (current, desired, maximum, allowed, left) in steps {
            assert_eq!(budget.take(current, desired, maximum), allowed, "{desired}");
            assert_eq!(
                (budget.left, budget.taken()),
                (left, 100 - left),
                "{desired}"
            );
        }
    }

    #[test]
    fn failed_growth_is_refunded_once() {
        let mut budget = Budget::of(100);
        assert!(!budget.take(0, 20, Some(10)));
        assert!(budget.take(0, 30, Some(30)));
        budget.give_back();
        budget.give_back();
        assert_eq!(budget.left, 100);
        assert!(!budget.take(0, 101, None));
        budget.give_back();
        assert_eq!(budget.left, 100);
    }
}
