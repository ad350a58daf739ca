//! What a reader and its caller hand to each other: a need of bytes, and the bytes.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::Poll;

use crate::input::Span;

/// The place where a reader leaves its need, and where the bytes for it are put. Both ends
/// have it, on one thread.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    need: Cell<Option<Span>>,
    bytes: RefCell<Option<Vec<u8>>>,
}

impl Exchange {
    /// Waits for bytes of a part of the file. They may be fewer than it has; none are the
    /// end of the file.
    pub(super) async fn ask(&self, span: Span) -> Vec<u8> {
        self.need.set(Some(span));
        poll_fn(|_| match self.bytes.take() {
            Some(bytes) => Poll::Ready(bytes),
            None => Poll::Pending,
        })
        .await
    }

    /// Takes the need that the reader waits with.
    pub(crate) fn take_need(&self) -> Option<Span> {
        self.need.take()
    }

    /// Puts the bytes for a need.
    pub(crate) fn put(&self, bytes: Vec<u8>) {
        self.bytes.replace(Some(bytes));
    }
}
