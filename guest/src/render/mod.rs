//! Pages of directories, and of errors.
//!
//! A page costs a call to the file system for each entry, and memory until its slowest
//! reader has it. So clients that request the same at once get the same page, and few pages
//! are made at a time. All pages together are bounded, including those that are being made.
//! A page has all entries or is not sent, because a mirror deletes what it no longer finds.

mod directory;
mod listed;
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
use core::slice;
use core::task::{Poll, Waker};

use h1::representation::etag::EntityTag;
use h1::status::Status;
use pages::Part;
use pages::entries::{Entry, Kind, file_name};
use pages::message::{Detail, Message, MessageLine};
use pages::subtitles::siblings;
use pages::view::Form;

use crate::files::directory::{Entries, Query};
use crate::files::quota::{Quota, Reservation};
use crate::files::{Files, join};
use crate::limits::LISTINGS_AT_ONCE;
use crate::reason::Reason;
use directory::{Directory, Written};
use listed::Listed;
use pieces::Pieces;
use playlist::Playlist;
use subject::Manner;
use subtitles::Subtitles;
use text::Texts;
use tree::Tree;

pub use stream::{ListStream, LongList};
pub use subject::Subject;

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

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
    subject: Subject,
    started: Cell<bool>,
    made: OnceCell<Outcome>,
}

/// A page that was made, or the reason why there is none.
type Outcome = Result<Made, Reason>;

/// The result of making a page.
#[derive(Clone)]
pub enum Made {
    Page(Rc<Page>),
    /// The client has the page with this tag already, so it was not written.
    Unchanged(EntityTag),
    /// A list that is too long for a page.
    Long(Rc<LongList>),
}

/// A generated page.
pub struct Page {
    pub status: Status,
    pub media_type: &'static str,
    pub etag: Option<EntityTag>,
    /// The request fields that it depends on.
    pub vary: &'static str,
    /// The name under which clients save it.
    pub file_name: Option<String>,
    /// The reference to the next part of the list.
    pub next: Option<String>,
    /// The size of the file of which the requested range does not exist.
    pub range_of: Option<u64>,
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

    /// Returns the page about a directory, with the entries that it has at the request or a
    /// moment later. It is not written if `is_current` holds for its tag.
    pub async fn page(
        &self,
        files: &Files,
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
        let made = self.make(files, subject, is_current, now).await;
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
        self.error(message.status, HTML, message, range_of)
    }

    /// Returns the line about an error, unless other pages take the memory for it.
    pub fn line(&self, line: &MessageLine<'_>) -> Option<Rc<Page>> {
        self.error(line.status, TEXT, line, None)
    }

