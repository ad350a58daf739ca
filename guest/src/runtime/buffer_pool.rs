//! Reusable buffers.
//!
//! The sandbox's memory never shrinks, so the buffers of one burst must serve the next. An
//! idle connection holds only a small buffer.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use crate::limits::{
    IDLE_BUFFER, INPUT_BUFFER, LARGE_BUFFER, MEDIUM_BUFFER, SMALL_BUFFER, SPARE_BUFFERS,
};

// Everything that is written at once fits the smallest buffer for writing.
const _: () = assert!(h1::limits::RESPONSE_HEAD_BYTES <= SMALL_BUFFER);

/// Spare buffers of each size, and the counts of larger ones in use.
pub struct BufferPool {
    idle: Shelf,
    input: Shelf,
    small: Shelf,
    medium: Shelf,
    large: Shelf,
    /// Further transfers that may have medium and large buffers.
    mediums: Cell<usize>,
    larges: Cell<usize>,
}

type Shelf = RefCell<Vec<Vec<u8>>>;

/// Right of one transfer to buffers that are larger than small. The rights are counted and
/// not the buffers, because a write that is given up takes its buffer along.
pub struct BufferPermit<'a> {
    left: &'a Cell<usize>,
    large: bool,
}

impl BufferPool {
    /// Creates a pool in which at most `larges` transfers at once have large buffers, and
    /// at most `mediums` have medium ones.
    pub fn new(larges: usize, mediums: usize) -> Self {
        Self {
            idle: Shelf::default(),
            input: Shelf::default(),
            small: Shelf::default(),
            medium: Shelf::default(),
            large: Shelf::default(),
            mediums: Cell::new(mediums),
            larges: Cell::new(larges),
        }
    }

    /// Returns an empty buffer of [`IDLE_BUFFER`] bytes.
    pub fn idle(&self) -> Vec<u8> {
        take(&self.idle, IDLE_BUFFER)
    }

    /// Returns an empty buffer of [`INPUT_BUFFER`] bytes.
    pub fn input(&self) -> Vec<u8> {
        take(&self.input, INPUT_BUFFER)
    }

    /// Returns an empty buffer of [`SMALL_BUFFER`] bytes.
    pub fn small(&self) -> Vec<u8> {
        take(&self.small, SMALL_BUFFER)
    }

    /// Returns an empty buffer for `wanted` more bytes, or a smaller one that suits one
    /// write and for which there is memory. `right` is the right that the transfer has, and
    /// is updated.
    pub fn body<'a>(&'a self, wanted: u64, right: &mut Option<BufferPermit<'a>>) -> Vec<u8> {
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        if wanted <= SMALL_BUFFER {
            return self.small();
        }
        if wanted > MEDIUM_BUFFER && !right.as_ref().is_some_and(|right| right.large) {
            *right = BufferPermit::take(&self.larges, true).or(right.take());
        }
        if right.is_none() {
            *right = BufferPermit::take(&self.mediums, false);
        }
        match right {
            None => self.small(),
            Some(right) if right.large && wanted > MEDIUM_BUFFER => take(&self.large, LARGE_BUFFER),
            Some(_) => take(&self.medium, MEDIUM_BUFFER),
        }
    }

    /// Takes back a buffer, which need not be empty.
    pub fn put(&self, mut buffer: Vec<u8>) {
        let shelf = match buffer.capacity() {
            IDLE_BUFFER => &self.idle,
            INPUT_BUFFER => &self.input,
            SMALL_BUFFER => &self.small,
            MEDIUM_BUFFER => &self.medium,
            LARGE_BUFFER => &self.large,
            // Not a buffer of this pool: it is freed.
            _ => return,
        };
        let mut shelf = shelf.borrow_mut();
        if shelf.len() < SPARE_BUFFERS {
            buffer.clear();
            shelf.push(buffer);
        }
    }
}

impl<'a> BufferPermit<'a> {
    fn take(left: &'a Cell<usize>, large: bool) -> Option<Self> {
        left.set(left.get().checked_sub(1)?);
        Some(Self { left, large })
    }
}

impl Drop for BufferPermit<'_> {
    fn drop(&mut self) {
        self.left.set(self.left.get().saturating_add(1));
    }
}

fn take(shelf: &RefCell<Vec<Vec<u8>>>, capacity: usize) -> Vec<u8> {
    shelf
        .borrow_mut()
        .pop()
        .unwrap_or_else(|| Vec::with_capacity(capacity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_gets_the_smallest_sufficient_buffer() {
        let pool = BufferPool::new(10, 10);
        let cases = [
            (0, SMALL_BUFFER),
            (SMALL_BUFFER as u64, SMALL_BUFFER),
            (SMALL_BUFFER as u64 + 1, MEDIUM_BUFFER),
            (MEDIUM_BUFFER as u64, MEDIUM_BUFFER),
            (MEDIUM_BUFFER as u64 + 1, LARGE_BUFFER),
            (u64::MAX, LARGE_BUFFER),
        ];
        let mut kept = None;
        for (wanted, capacity) in cases {
            assert_eq!(pool.body(wanted, &mut None).capacity(), capacity);
            assert_eq!(pool.body(wanted, &mut kept).capacity(), capacity);
        }
    }

    #[test]
    fn larger_buffers_are_counted() {
        const LARGES: usize = 3;
        const MEDIUMS: usize = 5;
        let pool = BufferPool::new(LARGES, MEDIUMS);
        let mut rights = Vec::new();
        let mut body = |wanted: usize| {
            let mut right = None;
            let capacity = pool.body(wanted as u64, &mut right).capacity();
            rights.push(right);
            capacity
        };
        // When neither is left, small buffers are used.
        let mut capacities = Vec::from([LARGE_BUFFER; LARGES]);
        capacities.extend([MEDIUM_BUFFER; MEDIUMS]);
        capacities.extend([SMALL_BUFFER; 2]);
        for capacity in capacities {
            assert_eq!(body(usize::MAX), capacity);
        }
        assert_eq!(body(MEDIUM_BUFFER), SMALL_BUFFER);
        rights.clear();
        let mut right = None;
        assert_eq!(
            pool.body(MEDIUM_BUFFER as u64, &mut right).capacity(),
            MEDIUM_BUFFER
        );
        assert_eq!(pool.body(u64::MAX, &mut right).capacity(), LARGE_BUFFER);
        assert_eq!(pool.mediums.get(), MEDIUMS, "exchanged for the larger");
        assert_eq!(pool.larges.get(), LARGES - 1);
        drop(right);
        assert_eq!(pool.larges.get(), LARGES);
    }

    #[test]
    fn spare_buffers_are_counted() {
        let pool = BufferPool::new(0, 0);
        let buffers: Vec<_> = (0..=SPARE_BUFFERS).map(|_| pool.small()).collect();
        buffers.into_iter().for_each(|buffer| pool.put(buffer));
        assert_eq!(pool.small.borrow().len(), SPARE_BUFFERS);
    }

    #[test]
    fn a_buffer_comes_back_empty() {
        let pool = BufferPool::new(0, 0);
        let mut buffer = pool.small();
        buffer.extend_from_slice(b"secret");
        pool.put(buffer);
        assert!(pool.small().is_empty());
    }
}
