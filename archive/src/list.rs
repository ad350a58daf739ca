//! A list that grows without being copied.

use alloc::vec::Vec;

/// Items of one block.
const BLOCK: usize = 256;

/// A list in blocks of the same size. A vector that grows is copied, and then takes up to three
/// times the memory of its items.
#[derive(Debug)]
pub(crate) struct List<T>(Vec<Vec<T>>);

impl<T> List<T> {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn len(&self) -> usize {
        let full = self.0.len().saturating_sub(1).saturating_mul(BLOCK);
        full.saturating_add(self.0.last().map_or(0, Vec::len))
    }

    /// Returns the bytes that one more item takes: none, or those of a block.
    pub fn growth(&self) -> usize {
        match self.0.last() {
            Some(last) if last.len() < BLOCK => 0,
            _ => BLOCK
                .saturating_mul(size_of::<T>())
                .saturating_add(size_of::<Vec<T>>()),
        }
    }

    pub fn push(&mut self, item: T) {
        if let Some(last) = self.0.last_mut()
            && last.len() < BLOCK
        {
            last.push(item);
            return;
        }
        let mut block = Vec::with_capacity(BLOCK);
        block.push(item);
        self.0.push(block);
    }

    pub fn get(&self, place: usize) -> Option<&T> {
        self.0.get(place / BLOCK)?.get(place % BLOCK)
    }

    /// Returns the number of items before the first one that `is_before` does not hold for. It
    /// holds for all before that.
    pub fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        let starts_before = |block: &Vec<T>| block.first().is_some_and(&is_before);
        let blocks = self.0.partition_point(starts_before);
        let Some(last) = blocks.checked_sub(1) else {
            return 0;
        };
        let within = self
            .0
            .get(last)
            .map_or(0, |it| it.partition_point(is_before));
        last.saturating_mul(BLOCK).saturating_add(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_by_their_place_and_by_their_order() {
        let mut list = List::new();
        assert_eq!((list.len(), list.partition_point(|_: &usize| true)), (0, 0));
        for count in 0..3 * BLOCK {
            assert_eq!(list.growth() == 0, !count.is_multiple_of(BLOCK), "{count}");
            list.push(count);
            assert_eq!(list.len(), count + 1);
        }
        for place in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK - 1] {
            assert_eq!(list.get(place), Some(&place));
            assert_eq!(list.partition_point(|item| *item < place), place);
        }
        assert_eq!(list.get(3 * BLOCK), None);
        assert_eq!(list.partition_point(|_| true), 3 * BLOCK);
    }

    #[test]
    fn a_block_never_grows() {
        let mut list = List::new();
        for count in 0..2 * BLOCK {
            list.push(count);
        }
        assert!(list.0.iter().all(|block| block.capacity() == BLOCK));
    }
}
