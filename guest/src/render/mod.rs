//! Pages of directories, and of errors.
//!
//! A page costs a call to the file system for each entry, and memory until its slowest
//! reader has it. So clients that request the same at once get the same page, and few pages
//! are made at a time. All pages together are bounded, including those that are being made.
//! A page has all entries or is not sent, because a mirror deletes what it no longer finds.

mod archive;
mod directory;
mod facts;
mod kinds;
mod linked_file;
mod listed;
mod page;
mod picture;
mod pieces;
mod playlist;
mod stream;
mod subject;
mod subtitles;
mod text;
mod tree;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use auth::link::Key;
use h1::representation::etag::EntityTag;
use h1::status::Status;
use pages::Part;
use pages::message::{Detail, Message, MessageLine};
use pages::view::{FORM_FIELDS, Form, PAGE_FIELDS};

use crate::files::Visible;
use crate::files::directory::{Entries, Query};
use crate::files::quota::{Quota, Reservation};
use crate::limits::{ARCHIVES_AT_ONCE, LISTINGS_AT_ONCE};
use crate::reason::Reason;
use archive::KeptArchives;
use pieces::Pieces;

pub use archive::{Archive, MEDIA_TYPE as ARCHIVE_TYPE};
pub use page::{Made, Page};
pub use picture::Picture;
pub use stream::{ListStream, LongList};
pub use subject::{LinkedFile, Subject};

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The listings of an instance.
pub struct Listings {
    builds: RefCell<Vec<Rc<Build>>>,
    waiting: RefCell<Vec<Waker>>,
    quota: Quota,
    archives: KeptArchives,
    lacks: RefCell<Vec<Lack>>,
    /// The key of links that pages have on them.
    key: Option<Key>,
}

/// A page for all clients that requested it before it was started. A later client may know
/// of an entry that the page has missed.
struct Build {
    subject: Subject,
    started: Cell<bool>,
    made: OnceCell<Outcome>,
}

/// A page that was made, or the reason why there is none.
type Outcome = Result<Made, Reason>;

/// Entries of a directory that a page lacks, or has only in part, for the log.
pub struct Lack {
    /// Path of the directory.
    pub path: String,
    lacking: Lacking,
    pub count: usize,
    /// Name of the first of them.
    pub name: Box<str>,
    pub reason: Reason,
}

/// Parts of an existing entry that a page lacks.
#[derive(Clone, Copy)]
enum Lacking {
    /// All of it.
    Entry,
    /// Its size and its date.
    Details,
    /// The subtitles in it.
    Subtitles,
}

impl Listings {
    /// Creates listings that take at most `bound` bytes, including the entries that pages
    /// are made of. `key` is that of links.
    pub fn new(bound: usize, key: Option<Key>) -> Self {
        Self {
            builds: RefCell::default(),
            waiting: RefCell::default(),
            quota: Quota::new(bound),
            archives: KeptArchives::default(),
            lacks: RefCell::default(),
            key,
        }
    }

    /// Returns the page about a directory, with the entries that it has at the request or a
    /// moment later. It is not written if `is_current` holds for its tag.
    pub async fn page(
        &self,
        files: Visible<'_>,
        subject: Subject,
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        while let Some(build) = self.find(&subject, false) {
            match self.until(|| build.made.get().cloned()).await {
                // The client that ordered it has the page, and this one does not.
                Ok(Made::Unchanged(tag)) if !is_current(&tag) => {}
                made => return made,
            }
        }
        let build = Rc::new(Build {
            subject,
            started: Cell::new(false),
            made: OnceCell::new(),
        });
        self.builds.borrow_mut().push(Rc::clone(&build));
        let subject = &build.subject;
        self.until(|| self.may_start(subject).then_some(())).await;
        build.started.set(true);
        let mut made = self.make(files, subject, &is_current, now).await;
        if matches!(made, Err(Reason::ListingsFull)) && self.archives.drop_idle() {
            made = self.make(files, subject, &is_current, now).await;
        }
        // Nothing else sets it.
        let _ = build.made.set(made.clone());
        let mut builds = self.builds.borrow_mut();
        builds.retain(|other| !Rc::ptr_eq(other, &build));
        self.waiting.take().into_iter().for_each(Waker::wake);
        made
    }

    /// Returns the page of an error, unless other pages take the memory for it.
    pub fn message(&self, message: &Message<'_>) -> Option<Rc<Page>> {
        let range_of = match message.detail {
            Detail::Size(size) => Some(size),
            _ => None,
        };
        self.error(message.status, (HTML, PAGE_FIELDS), message, range_of)
    }

