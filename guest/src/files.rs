//! From a checked path to a file, by way of the cache.
//!
//! Under little load the file system is asked about each path that is requested;
//! under much, once a second about each, so a changed file is served new within
//! that second. Content is kept together with the metadata that it was read under,
//! so old and new never mix.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::cache::Cache;
use crate::executor::Executor;
use crate::file::{Content, File};
use crate::folder::Entries;
use crate::limits::{CACHED_FILE_BYTES, OPEN_FILE_WEIGHT, QUESTIONS_PER_SECOND};
use crate::root::{Bytes, Metadata, Root, Stat, metadata};

/// The granted files.
pub struct Files {
    root: Root,
    executor: Rc<Executor>,
    cache: RefCell<Cache<Known>>,
    /// The current second, and how often the file system was asked in it.
    asked: Cell<(i64, u32)>,
}

/// What a path leads to.
#[derive(Clone)]
pub enum Found {
    File(Rc<File>),
    Folder,
    /// See [`Stat::Missing`].
    Missing,
    /// The disk's fault.
    Failed,
}

struct Known {
    found: Found,
    /// Unix time in seconds at which the file system said so.
    checked: i64,
}

impl Files {
    /// `cache` in bytes.
    pub fn new(root: Root, cache: usize, executor: Rc<Executor>) -> Self {
        Self {
            root,
            executor,
            cache: RefCell::new(Cache::new(cache)),
            asked: Cell::new((0, 0)),
        }
    }

    /// The name of the one file that is served for every path, if it is one.
    pub fn only_file(&self) -> Option<&str> {
        match &self.root {
            Root::File(_, name) => Some(name),
            Root::Directory(_) => None,
        }
    }

    /// What a path leads to. `now` is Unix time in seconds.
    ///
    /// That there is nothing is not remembered: a client can ask for any number
    /// of names, and a file is there as soon as it is there.
    pub async fn look_up(&self, path: &str, now: i64) -> Found {
        match self.fresh(path, now) {
            None | Some(Found::Missing) => self.ask(path, now, false).await,
            Some(found) => found,
        }
    }

    /// The same for names that only we ask for (an index, a compressed sibling):
    /// that there is nothing is remembered too, for a second.
    pub async fn look_beside(&self, path: &str, now: i64) -> Found {
        match self.fresh(path, now) {
            Some(found) => found,
            None => self.ask(path, now, true).await,
        }
    }

    fn fresh(&self, path: &str, now: i64) -> Option<Found> {
        let (second, asked) = self.asked.get();
        if second != now || asked < QUESTIONS_PER_SECOND {
            return None;
        }
        let mut cache = self.cache.borrow_mut();
        let known = cache.get(path)?;
        (known.checked == now).then(|| known.found.clone())
    }

    async fn ask(&self, path: &str, now: i64, remember_missing: bool) -> Found {
        let (second, asked) = self.asked.get();
        let asked = if second == now { asked } else { 0 };
        self.asked.set((now, asked.saturating_add(1)));
        let stat = self.root.look_up(path).await;
        let mut cache = self.cache.borrow_mut();
        if let (Some(known), Stat::File(metadata)) = (cache.get(path), stat)
            && let Found::File(file) = &known.found
            && file.metadata == metadata
        {
            known.checked = now;
            return known.found.clone();
        }
        let found = match stat {
            Stat::File(metadata) => Found::File(Rc::new(File::new(path, metadata))),
            Stat::Folder => Found::Folder,
            Stat::Missing => Found::Missing,
            Stat::Failed => Found::Failed,
        };
        let forget = match found {
            Found::Failed => true,
            Found::Missing => !remember_missing,
            Found::File(_) | Found::Folder => false,
        };
        if forget {
            cache.remove(path);
        } else {
            let (found, checked) = (found.clone(), now);
            cache.put(path, Known { found, checked }, 0);
        }
        found
    }

    /// What [`Files::look_up`] has just found, open, and its content; another one if
    /// it has been replaced in between.
    pub async fn open(&self, path: &str, file: &Rc<File>, now: i64) -> Option<(Rc<File>, Content)> {
        if let Some(content) = file.content()
            && is_still(&content, file.metadata).await
        {
            return Some((Rc::clone(file), content));
        }
        let (descriptor, metadata) = self.root.open(path).await?;
        let content = match small(metadata.size) {
            Some(size) => read(&descriptor, size, metadata).await.map(Content::Kept),
            None => None,
        };
        let content = content.unwrap_or(Content::Open(descriptor));
        let weight = match &content {
            Content::Kept(bytes) => bytes.len(),
            Content::Open(_) => OPEN_FILE_WEIGHT,
        };
        let file = match file.metadata == metadata {
            true => Rc::clone(file),
            false => Rc::new(File::new(path, metadata)),
        };
        file.keep(content.clone());
        let known = Known {
            found: Found::File(Rc::clone(&file)),
            checked: now,
        };
        self.cache.borrow_mut().put(path, known, weight);
        Some((file, content))
    }

    /// The entries of a folder.
    pub async fn list(&self, path: &str, hidden: bool) -> Option<Entries> {
        self.root.list(path, hidden, &self.executor).await
    }
}

/// Whether an open file is as it was. When it has been written to in place, the new
/// bytes must not go out under the old tag, not even within the second.
async fn is_still(content: &Content, known: Metadata) -> bool {
    match content {
        Content::Kept(_) => true,
        Content::Open(file) => matches!(file.stat().await, Ok(stat) if metadata(&stat) == known),
    }
}

fn small(size: u64) -> Option<usize> {
    usize::try_from(size)
        .ok()
        .filter(|&size| size <= CACHED_FILE_BYTES)
}

/// Reads a small file whole; `None` when it was changed meanwhile.
async fn read(file: &Descriptor, size: usize, before: Metadata) -> Option<Rc<[u8]>> {
    let mut content = Vec::with_capacity(size);
    let mut bytes = Bytes::new(file, 0);
    while content.len() < size {
        let length = content.len();
        bytes.read(&mut content).await;
        if content.len() == length {
            return None;
        }
    }
    let after = metadata(&file.stat().await.ok()?);
    (after == before).then(|| content.into())
}
