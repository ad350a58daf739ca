//! The archives that were laid out lately: for their ranges, and for other clients.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use super::Archive;
use crate::limits::ARCHIVE_SECONDS;
use crate::render::subject::Subject;

/// Archives that were laid out lately. Their memory is that of listings, and is given back as soon
/// as a listing needs it.
#[derive(Default)]
pub struct KeptArchives(RefCell<Vec<Kept>>);

struct Kept {
    subject: Subject,
    archive: Rc<Archive>,
    /// Unix time in seconds at which it was last used.
    used: Cell<i64>,
}

impl Kept {
    /// Whether it is being sent.
    fn is_in_use(&self) -> bool {
        Rc::strong_count(&self.archive) > 1
    }

    fn is_current(&self) -> bool {
        !self.archive.is_outdated.get()
    }
}

impl KeptArchives {
    /// Keeps an archive in place of an older one of the same subject, and returns it. If it has
    /// no tag, no other response may be a part of it, and it is not kept.
    pub fn keep(&self, subject: &Subject, archive: Archive, now: i64) -> Rc<Archive> {
        let archive = Rc::new(archive);
        let mut kept = self.0.borrow_mut();
        kept.retain(|kept| kept.subject != *subject);
        if archive.etag.is_some() {
            kept.push(Kept {
                subject: subject.clone(),
                archive: Rc::clone(&archive),
                used: Cell::new(now),
            });
        }
        archive
    }

    /// Returns the archive of a subject, unless it is known to be outdated.
    pub fn find(&self, subject: &Subject, now: i64) -> Option<Rc<Archive>> {
        let kept = self.0.borrow();
        let found = |kept: &&Kept| kept.subject == *subject && kept.is_current();
        let kept = kept.iter().find(found)?;
        kept.used.set(now);
        Some(Rc::clone(&kept.archive))
    }

    /// Drops those that were not used for a while. To be called once a second while there are
    /// any.
    pub fn tick(&self, now: i64) {
        self.0.borrow_mut().retain(|kept| {
            if kept.is_in_use() {
                kept.used.set(now);
            }
            // The clock may be set back.
            let is_young = now.abs_diff(kept.used.get()) <= ARCHIVE_SECONDS.unsigned_abs();
            is_young && kept.is_current()
        });
    }

    /// Drops those that are not being sent. Returns whether there were any.
    pub fn drop_idle(&self) -> bool {
        let mut kept = self.0.borrow_mut();
        let before = kept.len();
        kept.retain(Kept::is_in_use);
        kept.len() < before
    }

    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
}
