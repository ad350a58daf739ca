//! The pages of folders.
//!
//! A page costs a question to the file system for each entry, and memory for as long
//! as its slowest reader takes. So many who ask at once for the same folder get the
//! same page; few pages are made at a time; and all there are stay within a bound,
//! also those that are being made. A page has all entries, or it is none: a mirror
//! deletes what it no longer finds.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use crate::files::Files;
use crate::limits::LISTINGS_AT_ONCE;
use crate::listing;
use crate::reason::Reason;
use crate::turn::Turn;

/// The listings of an instance.
pub struct Listings {
    orders: RefCell<Vec<Rc<Order>>>,
    waiting: RefCell<Vec<Waker>>,
    held: Held,
    left_out: RefCell<Vec<LeftOut>>,
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
    pieces: Vec<String>,
    _room: Room,
}

/// What the log should know of a listing: entries that are there and are not shown.
pub struct LeftOut {
    /// Of the folder.
    pub path: String,
    pub count: usize,
    /// Of the first of them.
    pub name: Box<str>,
    pub reason: Reason,
}

impl Listings {
    /// At most so many bytes of pages and what they are made of.
    pub fn new(bound: usize) -> Self {
        Self {
            orders: RefCell::default(),
            waiting: RefCell::default(),
            held: Held::new(bound),
            left_out: RefCell::default(),
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
        let made = self.make(files, path, hidden, now).await.map(Rc::new);
        // No one else sets it.
        let _ = order.made.set(made.clone());
        let mut orders = self.orders.borrow_mut();
        orders.retain(|other| !Rc::ptr_eq(other, &order));
        self.waiting.take().into_iter().for_each(Waker::wake);
        made
    }

    /// What was left out since this was last asked.
    pub fn left_out(&self) -> Vec<LeftOut> {
        self.left_out.take()
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

    async fn make(
        &self,
        files: &Files,
        path: &str,
        hidden: bool,
        now: i64,
    ) -> Result<Page, Reason> {
        let turn = Turn::new(files.executor());
        let mut for_entries = self.held.room();
        let entries = files
            .list(path, hidden, now, &mut for_entries, &turn)
            .await?;
        if let Some((name, reason)) = entries.left_out.first {
            self.left_out.borrow_mut().push(LeftOut {
                path: path.into(),
                count: entries.left_out.count,
                name,
                reason,
            });
        }
        let mut room = self.held.room();
        let pieces = listing::page(path, entries.shown, &mut room, &turn).await?;
        Ok(Page {
            pieces,
            _room: room,
        })
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
    /// Bytes of all pieces.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }

    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(String::as_bytes)
    }
}

/// Bytes that all listings hold, those being made too.
#[derive(Clone)]
pub struct Held {
    bytes: Rc<Cell<usize>>,
    /// The most; see [`LISTING_BYTES`](crate::limits::LISTING_BYTES).
    bound: usize,
}

impl Held {
    pub fn new(bound: usize) -> Self {
        Self {
            bytes: Rc::default(),
            bound,
        }
    }

    pub fn bytes(&self) -> usize {
        self.bytes.get()
    }

    fn set(&self, bytes: usize) {
        self.bytes.set(bytes);
    }

    /// Nothing of it yet.
    pub fn room(&self) -> Room {
        Room {
            held: self.clone(),
            taken: 0,
        }
    }
}

/// A share of what listings may take, given back when dropped.
pub struct Room {
    held: Held,
    taken: usize,
}

impl Room {
    /// To be asked before the memory is used.
    pub fn take(&mut self, bytes: usize) -> Result<(), Reason> {
        let held = self.held.bytes();
        if held.saturating_add(bytes) > self.held.bound {
            return Err(match held == self.taken {
                true => Reason::TooLarge,
                false => Reason::NoRoom,
            });
        }
        self.add(bytes);
        Ok(())
    }

    /// Counts what is less than was given back before.
    pub fn add(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(bytes);
        self.held.set(self.held.bytes().saturating_add(bytes));
    }

    pub fn clear(&mut self) {
        self.give_back(self.taken);
    }

    pub fn give_back(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_sub(bytes);
        self.held.set(self.held.bytes().saturating_sub(bytes));
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LISTING_BYTES;

    #[test]
    fn pages_count_while_someone_holds_them() {
        let held = Held::new(LISTING_BYTES);
        let page = |bytes| {
            let mut room = held.room();
            room.take(bytes).unwrap();
            Rc::new(Page {
                pieces: Vec::from(["x".repeat(bytes)]),
                _room: room,
            })
        };
        let (one, other) = (page(1_000), page(500));
        let reader = Rc::clone(&one);
        assert_eq!(one.len(), 1_000);
        drop(one);
        assert_eq!(held.bytes(), 1_500);
        drop((reader, other));
        assert_eq!(held.bytes(), 0);
    }

    #[test]
    fn who_takes_too_much_is_told_whose_it_is() {
        let held = Held::new(LISTING_BYTES);
        let (mut one, mut other) = (held.room(), held.room());
        one.take(LISTING_BYTES).unwrap();
        assert!(matches!(one.take(1), Err(Reason::TooLarge)));
        assert!(matches!(other.take(1), Err(Reason::NoRoom)));
        one.give_back(1);
        other.take(1).unwrap();
        assert!(matches!(one.take(1), Err(Reason::NoRoom)));
        drop(one);
        assert_eq!(held.bytes(), 1);
        other.take(LISTING_BYTES - 1).unwrap();
    }
}
