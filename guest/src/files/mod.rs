//! Files by checked path, through the cache.
//!
//! Under light load, the file system is asked about the path of every request. Under heavy
//! load, it is asked about each path once a second, so a changed file is served new within
//! that second. Content is cached together with the file and the metadata that it was read
//! from, so old and new never mix. Only files whose last change is old enough are cached,
//! so that the next change must show.

pub mod directory;
mod facts;
pub mod file;
mod guard;
mod late_entries;
mod lookups;
mod lru;
mod media_reads;
pub mod near;
mod open_files;
mod path;
pub mod quota;
pub mod root;
mod stat_rate;
mod visible;
mod visible_entries;

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use auth::rights::About;
use auth::rules::Rules;
use pages::entries::Entry;

use crate::host::{Cache, Host};
use crate::limits::{CACHED_FILE_BYTES, LATE_ENTRY_SECONDS, OPEN_FILE_SECONDS, STAT_WORK};
use crate::reason::Reason;
use crate::runtime::deadlines::{Deadline, Deadlines};
use crate::runtime::executor::Executor;
use directory::{Entries, Query};
use file::{Content, File};
use guard::Guard;
use lookups::Lookups;
use media_reads::MediaReads;
use open_files::OpenFiles;
use quota::Reservation;
use root::{Identity, Metadata, Opened, Root, Stat, read_start, read_whole};
use stat_rate::StatRate;
use visible_entries::VisibleEntries;

pub use lookups::Found;
pub use path::{directory_of, join, name};
pub use visible::Visible;

/// The granted files.
pub struct Files {
    root: Root,
    /// The rules for folders, if there are any, and what they are about.
    guard: Guard,
    executor: Rc<Executor>,
    deadlines: Rc<Deadlines>,
    lookups: Lookups,
    open_files: RefCell<OpenFiles>,
    media_reads: MediaReads,
    stat_rate: StatRate,
    /// The second in which the root was last checked, and whether it was gone.
    gone: Cell<(i64, bool)>,
    /// Whether a close name is looked for.
    searching: Cell<bool>,
}

