//! Buffers for threads that read files while the worker does something else.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::limits::{OFFLOADED_READ_BUFFERS, OFFLOADED_READ_BYTES, OFFLOADED_READ_MIN_BYTES};

/// Bytes of all counted buffers of a worker.
#[derive(Debug, Default)]
pub(crate) struct BufferPool(Arc<AtomicUsize>);

/// A buffer: zeros at first, then the bytes that were read.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    counted: usize,
    held: Arc<AtomicUsize>,
}

impl BufferPool {
    /// Returns a buffer as large as is wanted and allowed, or a small one when many large
    /// ones are in use.
    pub(crate) fn take(&self, wanted: usize) -> Buffer {
        const MOST: usize = OFFLOADED_READ_BYTES.saturating_mul(OFFLOADED_READ_BUFFERS);
        let wanted = wanted.min(OFFLOADED_READ_BYTES);
        let held = &self.0;
        let taken = held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            held.checked_add(wanted).filter(|&held| held <= MOST)
        });
        let (length, counted) = match taken {
            Ok(_) => (wanted, wanted),
            Err(_) => (wanted.min(OFFLOADED_READ_MIN_BYTES), 0),
        };
        Buffer {
            bytes: vec![0; length],
            counted,
            held: Arc::clone(held),
        }
    }
}

impl Buffer {
    pub(crate) fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.held.fetch_sub(self.counted, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_buffers_are_small_ones() {
        let buffers = BufferPool::default();
        assert_eq!(buffers.take(10).len(), 10);
        let mut held = Vec::new();
        for number in 0..OFFLOADED_READ_BUFFERS * 2 {
            let buffer = buffers.take(usize::MAX);
            let expected = match number < OFFLOADED_READ_BUFFERS {
                true => OFFLOADED_READ_BYTES,
                false => OFFLOADED_READ_MIN_BYTES,
            };
            assert_eq!(buffer.len(), expected, "{number}");
            held.push(buffer);
        }
        drop(held);
        assert_eq!(buffers.take(usize::MAX).len(), OFFLOADED_READ_BYTES);
    }
}
