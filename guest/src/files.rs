//! From a checked path to content, by way of the cache.
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
use crate::folder::Entries;
use crate::limits::{CACHED_FILE_BYTES, OPEN_FILE_WEIGHT, QUESTIONS_PER_SECOND};
use crate::root::{Bytes, Found, Metadata, Root, metadata};

/// The bytes of a file: in memory when it is small, else where to read them.
#[derive(Clone)]
pub enum Content {
    Kept(Rc<[u8]>),
    Open(Rc<Descriptor>),
}

/// The granted files.
pub struct Files {
    root: Root,
    cache: RefCell<Cache<Known>>,
    /// The current second, and how often the file system was asked in it.
    asked: Cell<(i64, u32)>,
}

struct Known {
    found: Found,
    /// Unix time in seconds at which the file system said so.
    checked: i64,
    content: Option<Content>,
}

impl Files {
    /// `cache` in bytes.
    pub fn new(root: Root, cache: usize) -> Self {
        Self {
            root,
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
            Some(found) if found != Found::Missing => found,
            _ => self.ask(path, now, false).await,
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
        (known.checked == now).then_some(known.found)
    }

    async fn ask(&self, path: &str, now: i64, remember_missing: bool) -> Found {
        let (second, asked) = self.asked.get();
        let asked = if second == now { asked } else { 0 };
        self.asked.set((now, asked.saturating_add(1)));
        let found = self.root.look_up(path).await;
        let mut cache = self.cache.borrow_mut();
        match cache.get(path) {
            Some(known) if known.found == found => known.checked = now,
            _ if found == Found::Failed => cache.remove(path),
            _ if found == Found::Missing && !remember_missing => cache.remove(path),
            _ => cache.put(
                path,
                Known {
                    found,
                    checked: now,
                    content: None,
                },
                0,
            ),
        }
        found
    }

    /// The content of what [`Files::look_up`] has just found to be a file, and
    /// the metadata of that very content.
    pub async fn open(&self, path: &str, now: i64) -> Option<(Content, Metadata)> {
        if let Some((content, known)) = self.kept(path)
            && is_still(&content, known).await
        {
            return Some((content, known));
        }
        let (file, metadata) = self.root.open(path).await?;
        let content = match small(metadata.size) {
            Some(size) => read(&file, size, metadata).await.map(Content::Kept),
            None => None,
        };
        let content = content.unwrap_or(Content::Open(file));
        let weight = match &content {
            Content::Kept(bytes) => bytes.len(),
            Content::Open(_) => OPEN_FILE_WEIGHT,
        };
        let known = Known {
            found: Found::File(metadata),
            checked: now,
            content: Some(content.clone()),
        };
        self.cache.borrow_mut().put(path, known, weight);
        Some((content, metadata))
    }

    /// The entries of a folder.
    pub async fn list(&self, path: &str, hidden: bool) -> Option<Entries> {
        self.root.list(path, hidden).await
    }

    fn kept(&self, path: &str) -> Option<(Content, Metadata)> {
        let mut cache = self.cache.borrow_mut();
        let known = cache.get(path)?;
        match (known.found, &known.content) {
            (Found::File(metadata), Some(content)) => Some((content.clone(), metadata)),
            _ => None,
        }
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