    /// Returns the line about an error, unless other pages take the memory for it.
    pub fn line(&self, line: &MessageLine<'_>) -> Option<Rc<Page>> {
        self.error(line.status, (TEXT, FORM_FIELDS), line, None)
    }

    fn error(
        &self,
        status: Status,
        (media_type, vary): (&'static str, &'static str),
        part: &impl Part,
        range_of: Option<u64>,
    ) -> Option<Rc<Page>> {
        let mut reservation = self.quota.reservation();
        let mut pieces = Pieces::default();
        pieces.append(part, &mut reservation).ok()?;
        Some(Rc::new(Page {
            status,
            media_type,
            etag: None,
            vary,
            file_name: None,
            next: None,
            range_of,
            pieces: pieces.finish(&mut reservation),
            _reservation: reservation,
        }))
    }

    /// Returns an archive that was laid out before, and is not known to be outdated.
    pub fn kept_archive(&self, subject: &Subject, now: i64) -> Option<Rc<Archive>> {
        self.archives.find(subject, now)
    }

    /// Drops archives that were not used for a while. To be called once a second while
    /// [`Listings::keeps_archives`].
    pub fn tick(&self, now: i64) {
        self.archives.tick(now);
    }

    /// Whether archives are kept that must be dropped later.
    pub fn keeps_archives(&self) -> bool {
        !self.archives.is_empty()
    }

    /// Returns what pages lack since the last call.
    pub fn lacks(&self) -> Vec<Lack> {
        self.lacks.take()
    }

    fn find(&self, subject: &Subject, started: bool) -> Option<Rc<Build>> {
        let builds = self.builds.borrow();
        let mut builds = builds.iter();
        let found =
            builds.find(|build| build.subject == *subject && build.started.get() == started);
        found.cloned()
    }

    /// Whether a page may be started. A subject has one page at a time that is being made;
    /// the next one is for all clients that wait for it. An archive takes long, and does not
    /// count among pages.
    fn may_start(&self, subject: &Subject) -> bool {
        let is_archive = |subject: &Subject| subject.view.form == Form::Tar;
        let most = match is_archive(subject) {
            true => ARCHIVES_AT_ONCE,
            false => LISTINGS_AT_ONCE,
        };
        let builds = self.builds.borrow();
        let started = builds.iter().filter(|build| build.started.get());
        let alike = started.filter(|build| is_archive(&build.subject) == is_archive(subject));
        alike.count() < most && self.find(subject, true).is_none()
    }

    /// Returns the entries of a directory.
    async fn list(
        &self,
        files: Visible<'_>,
        path: &str,
        query: Query<'_>,
        now: i64,
        reservation: &mut Reservation,
    ) -> Result<Entries, Reason> {
        let mut entries = files.list(path, query, now, reservation).await?;
        let lacks = [
            (Lacking::Entry, &mut entries.left_out),
            (Lacking::Details, &mut entries.unknown),
        ];
        for (lacking, concerned) in lacks {
            let concerned = core::mem::take(concerned);
            if let Some((name, reason)) = concerned.first {
                self.lack(path, lacking, concerned.count, &name, reason);
            }
        }
        Ok(entries)
    }

    /// Remembers what a page lacks, for the log.
    fn lack(&self, path: &str, lacking: Lacking, count: usize, name: &str, reason: Reason) {
        self.lacks.borrow_mut().push(Lack {
            path: path.into(),
            lacking,
            count,
            name: name.into(),
            reason,
        });
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
        match self.lacking {
            Lacking::Entry => "Left out of the listing of",
            Lacking::Details => "Shown without size and date in the listing of",
            Lacking::Subtitles => "Left out of the subtitles in",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LISTING_BYTES;
    use crate::rights::Rights;

    #[test]
    fn archives_do_not_hold_up_pages() {
        let listings = Listings::new(LISTING_BYTES, None);
        let subject = |path: &str, form| Subject::file(path, form, &Rights::ALL);
        let start = |path: &str, form| {
            let starts = listings.may_start(&subject(path, form));
            listings.builds.borrow_mut().push(Rc::new(Build {
                subject: subject(path, form),
                started: Cell::new(starts),
                made: OnceCell::new(),
            }));
            starts
        };
        // (path, form, whether it is started)
        let rows = [
            ("a", Form::Tar, true),
            ("b", Form::Tar, false),
            ("a", Form::Json, true),
            ("a", Form::Json, false),
            ("b", Form::Json, true),
            ("c", Form::Json, false),
        ];
        for (path, form, expected) in rows {
            assert_eq!(start(path, form), expected, "{path} {form:?}");
        }
    }
}
