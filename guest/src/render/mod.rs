//! Pages of directories.
//!
//! A page costs a call to the file system for each entry, and memory until its slowest
//! reader has it. So clients that request the same directory at once get the same page, and
//! few pages are made at a time. All pages together are bounded, including those that are
//! being made. A page has all entries or is not sent, because a mirror deletes what it no
//! longer finds.

mod pieces;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use crate::files::Files;
use crate::files::quota::{Quota, Reservation};
use crate::limits::LISTINGS_AT_ONCE;
use crate::reason::Reason;

/// The listings of an instance.
pub struct Listings {
    builds: RefCell<Vec<Rc<Build>>>,
    waiting: RefCell<Vec<Waker>>,
    quota: Quota,
    lacks: RefCell<Vec<Lack>>,
}

/// A page for all clients that requested it before it was started. A later client may know
/// of an entry that the page has missed.
struct Build {
    path: String,
    started: Cell<bool>,
    made: OnceCell<Outcome>,
}

/// A page, or the reason why there is none.
type Outcome = Result<Rc<Page>, Reason>;

/// A directory in HTML.
pub struct Page {
    pieces: Vec<String>,
    _reservation: Reservation,
}

/// Entries of a listing that exist and are not shown, or are shown without size and date, for
/// the log.
pub struct Lack {
    /// Path of the directory.
    pub path: String,
    pub count: usize,
    /// Name of the first of them.
    pub name: Box<str>,
    pub reason: Reason,
}

impl Listings {
    /// Creates listings that take at most `bound` bytes, including the entries that pages
    /// are made of.
    pub fn new(bound: usize) -> Self {
        Self {
            builds: RefCell::default(),
            waiting: RefCell::default(),
            quota: Quota::new(bound),
            lacks: RefCell::default(),
        }
    }

    /// Returns the page of a directory, with the entries that it has at the request or a
    /// moment later.
    pub async fn page(&self, files: &Files, path: &str, hidden: bool, now: i64) -> Outcome {
        if let Some(order) = self.find(path, false) {
            return self.until(|| order.made.get().cloned()).await;
        }
        let order = Rc::new(Build {
            path: path.into(),
            started: Cell::new(false),
            made: OnceCell::new(),
        });
        self.builds.borrow_mut().push(Rc::clone(&order));
        self.until(|| self.may_start(path).then_some(())).await;
        order.started.set(true);
        let made = self.make(files, path, hidden, now).await.map(Rc::new);
        // Nothing else sets it.
        let _ = order.made.set(made.clone());
        let mut builds = self.builds.borrow_mut();
        builds.retain(|other| !Rc::ptr_eq(other, &order));
        self.waiting.take().into_iter().for_each(Waker::wake);
        made
    }

    /// Returns what listings lack since the last call.
    pub fn lacks(&self) -> Vec<Lack> {
        self.lacks.take()
    }

    fn find(&self, path: &str, started: bool) -> Option<Rc<Build>> {
        let builds = self.builds.borrow();
        let mut builds = builds.iter();
        let found = builds.find(|order| order.path == path && order.started.get() == started);
        found.cloned()
    }

    /// Whether a page may be started. A directory has one page at a time that is being
    /// made; the next one is for all clients that wait for it.
    fn may_start(&self, path: &str) -> bool {
        let started = self.builds.borrow();
        let started = started.iter().filter(|order| order.started.get()).count();
        started < LISTINGS_AT_ONCE && self.find(path, true).is_none()
    }

    async fn make(
        &self,
        files: &Files,
        path: &str,
        hidden: bool,
        now: i64,
    ) -> Result<Page, Reason> {
        let mut for_entries = self.quota.reservation();
        let entries = files.list(path, hidden, now, &mut for_entries).await?;
        for lacking in [entries.left_out, entries.unknown] {
            if let Some((name, reason)) = lacking.first {
                self.lacks.borrow_mut().push(Lack {
                    path: path.into(),
                    count: lacking.count,
                    name,
                    reason,
                });
            }
        }
        let mut reservation = self.quota.reservation();
        let pieces = pieces::page(path, entries.shown, &mut reservation, files.executor()).await?;
        Ok(Page {
            pieces,
            _reservation: reservation,
        })
    }

    /// Waits for `event`, which may happen when a page has been made.
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

impl Lack {
    /// Returns the words for the log, up to the path.
    pub fn words(&self) -> &'static str {
        match self.reason.is_server_error() {
            true => "Shown without size and date in the listing of",
            false => "Left out of the listing of",
        }
    }
}

impl Page {
    /// Returns the bytes of all pieces.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }

    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(String::as_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LISTING_BYTES;

    #[test]
    fn pages_count_while_someone_holds_them() {
        let quota = Quota::new(LISTING_BYTES);
        let page = |bytes| {
            let mut reservation = quota.reservation();
            reservation.reserve(bytes).unwrap();
            Rc::new(Page {
                pieces: Vec::from(["x".repeat(bytes)]),
                _reservation: reservation,
            })
        };
        let (one, other) = (page(1_000), page(500));
        let reader = Rc::clone(&one);
        assert_eq!(one.len(), 1_000);
        drop(one);
        assert_eq!(quota.bytes(), 1_500);
        drop((reader, other));
        assert_eq!(quota.bytes(), 0);
    }
}
