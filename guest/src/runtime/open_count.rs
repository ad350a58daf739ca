//! The number of open connections, and waits until there are fewer.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use super::notify::Notify;

/// A number of connections, which are counted from [`OpenCount::add`] to
/// [`OpenCount::remove`].
#[derive(Default)]
pub struct OpenCount {
    count: Cell<usize>,
    /// Flags that are raised when a connection ends, one for each stream of connections
    /// that waits for it.
    removed: RefCell<Vec<Rc<Notify>>>,
}

impl OpenCount {
    /// Counts a connection that was accepted.
    pub fn add(&self) {
        self.count.set(self.count.get().saturating_add(1));
    }

    /// Counts it no more.
    pub fn remove(&self) {
        self.count.set(self.count.get().saturating_sub(1));
        for waiting in self.removed.take() {
            waiting.raise();
        }
    }

    /// Returns the number.
    pub fn count(&self) -> usize {
        self.count.get()
    }

    /// Waits until there are no more than so many.
    pub async fn until_at_most(&self, most: usize) {
        while self.count.get() > most {
            let signal = Rc::new(Notify::default());
            self.removed.borrow_mut().push(Rc::clone(&signal));
            signal.wait().await;
        }
    }
}
