//! Files by checked path, through the cache.
//!
//! Under light load, the file system is asked about the path of every request. Under heavy
//! load, it is asked about each path once a second, so a changed file is served new within
//! that second. Content is cached together with the file and the metadata that it was read
//! from, so old and new never mix. Only files whose last change is old enough are cached,
//! so that the next change must show.

pub mod directory;
pub mod file;
mod late_entries;
mod lookups;
mod lru;
pub mod near;
mod open_files;
mod path;
pub mod quota;
pub mod root;
mod stat_rate;

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use pages::entries::Entry;

use crate::limits::{
    CACHED_FILE_BYTES, LATE_ENTRY_SECONDS, OPEN_FILE_SECONDS, OPEN_FILE_WEIGHT, STAT_WORK,
};
use crate::reason::Reason;
use crate::runtime::deadlines::{Deadline, Deadlines};
use crate::runtime::executor::Executor;
use directory::{Entries, Query};
use file::{Content, File};
use lookups::Lookups;
use open_files::OpenFiles;
use quota::Reservation;
use root::{Identity, Metadata, Opened, Root, Stat, read_start, read_whole};
use stat_rate::StatRate;

pub use lookups::Found;
pub use path::{join, name};

/// The granted files.
pub struct Files {
    root: Root,
    executor: Rc<Executor>,
    deadlines: Rc<Deadlines>,
    lookups: Lookups,
    open_files: RefCell<OpenFiles>,
    stat_rate: StatRate,
    /// The second in which the root was last checked, and whether it was gone.
    gone: Cell<(i64, bool)>,
    /// Whether a close name is looked for.
    searching: Cell<bool>,
}

impl Files {
    /// Creates the files below `root`, with a cache of `cache` bytes. `fields` is the
    /// number of bytes that the operator adds to each head that is cached.
    pub fn new(
        root: Root,
        cache: usize,
        fields: usize,
        executor: Rc<Executor>,
        deadlines: Rc<Deadlines>,
    ) -> Self {
        Self {
            root,
            executor,
            deadlines,
            lookups: Lookups::new(cache, fields),
            open_files: RefCell::default(),
            stat_rate: StatRate::default(),
            gone: Cell::new((0, false)),
            searching: Cell::new(false),
        }
    }

    /// Returns the name of the one file that is served for every path, if the root is a
    /// file.
    pub fn only_file(&self) -> Option<&str> {
        match &self.root {
            Root::File(_, name) => Some(name),
            Root::Directory(..) => None,
        }
    }

    /// Looks up what a path leads to. `now` is Unix time in seconds.
    ///
    /// A missing file is not remembered: a client can request any number of names, and a
    /// new file is served at once.
    pub async fn look_up(&self, path: &str, now: i64) -> Result<Found, Reason> {
        if let Some(Ok(found)) = self.fresh(path, now) {
            return Ok(found);
        }
        match self.ask(path, now, false).await {
            Err(reason) => Err(self.attribute(reason, now).await),
            found => found,
        }
    }

    /// Looks up a name that only the server asks for (an index, a compressed sibling). A
    /// missing file is remembered too, for a second.
    pub async fn look_up_derived(&self, path: &str, now: i64) -> Result<Found, Reason> {
        match self.fresh(path, now) {
            Some(found) => found,
            None => self.ask(path, now, true).await,
        }
    }

    fn fresh(&self, path: &str, now: i64) -> Option<Result<Found, Reason>> {
        let is_high = self.stat_rate.is_high(now);
        is_high.then(|| self.lookups.of_second(path, now))?
    }

    async fn ask(&self, path: &str, now: i64, remember_missing: bool) -> Result<Found, Reason> {
        self.count_question(now);
        let stat = self.root.look_up(path).await;
        if let Ok(Stat::File(metadata)) = stat
            && let Some(file) = self.same(path, metadata, now).await
        {
            let found = Ok(Found::File(Rc::clone(&file)));
            self.lookups.remember(path, found, now, None);
            return Ok(Found::File(file));
        }
        let found = stat.map(|stat| match stat {
            Stat::File(metadata) => Found::File(Rc::new(File::new(path, metadata, now))),
            Stat::Directory => Found::Directory,
        });
        let keep = match &found {
            Ok(Found::File(file)) => file.settled,
            Ok(Found::Directory) => true,
            Err(reason) => reason.is_missing() && remember_missing,
        };
        match keep {
            true => self.lookups.remember(path, found.clone(), now, Some(0)),
            false => self.lookups.remove(path),
        }
        found
    }

    fn count_question(&self, now: i64) {
        self.stat_rate.count(now);
        self.executor.spend(STAT_WORK);
    }

    /// Returns the file that is known by this path, if the path still leads to it and it
    /// has not changed since.
    async fn same(&self, path: &str, metadata: Metadata, now: i64) -> Option<Rc<File>> {
        let file = self.lookups.file(path, metadata)?;
        // Nothing has been read yet that could belong to another file.
        let Some(identity) = file.identity() else {
            return Some(file);
        };
        self.count_question(now);
        (self.root.identify(path).await == identity).then_some(file)
    }

    /// Returns that the root is gone if that explains `reason`, and otherwise `reason`.
    async fn attribute(&self, reason: Reason, now: i64) -> Reason {
        let suspicious = matches!(
            reason,
            Reason::NoEntry | Reason::ReadFailed | Reason::Unexplained
        );
        match suspicious && self.is_root_gone(now).await {
            true => Reason::RootGone,
            false => reason,
        }
    }

    async fn is_root_gone(&self, now: i64) -> bool {
        let (second, gone) = self.gone.get();
        if second == now && self.stat_rate.is_high(now) {
            return gone;
        }
        self.count_question(now);
        let gone = self.root.is_gone().await;
        self.gone.set((now, gone));
        gone
    }

