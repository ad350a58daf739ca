//! Buffers, used again.
//!
//! The sandbox's memory never shrinks, so what a burst took must serve the next
//! one; and what an idle connection holds is small.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use crate::limits::{
    IDLE_BUFFER, LARGE_BUFFER, LARGE_BUFFERS, MEDIUM_BUFFER, SMALL_BUFFER, SPARE_BUFFERS,
};

/// Spare buffers of each size, and the count of large ones in use.
#[derive(Default)]
pub struct Pool {
    idle: RefCell<Vec<Vec<u8>>>,
    small: RefCell<Vec<Vec<u8>>>,
    medium: RefCell<Vec<Vec<u8>>>,
    large: RefCell<Vec<Vec<u8>>>,
    large_in_use: Cell<usize>,
}

/// The right to use large buffers. It counts, not the buffer: a write that is
/// given up takes its buffer along.
pub struct Large<'a>(&'a Pool);

impl Pool {
    /// An empty buffer of [`IDLE_BUFFER`] bytes.
    pub fn idle(&self) -> Vec<u8> {
        take(&self.idle, IDLE_BUFFER)
    }

    /// An empty buffer of [`SMALL_BUFFER`] bytes.
    pub fn small(&self) -> Vec<u8> {
        take(&self.small, SMALL_BUFFER)
    }

    /// An empty buffer for `wanted` more bytes, or for as many as are good for
    /// one write.
    pub fn body(&self, wanted: u64, large: Option<&Large<'_>>) -> Vec<u8> {
        match usize::try_from(wanted) {
            Ok(wanted) if wanted <= SMALL_BUFFER => self.small(),
            Ok(wanted) if wanted <= MEDIUM_BUFFER => take(&self.medium, MEDIUM_BUFFER),
            _ if large.is_some() => take(&self.large, LARGE_BUFFER),
            _ => take(&self.medium, MEDIUM_BUFFER),
        }
    }

    /// The right to large buffers for one transfer, while there are any.
    pub fn large(&self) -> Option<Large<'_>> {
        let in_use = self.large_in_use.get();
        (in_use < LARGE_BUFFERS).then(|| {
            self.large_in_use.set(in_use.saturating_add(1));
            Large(self)
        })
    }

    /// Takes a buffer back, whatever is in it.
    pub fn put(&self, mut buffer: Vec<u8>) {
        let shelf = match buffer.capacity() {
            IDLE_BUFFER => &self.idle,
            SMALL_BUFFER => &self.small,
            MEDIUM_BUFFER => &self.medium,
            LARGE_BUFFER => &self.large,
            // Not ours, or grown: freed.
            _ => return,
        };
        let mut shelf = shelf.borrow_mut();
        if shelf.len() < SPARE_BUFFERS {
            buffer.clear();
            shelf.push(buffer);
        }
    }
}

impl Drop for Large<'_> {
    fn drop(&mut self) {
        self.0
            .large_in_use
            .set(self.0.large_in_use.get().saturating_sub(1));
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
    fn a_body_gets_the_smallest_buffer_that_does() {
        let pool = Pool::default();
        let large = pool.large();
        let cases = [
            (0, SMALL_BUFFER),
            (SMALL_BUFFER as u64, SMALL_BUFFER),
            (SMALL_BUFFER as u64 + 1, MEDIUM_BUFFER),
            (MEDIUM_BUFFER as u64 + 1, LARGE_BUFFER),
            (u64::MAX, LARGE_BUFFER),
        ];
        for (wanted, capacity) in cases {
            assert_eq!(
                pool.body(wanted, large.as_ref()).capacity(),
                capacity,
                "{wanted}"
            );
        }
        assert_eq!(pool.body(u64::MAX, None).capacity(), MEDIUM_BUFFER);
    }

    #[test]
    fn large_buffers_are_counted() {
        let pool = Pool::default();
        let held: Vec<_> = (0..LARGE_BUFFERS).map(|_| pool.large()).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(pool.large().is_none());
        drop(held);
        assert!(pool.large().is_some());
    }

    #[test]
    fn spare_buffers_are_counted() {
        let pool = Pool::default();
        let buffers: Vec<_> = (0..=SPARE_BUFFERS).map(|_| pool.small()).collect();
        buffers.into_iter().for_each(|buffer| pool.put(buffer));
        assert_eq!(pool.small.borrow().len(), SPARE_BUFFERS);
    }

    #[test]
    fn a_buffer_comes_back_empty() {
        let pool = Pool::default();
        let mut buffer = pool.small();
        buffer.extend_from_slice(b"secret");
        pool.put(buffer);
        assert!(pool.small().is_empty());
    }
}
