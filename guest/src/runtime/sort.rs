//! Sorting in turns, so that others are served meanwhile.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::executor::Executor;
use crate::limits::{ENTRY_WORK, SORTED_PER_WORK};

/// Items of a run: runs are sorted, then merged.
const RUN: usize = 64;

const RUN_WORK: u32 = ENTRY_WORK.saturating_mul((RUN / SORTED_PER_WORK) as u32);

/// Sorts the items that are added, and yields to other tasks meanwhile.
pub struct Sorter<T, C> {
    compare: C,
    run: Vec<T>,
    runs: VecDeque<Vec<T>>,
}

impl<T, C: Fn(&T, &T) -> Ordering> Sorter<T, C> {
    /// Creates a sort by this comparison.
    pub fn new(compare: C) -> Self {
        Self {
            compare,
            run: Vec::new(),
            runs: VecDeque::new(),
        }
    }

    /// Adds an item, and yields when it is time.
    pub async fn push(&mut self, item: T, executor: &Executor) {
        self.run.push(item);
        if self.run.len() >= RUN {
            self.end_run();
            executor.work(RUN_WORK).await;
        }
    }

    fn end_run(&mut self) {
        let mut run = core::mem::take(&mut self.run);
        run.sort_unstable_by(&self.compare);
        run.shrink_to_fit();
        self.runs.push_back(run);
    }

    /// Returns all items in order. Merges two runs at a time until one is left.
    pub async fn finish(mut self, executor: &Executor) -> Vec<T> {
        self.end_run();
        while let Some(first) = self.runs.pop_front() {
            let Some(second) = self.runs.pop_front() else {
                return first;
            };
            let merged = self.merge(first, second, executor).await;
            self.runs.push_back(merged);
        }
        Vec::new()
    }

    async fn merge(&self, first: Vec<T>, second: Vec<T>, executor: &Executor) -> Vec<T> {
        let mut merged = Vec::with_capacity(first.len().saturating_add(second.len()));
        let mut first = first.into_iter().peekable();
        let mut second = second.into_iter().peekable();
        loop {
            let next = match (first.peek(), second.peek()) {
                (Some(a), Some(b)) if (self.compare)(a, b).is_gt() => second.next(),
                (Some(_), _) => first.next(),
                (None, _) => second.next(),
            };
            let Some(next) = next else { return merged };
            merged.push(next);
            if merged.len().is_multiple_of(SORTED_PER_WORK) {
                executor.work(ENTRY_WORK).await;
            }
        }
    }
}

/// Bytes that [`sort()`] takes for each item: two places.
pub const WEIGHT: usize = 2 * size_of::<u32>();

/// Sorts items, and yields to other tasks meanwhile. Only their places are merged, so that
/// no item is in memory twice.
pub async fn sort<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering, executor: &Executor) {
    let mut places = {
        let at = |place: &u32| items.get(*place as usize);
        let compare = |a: &u32, b: &u32| match (at(a), at(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        };
        let mut sorter = Sorter::new(compare);
        for (place, _) in (0..).zip(items.iter()) {
            sorter.push(place, executor).await;
        }
        sorter.finish(executor).await
    };
    arrange(items, &mut places, executor).await;
}

/// Moves each item to its place: that with the number `places[i]` to `i`. Each cycle of the
/// permutation is followed once.
async fn arrange<T>(items: &mut [T], places: &mut [u32], executor: &Executor) {
    let mut steps = 0_usize;
    for first in 0..places.len() {
        let mut at = first;
        while let Some(place) = places.get_mut(at) {
            let from = core::mem::replace(place, at as u32) as usize;
            steps = steps.saturating_add(1);
            if steps.is_multiple_of(SORTED_PER_WORK) {
                executor.work(ENTRY_WORK).await;
            }
            if from == first || from == at {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::rc::Rc;
    use core::cell::Cell;

    #[test]
    fn sorted_in_turns() {
        for count in [0_u32, 1, 63, 64, 65, 192, 5_000] {
            let executor = Rc::new(Executor::default());
            let done = Rc::new(Cell::new(false));
            let (task, end) = (Rc::clone(&executor), Rc::clone(&done));
            executor.spawn(async move {
                let mut sorter = Sorter::new(u32::cmp);
                for number in 0..count {
                    let mixed = number.wrapping_mul(2_654_435_761).reverse_bits();
                    sorter.push(mixed, &task).await;
                }
                let sorted = sorter.finish(&task).await;
                assert_eq!(sorted.len() as u64, u64::from(count));
                assert!(sorted.is_sorted());
                let mut items: Vec<_> = (0..count).map(|item| item.reverse_bits()).collect();
                sort(&mut items, u32::cmp, &task).await;
                assert!(items.is_sorted() && items.len() == sorted.len());
                sort(&mut items, |a, b| b.cmp(a), &task).await;
                assert!(items.is_sorted_by(|a, b| a > b));
                end.set(true);
            });
            let mut turns = 0;
            executor.run();
            while executor.has_later() {
                turns += 1;
                executor.wake_later();
                executor.run();
            }
            assert!(done.get());
            assert!(count < 5_000 || turns > 10, "{turns} turns");
        }
    }
}
