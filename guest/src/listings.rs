//! The pages of folders.
//!
//! A page costs a question to the file system for each entry, and memory for as long
//! as its slowest reader takes. So many who ask at once for the same folder get the
//! same page; few pages are made at a time; and all there are stay within a bound.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use core::future::poll_fn;
use core::ops::Deref;
use core::task::{Poll, Waker};

use crate::files::Files;
use crate::limits::LISTINGS_AT_ONCE;
use crate::listing;
use crate::reason::Reason;

/// The listings of an instance.
pub struct Listings {
    /// Bytes of all pages; see [`LISTING_BYTES`](crate::limits::LISTING_BYTES).
    bound: usize,
    orders: RefCell<Vec<Rc<Order>>>,
    waiting: RefCell<Vec<Waker>>,
    /// Bytes of all pages that someone holds.
    held: Rc<Cell<usize>>,
}

/// A page for all who asked before it was begun. Whoever asks later may know of an
/// entry that it has missed.
struct Order {
    path: String,
    begun: Cell<bool>,
    made: OnceCell<Made>,
}

/// A page, or why there is none.
type Made = Result<Rc<Page>, Reason>;

/// A folder in HTML.
pub struct Page {
    html: String,
    held: Rc<Cell<usize>>,
}

impl Listings {
    /// At most so many bytes of pages.
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            orders: RefCell::default(),
            waiting: RefCell::default(),
            held: Rc::default(),
        }
    }

    /// The page of a folder, as it is or was when someone has asked a moment later.
    pub async fn page(&self, files: &Files, path: &str, hidden: bool, now: i64) -> Made {
        if let Some(order) = self.find(path, false) {
            return self.until(|| order.made.get().cloned()).await;
        }
        let order = Rc::new(Order {
            path: path.into(),
            begun: Cell::new(false),
            made: OnceCell::new(),
        });
        self.orders.borrow_mut().push(Rc::clone(&order));
        self.until(|| self.may_begin(path).then_some(())).await;
        order.begun.set(true);
        let made = self.make(files, path, hidden, now).await;
        // No one else sets it.
        let _ = order.made.set(made.clone());
        let mut orders = self.orders.borrow_mut();
        orders.retain(|other| !Rc::ptr_eq(other, &order));
        self.waiting.take().into_iter().for_each(Waker::wake);
        made
    }

    fn find(&self, path: &str, begun: bool) -> Option<Rc<Order>> {
        let orders = self.orders.borrow();
        let mut orders = orders.iter();
        let found = orders.find(|order| order.path == path && order.begun.get() == begun);
        found.cloned()
    }

    /// One page of a folder at a time: the next one is for all who wait for it.
    fn may_begin(&self, path: &str) -> bool {
        let begun = self.orders.borrow();
        let begun = begun.iter().filter(|order| order.begun.get()).count();
        begun < LISTINGS_AT_ONCE && self.find(path, true).is_none()
    }

    async fn make(&self, files: &Files, path: &str, hidden: bool, now: i64) -> Made {
        if self.held.get() >= self.bound {
            return Err(Reason::Exhausted);
        }
        let entries = files.list(path, hidden, now).await?;
        let html = listing::page(path, entries);
        Ok(Rc::new(Page::new(html, &self.held)))
    }

    /// Waits for `event`, which can come to pass when a page has been made.
    async fn until<T>(&self, event: impl Fn() -> Option<T>) -> T {
        poll_fn(|cx| match event() {
            Some(value) => Poll::Ready(value),
            None => {
                self.waiting.borrow_mut().push(cx.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

impl Page {
    fn new(html: String, held: &Rc<Cell<usize>>) -> Self {
        held.set(held.get().saturating_add(html.capacity()));
        Self {
            html,
            held: Rc::clone(held),
        }
    }
}

impl Deref for Page {
    type Target = str;

    fn deref(&self) -> &str {
        &self.html
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let rest = self.held.get().saturating_sub(self.html.capacity());
        self.held.set(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_count_while_someone_holds_them() {
        let held = Rc::default();
        let one = Rc::new(Page::new("x".repeat(1_000), &held));
        let other = Page::new("x".repeat(500), &held);
        let reader = Rc::clone(&one);
        drop(one);
        assert_eq!(held.get(), 1_500);
        drop((reader, other));
        assert_eq!(held.get(), 0);
    }
}