    fn error(
        &self,
        status: Status,
        media_type: &'static str,
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
            vary: "Accept",
            file_name: None,
            next: None,
            range_of,
            pieces: pieces.finish(&mut reservation),
            _reservation: reservation,
        }))
    }

    /// Returns what listings lack since the last call.
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
    /// the next one is for all clients that wait for it.
    fn may_start(&self, subject: &Subject) -> bool {
        let started = self.builds.borrow();
        let started = started.iter().filter(|build| build.started.get()).count();
        started < LISTINGS_AT_ONCE && self.find(subject, true).is_none()
    }

    async fn make(
        &self,
        files: &Files,
        subject: &Subject,
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        let mut reservation = self.quota.reservation();
        if subject.view.form == Form::WebVtt {
            let subtitles = Subtitles::find(files, &subject.path, now).await?;
            let tag = subtitles.tag();
            if is_current(&tag) {
                return Ok(Made::Unchanged(tag));
            }
            let written = subtitles.write(files, &mut reservation, now).await?;
            return Ok(page(written, tag, subject, reservation));
        }
        let mut for_entries = self.quota.reservation();
        if let Some(format) = subject.view.form.playlist() {
            let tree = Tree::read(self, files, subject, now, for_entries).await?;
            let playlist = Playlist {
                subject,
                tree: &tree,
                format,
                executor: files.executor(),
            };
            let tag = playlist.tag().await;
            if is_current(&tag) {
                return Ok(Made::Unchanged(tag));
            }
            let written = playlist.write(&mut reservation).await?;
            return Ok(page(written, tag, subject, reservation));
        }
        let path = &subject.path;
        let listed = self
            .list(files, path, subject.query(), now, &mut for_entries)
            .await?;
        let is_long = listed.is_long;
        let mut listed = Listed::new(listed.shown, for_entries, files.executor());
        if is_long && subject.manner() == Manner::Streamed {
            return Ok(Made::Long(Rc::new(LongList {
                path: path.clone(),
                form: subject.view.form,
                listed,
                vary: subject.view.fields(),
            })));
        }
        let range = subject.range(&listed.entries);
        let next = subject.next(&listed.entries, &range)?;
        if is_long && subject.manner() == Manner::OneOfSeveral {
            if let Some(shown) = listed.entries.get_mut(range.clone()) {
                files.describe(path, shown).await?;
            }
            let mut entries = listed.entries.iter_mut();
            if range.start == 0
                && let Some(readme) = entries.find(|entry| text::is_readme(&entry.name))
            {
                files.describe(path, slice::from_mut(readme)).await?;
            }
        }
        let subtitle_paths = match subject.view.open {
            None => Vec::new(),
            Some(_) => {
                self.subtitle_paths(files, subject, &mut listed, now)
                    .await?
            }
        };
        let directory = Directory {
            subject,
            entries: &listed.entries,
            range,
            is_long,
            subtitle_paths: &subtitle_paths,
            texts: Texts {
                files,
                subject,
                now,
            },
            executor: files.executor(),
        };
        let tag = directory.tag().await;
        if is_current(&tag) {
            return Ok(Made::Unchanged(tag));
        }
        let written = directory.write(&mut reservation).await?;
        Ok(page(Written { next, ..written }, tag, subject, reservation))
    }

    /// Returns the entries of a directory.
    async fn list(
        &self,
        files: &Files,
        path: &str,
        query: Query<'_>,
        now: i64,
        reservation: &mut Reservation,
    ) -> Result<Entries, Reason> {
        let mut entries = files.list(path, query, now, reservation).await?;
        let lacks = [&mut entries.left_out, &mut entries.unknown];
        for lacking in lacks.map(core::mem::take) {
            if let Some((name, reason)) = lacking.first {
                self.lack(path, lacking.count, &name, reason);
            }
        }
        Ok(entries)
    }

    /// Remembers what a listing lacks, for the log.
    fn lack(&self, path: &str, count: usize, name: &str, reason: Reason) {
        self.lacks.borrow_mut().push(Lack {
            path: path.into(),
            count,
            name: name.into(),
            reason,
        });
    }

    /// Returns the paths of files in a directory for subtitles, and in the one of the film
    /// in it, relative to the film's directory.
    async fn subtitle_paths(
        &self,
        files: &Files,
        subject: &Subject,
        listed: &mut Listed,
        now: i64,
    ) -> Result<Vec<String>, Reason> {
        let film = subject.view.open.as_deref().unwrap_or_default();
        let is_directory = |entry: &&Entry| entry.is_directory();
        let Listed {
            entries,
            reservation,
            ..
        } = listed;
        let mut directories = entries.iter().filter(is_directory);
        let Some(outer) = directories.find(|entry| siblings::is_folder(&entry.name)) else {
            return Ok(Vec::new());
        };
        let mut paths = Vec::new();
        let mut inside = Vec::from([outer.name.clone().into_string()]);
        while let Some(directory) = inside.pop() {
            let path = join(&subject.path, &directory);
            for entry in self
                .list(files, &path, subject.query(), now, reservation)
                .await?
                .shown
            {
                let path = join(&directory, &entry.name);
                let is_of_film = directory == *outer.name && file_name::stem(film) == &*entry.name;
                match entry.kind {
                    Kind::File(_) => {
                        reservation.reserve(path.len().saturating_add(size_of::<String>()))?;
                        paths.push(path);
                    }
                    Kind::Directory if is_of_film => inside.push(path),
                    Kind::Directory => {}
                }
            }
        }
        Ok(paths)
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

/// Returns a page that was written.
fn page(written: Written, tag: EntityTag, subject: &Subject, reservation: Reservation) -> Made {
    Made::Page(Rc::new(Page {
        status: Status::Ok,
        media_type: written.media_type,
        etag: Some(tag),
        vary: subject.view.fields(),
        file_name: written.file_name,
        next: written.next,
        range_of: None,
        pieces: written.pieces,
        _reservation: reservation,
    }))
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
                status: Status::Ok,
                media_type: HTML,
                etag: None,
                vary: "",
                file_name: None,
                next: None,
                range_of: None,
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
