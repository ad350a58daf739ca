//! Deadlines for every connection, from one coarse clock.
//!
//! A timer of its own for each wait would be a host call to set and one to
//! cancel; instead one ticker looks at all deadlines once a second, and only
//! while there are connections.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Poll, Waker};

/// A point in time: seconds on the monotonic clock.
pub type Second = u64;

const NEVER: Second = Second::MAX;

/// All deadlines of an instance.
#[derive(Default)]
pub struct Deadlines {
    now: Cell<Second>,
    entries: RefCell<Vec<Entry>>,
    free: RefCell<Vec<usize>>,
}

struct Entry {
    at: Second,
    /// Waiting for a next request: may be ended when the server drains.
    idle: bool,
    waker: Option<Waker>,
}

/// The deadline has passed, or an idle wait was ended.
#[derive(Debug)]
pub struct Expired;

impl Deadlines {
    /// Moves the time on and wakes whoever is late.
    pub fn advance(&self, now: Second) {
        self.now.set(now);
        self.wake(|entry| entry.at <= now);
    }

    /// Ends every idle wait.
    pub fn end_idle(&self) {
        self.wake(|entry| {
            let idle = entry.idle;
            if idle {
                entry.at = 0;
            }
            idle
        });
    }

    fn wake(&self, due: impl Fn(&mut Entry) -> bool) {
        for entry in self.entries.borrow_mut().iter_mut() {
            if due(entry)
                && let Some(waker) = entry.waker.take()
            {
                waker.wake();
            }
        }
    }

    /// A place for the deadlines of one connection, one at a time.
    pub fn watch(&self) -> Watch<'_> {
        let mut entries = self.entries.borrow_mut();
        let index = self.free.borrow_mut().pop().unwrap_or_else(|| {
            entries.push(Entry {
                at: NEVER,
                idle: false,
                waker: None,
            });
            entries.len().saturating_sub(1)
        });
        Watch {
            deadlines: self,
            index,
        }
    }

    fn set(&self, index: usize, at: Second, idle: bool, waker: Option<Waker>) {
        if let Some(entry) = self.entries.borrow_mut().get_mut(index) {
            *entry = Entry { at, idle, waker };
        }
    }

    fn is_due(&self, index: usize, at: Second) -> bool {
        let entries = self.entries.borrow();
        self.now.get() >= at || entries.get(index).is_some_and(|entry| entry.at == 0)
    }
}

/// One connection's deadline.
pub struct Watch<'a> {
    deadlines: &'a Deadlines,
    index: usize,
}

impl Watch<'_> {
    /// A point `seconds` from now. Ticks are a second apart, so it may come up to
    /// a second late, never early.
    pub fn after(&self, seconds: u64) -> Second {
        self.deadlines
            .now
            .get()
            .saturating_add(seconds)
            .saturating_add(1)
    }

    /// Drives `future` until it is done or `at` has come; then it is dropped.
    pub async fn until<F: Future>(&self, at: Second, future: F) -> Result<F::Output, Expired> {
        self.wait(at, false, future).await
    }

    /// The same for a wait that draining ends early.
    pub async fn idle_until<F: Future>(&self, at: Second, future: F) -> Result<F::Output, Expired> {
        self.wait(at, true, future).await
    }

    async fn wait<F: Future>(
        &self,
        at: Second,
        idle: bool,
        future: F,
    ) -> Result<F::Output, Expired> {
        let mut future = pin!(future);
        let mut registered = false;
        let done = poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            if registered && self.deadlines.is_due(self.index, at) {
                return Poll::Ready(Err(Expired));
            }
            registered = true;
            self.deadlines
                .set(self.index, at, idle, Some(cx.waker().clone()));
            Poll::Pending
        })
        .await;
        if registered {
            self.deadlines.set(self.index, NEVER, false, None);
        }
        done
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.deadlines.set(self.index, NEVER, false, None);
        self.deadlines.free.borrow_mut().push(self.index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::{pending, ready};
    use core::task::Context;

    fn poll<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_wait_ends_with_its_future_or_its_deadline() {
        let deadlines = Deadlines::default();
        deadlines.advance(100);
        let watch = deadlines.watch();
        assert!(matches!(
            poll(pin!(watch.until(100, ready(7)))),
            Poll::Ready(Ok(7))
        ));

        let mut late = pin!(watch.until(watch.after(10), pending::<()>()));
        assert!(poll(late.as_mut()).is_pending());
        deadlines.advance(110);
        assert!(poll(late.as_mut()).is_pending(), "never early");
        deadlines.advance(111);
        assert!(matches!(poll(late), Poll::Ready(Err(Expired))));
    }

    #[test]
    fn draining_ends_idle_waits_only() {
        let deadlines = Deadlines::default();
        let (idle, busy) = (deadlines.watch(), deadlines.watch());
        let mut idle = pin!(idle.idle_until(60, pending::<()>()));
        let mut busy = pin!(busy.until(60, pending::<()>()));
        assert!(poll(idle.as_mut()).is_pending());
        assert!(poll(busy.as_mut()).is_pending());
        deadlines.end_idle();
        assert!(matches!(poll(idle), Poll::Ready(Err(Expired))));
        assert!(poll(busy).is_pending());
    }

    #[test]
    fn places_are_used_again() {
        let deadlines = Deadlines::default();
        for _ in 0..100 {
            drop((deadlines.watch(), deadlines.watch()));
        }
        assert_eq!(deadlines.entries.borrow().len(), 2);
    }
}