impl Files {
    /// Creates the files below `root`, with a cache of `cache` bytes. `fields` is the
    /// number of bytes that the operator adds to each head that is cached. `host` finds out
    /// what the paths of `rules` really are.
    pub fn new(
        root: Root,
        (rules, host): (Rules, Rc<dyn Host>),
        cache: usize,
        fields: usize,
        executor: Rc<Executor>,
        deadlines: Rc<Deadlines>,
    ) -> Self {
        Self {
            root,
            guard: Guard::new(rules, host),
            executor,
            deadlines,
            lookups: Lookups::new(cache, fields),
            open_files: RefCell::default(),
            media_reads: MediaReads::default(),
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

    /// Looks up what a path leads to, and the rules about it. `now` is Unix time in seconds.
    ///
    /// A missing file is not remembered: a client can request any number of names, and a
    /// new file is served at once.
    async fn look_up(&self, path: &str, now: i64) -> (Result<Found, Reason>, About) {
        if let Some(fresh @ (Ok(_), _)) = self.fresh(path, now) {
            return fresh;
        }
        match self.ask(path, now, false).await {
            (Err(reason), about) => (Err(self.attribute(reason, now).await), about),
            found => found,
        }
    }

    /// Looks up a name that only the server asks for (an index, a compressed sibling). A
    /// missing file is remembered too, for a second.
    async fn look_up_derived(&self, path: &str, now: i64) -> (Result<Found, Reason>, About) {
        match self.fresh(path, now) {
            Some(found) => found,
            None => self.ask(path, now, true).await,
        }
    }

    fn fresh(&self, path: &str, now: i64) -> Option<(Result<Found, Reason>, About)> {
        let is_high = self.stat_rate.is_high(now);
        is_high.then(|| self.lookups.of_second(path, now))?
    }

    async fn ask(
        &self,
        path: &str,
        now: i64,
        remember_missing: bool,
    ) -> (Result<Found, Reason>, About) {
        self.count_question(now);
        let stat = self.root.look_up(path).await;
        let (stat, about) = self.about(path, stat, now).await;
        if let Ok(Stat::File(metadata)) = stat
            && let Some(file) = self.same(path, metadata, now).await
        {
            self.lookups.confirm(path, &file, about, now);
            return (Ok(Found::File(file)), about);
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
            true => self.lookups.remember(path, found.clone(), about, now),
            false => self.lookups.remove(path),
        }
        (found, about)
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

    /// Opens what [`Files::look_up`] has just found, and returns it with its content and how
    /// that was found. Returns another file if the first was replaced in between.
    async fn open(
        &self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Content, Cache), Reason> {
        if let Some(content) = file.content()
            && content.is_still(file.metadata).await
        {
            file.used.set(self.open_files.borrow().ticks());
            return Ok((Rc::clone(file), content, Cache::Hit));
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
        Ok((file, content, Cache::Miss))
    }

    /// Opens a file as [`Files::open`] does, but does not keep it open: many that are read one
    /// after the other must not take the place of those that play.
    async fn open_briefly(
        &self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Content, Cache), Reason> {
        if let Some(content) = file.content()
            && content.is_still(file.metadata).await
        {
            return Ok((Rc::clone(file), content, Cache::Hit));
        }
        let (file, opened) = self.reopen(path, file, now).await?;
        self.look_inside(&file, &opened).await?;
        Ok((file, Content::Open(opened.descriptor), Cache::Miss))
    }

    /// Opens a file to find out whether it can be opened and what it is, without its
    /// content. This is done once for each file.
    async fn inspect(&self, path: &str, file: &Rc<File>, now: i64) -> Result<Rc<File>, Reason> {
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

    /// Opens a path, and returns `file` if the path still leads to it, or else the new file.
    async fn reopen(
        &self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Opened), Reason> {
        let opened = self.open_once(path, now).await?;
        let same = file.metadata == opened.metadata
            && file.identity().is_none_or(|known| known == opened.identity);
        let file = match same {
            true => Rc::clone(file),
            false => Rc::new(File::new(path, opened.metadata, now)),
        };
        Ok((file, opened))
    }

    /// Opens a path. If no descriptor is left, files that are only kept open are closed first.
    async fn open_once(&self, path: &str, now: i64) -> Result<Opened, Reason> {
        self.executor.spend(STAT_WORK);
        let opened = match self.root.open(path).await {
            Err(Reason::Exhausted) if self.close_unused(u64::MAX) => self.root.open(path).await,
            opened => opened,
        };
        match opened {
            Ok(opened) => Ok(opened),
            Err(reason) => Err(self.attribute(reason, now).await),
        }
    }

    fn keep(&self, path: &str, file: &Rc<File>, content: &Content, now: i64) {
        if !file.settled {
            return;
        }
        file.keep(content.clone());
        file.used.set(self.open_files.borrow().ticks());
        if let Content::Open(_) = content {
            self.open_files.borrow_mut().add(path, file);
        }
        self.lookups.keep(path, file, now, file.weight());
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

    /// Closes the files that were last used before a tick, and forgets those of which no facts
    /// are known. Returns whether there were any.
    fn close_unused(&self, tick: u64) -> bool {
        let closed = self.open_files.borrow_mut().close_unused_since(tick);
        for (path, file) in &closed {
            match file.facts() {
                Some(_) => self.lookups.weigh_again(path, file),
                None => self.lookups.remove_file(path, file),
            }
        }
        !closed.is_empty()
    }

    /// Returns the entries of a directory. Their memory is taken from `reservation`.
    async fn list(
        &self,
        entries: &VisibleEntries<'_>,
        query: Query<'_>,
        now: i64,
        reservation: &mut Reservation,
    ) -> Result<Entries, Reason> {
        let list = async |reservation: &mut Reservation| {
            let (executor, watch) = (&self.executor, self.deadlines.watch());
            let root = &self.root;
            root.list(entries, query, reservation, executor, watch)
                .await
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
    async fn describe(&self, path: &str, entries: &mut [Entry]) -> Result<Vec<bool>, Reason> {
        let (executor, watch) = (&self.executor, self.deadlines.watch());
        self.root.describe(path, entries, executor, watch).await
    }

    /// Returns the identity of what a path leads to.
    async fn identify(&self, path: &str) -> Identity {
        self.executor.spend(STAT_WORK);
        self.root.identify(path).await
    }

    /// Waits for what the response can do without, but not for long.
    async fn briefly<T>(&self, wanted: impl Future<Output = T>) -> Option<T> {
        let watch = self.deadlines.watch();
        let deadline = Deadline::At(watch.after(LATE_ENTRY_SECONDS));
        watch.until(deadline, wanted).await.ok()
    }

    fn executor(&self) -> &Rc<Executor> {
        &self.executor
    }
}

fn small(size: u64) -> Option<usize> {
    usize::try_from(size)
        .ok()
        .filter(|&size| size <= CACHED_FILE_BYTES)
}
