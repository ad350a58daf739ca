//! Deadlines of all connections, from one coarse clock.
//!
//! A separate timer for each wait would take a call to the host to set it and another to
//! cancel it. Instead, one ticker checks all deadlines once a second, and only while there
//! are connections.

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
    waits: Cell<u64>,
}

struct Entry {
    at: Second,
    /// Number of the wait in the order of all waits, if it waits for a next request. Such a
    /// wait may end early when the server drains or needs its place.
    idle: Option<u64>,
    waker: Option<Waker>,
}

/// End of a wait.
#[derive(Clone, Copy, Debug)]
pub enum Deadline {
    /// A point in time.
    At(Second),
    /// End of an idle wait, which ends early when the server drains or needs its place.
    Idle(Second),
}

/// Error of a wait: its deadline has passed, or it was idle and was ended early.
#[derive(Debug)]
pub struct Expired;

impl Deadlines {
    /// Sets the time to `now`, and wakes the waits whose deadline has passed.
    pub fn advance(&self, now: Second) {
        self.now.set(now);
        self.wake(|entry| entry.at <= now);
    }

    /// Ends every idle wait.
    pub fn end_idle(&self) {
        self.wake(|entry| {
            let idle = entry.idle.is_some();
            if idle {
                entry.at = 0;
            }
            idle
        });
    }

    /// Ends the idle wait that has lasted longest. Returns false if there is none.
    pub fn end_oldest_idle(&self) -> bool {
        let mut entries = self.entries.borrow_mut();
        let waiting = entries
            .iter_mut()
            .filter(|entry| entry.idle.is_some() && entry.at > 0);
        let Some(oldest) = waiting.min_by_key(|entry| entry.idle) else {
            return false;
        };
        oldest.at = 0;
        if let Some(waker) = oldest.waker.take() {
            waker.wake();
        }
        true
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

    /// Returns a place for the deadlines of one connection, which has one at a time.
    pub fn watch(&self) -> Watch<'_> {
        let mut entries = self.entries.borrow_mut();
        let index = self.free.borrow_mut().pop().unwrap_or_else(|| {
            entries.push(Entry {
                at: NEVER,
                idle: None,
                waker: None,
            });
            entries.len().saturating_sub(1)
        });
        Watch {
            deadlines: self,
            index,
        }
    }

    fn set(&self, index: usize, at: Second, idle: Option<u64>, waker: Option<Waker>) {
        if let Some(entry) = self.entries.borrow_mut().get_mut(index) {
            *entry = Entry { at, idle, waker };
        }
    }

    fn is_due(&self, index: usize, at: Second) -> bool {
        let entries = self.entries.borrow();
        self.now.get() >= at || entries.get(index).is_some_and(|entry| entry.at == 0)
    }
}

/// Deadline of one connection.
pub struct Watch<'a> {
    deadlines: &'a Deadlines,
    index: usize,
}

impl Watch<'_> {
    /// Returns the time, as of the last tick.
    pub fn now(&self) -> Second {
        self.deadlines.now.get()
    }

    /// Returns the point in time `seconds` from now. Ticks are a second apart, so a
    /// deadline may be up to a second late, but never early.
    pub fn after(&self, seconds: u64) -> Second {
        self.deadlines
            .now
            .get()
            .saturating_add(seconds)
            .saturating_add(1)
    }

    /// Polls `future` until it is done or the deadline has passed. Then `future` is
    /// dropped.
    pub async fn until<F: Future>(
        &self,
        deadline: Deadline,
        future: F,
    ) -> Result<F::Output, Expired> {
        let (at, idle) = match deadline {
            Deadline::At(at) => (at, false),
            Deadline::Idle(at) => (at, true),
        };
        let mut future = pin!(future);
        let waits = &self.deadlines.waits;
        waits.set(waits.get().wrapping_add(1));
        let idle = idle.then(|| waits.get());
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
            self.deadlines.set(self.index, NEVER, None, None);
        }
        done
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.deadlines.set(self.index, NEVER, None, None);
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
            poll(pin!(watch.until(Deadline::At(100), ready(7)))),
            Poll::Ready(Ok(7))
        ));

        let mut late = pin!(watch.until(Deadline::At(watch.after(10)), pending::<()>()));
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
        let mut idle = pin!(idle.until(Deadline::Idle(60), pending::<()>()));
        let mut busy = pin!(busy.until(Deadline::At(60), pending::<()>()));
        assert!(poll(idle.as_mut()).is_pending());
        assert!(poll(busy.as_mut()).is_pending());
        deadlines.end_idle();
        assert!(matches!(poll(idle), Poll::Ready(Err(Expired))));
        assert!(poll(busy).is_pending());
    }

    #[test]
    fn the_longest_idle_connection_is_closed_first() {
        let deadlines = Deadlines::default();
        let watches = [deadlines.watch(), deadlines.watch(), deadlines.watch()];
        let mut busy = pin!(watches[0].until(Deadline::At(60), pending::<()>()));
        let mut older = pin!(watches[1].until(Deadline::Idle(60), pending::<()>()));
        let mut newer = pin!(watches[2].until(Deadline::Idle(60), pending::<()>()));
        assert!(poll(busy.as_mut()).is_pending());
        assert!(poll(older.as_mut()).is_pending());
        assert!(poll(newer.as_mut()).is_pending());
        assert!(deadlines.end_oldest_idle());
        assert!(poll(newer.as_mut()).is_pending());
        assert!(matches!(poll(older), Poll::Ready(Err(Expired))));
        assert!(deadlines.end_oldest_idle());
        assert!(matches!(poll(newer), Poll::Ready(Err(Expired))));
        assert!(!deadlines.end_oldest_idle());
        assert!(poll(busy).is_pending());
    }

    #[test]
    fn deadline_slots_are_reused() {
        let deadlines = Deadlines::default();
        for _ in 0..100 {
            drop((deadlines.watch(), deadlines.watch()));
        }
        assert_eq!(deadlines.entries.borrow().len(), 2);
    }
}