    /// Opens what [`Files::look_up`] has just found, and returns it with its content.
    /// Returns another file if the first was replaced in between.
    pub async fn open(
        &self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Content), Reason> {
        if let Some(content) = file.content()
            && content.is_still(file.metadata).await
        {
            file.used.set(self.open_files.borrow().ticks());
            return Ok((Rc::clone(file), content));
        }
        let (file, opened) = self.reopen(path, file, now).await?;
        let whole = match small(file.metadata.size) {
            Some(size) => read_whole(&opened, size).await?,
            None => None,
        };
        let content = match whole {
            Some(bytes) => {
                file.inspect(opened.identity, &bytes);
                Content::Cached(bytes)
            }
            None => {
                self.look_inside(&file, &opened).await?;
                Content::Open(opened.descriptor)
            }
        };
        self.keep(path, &file, &content, now);
        Ok((file, content))
    }

    /// Opens a file to find out whether it can be opened and what it is, without its
    /// content. This is done once for each file.
    pub async fn inspect(&self, path: &str, file: &Rc<File>, now: i64) -> Result<Rc<File>, Reason> {
        if file.is_inspected() {
            return Ok(Rc::clone(file));
        }
        let (file, opened) = self.reopen(path, file, now).await?;
        self.look_inside(&file, &opened).await?;
        Ok(file)
    }

    async fn look_inside(&self, file: &File, opened: &Opened) -> Result<(), Reason> {
        if !file.is_inspected() {
            let start = read_start(&opened.descriptor, file.wanted()).await?;
            file.inspect(opened.identity, &start);
        }
        Ok(())
    }

    /// Opens a path, and returns `file` if the path still leads to it, or else the new
    /// file. If no descriptor is left, files that are only kept open are closed first.
    async fn reopen(
        &self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Opened), Reason> {
        self.executor.spend(STAT_WORK);
        let opened = match self.root.open(path).await {
            Err(Reason::Exhausted) if self.close_unused(u64::MAX) => self.root.open(path).await,
            opened => opened,
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(reason) => return Err(self.attribute(reason, now).await),
        };
        let same = file.metadata == opened.metadata
            && file.identity().is_none_or(|known| known == opened.identity);
        let file = match same {
            true => Rc::clone(file),
            false => Rc::new(File::new(path, opened.metadata, now)),
        };
        Ok((file, opened))
    }

    fn keep(&self, path: &str, file: &Rc<File>, content: &Content, now: i64) {
        if !file.settled {
            return;
        }
        file.keep(content.clone());
        file.used.set(self.open_files.borrow().ticks());
        let weight = match content {
            Content::Cached(bytes) => bytes.len(),
            Content::Open(_) => {
                self.open_files.borrow_mut().add(path, file);
                OPEN_FILE_WEIGHT
            }
        };
        let found = Ok(Found::File(Rc::clone(file)));
        self.lookups.remember(path, found, now, Some(weight));
    }

    /// Closes files that were not used for a while. To be called once a second while
    /// [`Files::keeps_open`].
    pub fn tick(&self) {
        let ticks = self.open_files.borrow_mut().tick();
        self.close_unused(ticks.saturating_sub(OPEN_FILE_SECONDS));
    }

    /// Whether files are kept open that must be closed later.
    pub fn keeps_open(&self) -> bool {
        !self.open_files.borrow().is_empty()
    }

    /// Closes and forgets the files that were last used before a tick. Returns whether
    /// there were any.
    fn close_unused(&self, tick: u64) -> bool {
        let closed = self.open_files.borrow_mut().close_unused_since(tick);
        for (path, file) in &closed {
            self.lookups.remove_file(path, file);
        }
        !closed.is_empty()
    }

    /// Returns the entries of a directory. Their memory is taken from `reservation`.
    pub async fn list(
        &self,
        path: &str,
        query: Query<'_>,
        now: i64,
        reservation: &mut Reservation,
    ) -> Result<Entries, Reason> {
        let list = async |reservation: &mut Reservation| {
            let (executor, watch) = (&self.executor, self.deadlines.watch());
            let root = &self.root;
            root.list(path, query, reservation, executor, watch).await
        };
        let listed = match list(reservation).await {
            Err(Reason::Exhausted) if self.close_unused(u64::MAX) => {
                reservation.clear();
                list(reservation).await
            }
            listed => listed,
        };
        match listed {
            Err(reason) => Err(self.attribute(reason, now).await),
            // A directory that was removed while it was served can still be listed.
            Ok(found) if found.shown.is_empty() && self.root.is_gone().await => {
                Err(Reason::RootGone)
            }
            listed => listed,
        }
    }

    /// Asks for the sizes and times of entries of a directory. Returns which of them are
    /// gone.
    pub async fn describe(&self, path: &str, entries: &mut [Entry]) -> Result<Vec<bool>, Reason> {
        let (executor, watch) = (&self.executor, self.deadlines.watch());
        self.root.describe(path, entries, executor, watch).await
    }

    /// Returns the identity of what a path leads to.
    pub async fn identify(&self, path: &str) -> Identity {
        self.executor.spend(STAT_WORK);
        self.root.identify(path).await
    }

    /// Waits for what the response can do without, but not for long.
    pub async fn briefly<T>(&self, wanted: impl Future<Output = T>) -> Option<T> {
        let watch = self.deadlines.watch();
        let deadline = Deadline::At(watch.after(LATE_ENTRY_SECONDS));
        watch.until(deadline, wanted).await.ok()
    }

    pub fn executor(&self) -> &Rc<Executor> {
        &self.executor
    }
}

fn small(size: u64) -> Option<usize> {
    usize::try_from(size)
        .ok()
        .filter(|&size| size <= CACHED_FILE_BYTES)
}
