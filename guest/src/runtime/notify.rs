//! A way to wake one waiting task.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

/// A flag that one task waits for and others raise.
#[derive(Default)]
pub struct Notify {
    raised: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Notify {
    /// Raises the flag, and wakes the task that waits for it.
    pub fn raise(&self) {
        self.raised.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    /// Waits until the flag is raised, and lowers it.
    pub async fn wait(&self) {
        poll_fn(|cx| {
            if self.raised.replace(false) {
                return Poll::Ready(());
            }
            self.waiting.replace(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}
