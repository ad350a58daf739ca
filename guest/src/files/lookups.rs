//! Results of earlier lookups, cached by path.

use alloc::rc::Rc;
use core::cell::RefCell;

use super::file::File;
use super::lru::Cache;
use super::root::Metadata;
use crate::reason::Reason;

/// File or directory that a path leads to.
#[derive(Clone)]
pub enum Found {
    File(Rc<File>),
    Directory,
}

/// Results of the latest lookup of each path, in a cache with a bound.
pub struct Lookups(RefCell<Cache<Lookup>>);

struct Lookup {
    found: Result<Found, Reason>,
    /// Unix time in seconds at which the file system was asked.
    checked: i64,
}

impl Lookups {
    /// Creates a cache of `bytes` bytes. `fields` is the number of bytes that the operator
    /// adds to each head that is cached.
    pub fn new(bytes: usize, fields: usize) -> Self {
        Self(RefCell::new(Cache::new(bytes, fields)))
    }

    /// Returns what the path led to if the file system was asked in the second `now`.
    pub fn of_second(&self, path: &str, now: i64) -> Option<Result<Found, Reason>> {
        let mut cache = self.0.borrow_mut();
        let known = cache.get(path)?;
        (known.checked == now).then(|| known.found.clone())
    }

    /// Returns the file that the path led to, if it had this metadata.
    pub fn file(&self, path: &str, metadata: Metadata) -> Option<Rc<File>> {
        match &self.0.borrow_mut().get(path)?.found {
            Ok(Found::File(file)) if file.metadata == metadata => Some(Rc::clone(file)),
            _ => None,
        }
    }

    /// Caches what was found, with content that weighs `weight` bytes. Without a weight, it
    /// is cached already and has only been confirmed.
    pub fn remember(
        &self,
        path: &str,
        found: Result<Found, Reason>,
        now: i64,
        weight: Option<usize>,
    ) {
        let mut cache = self.0.borrow_mut();
        match (weight, cache.get(path)) {
            (None, Some(known)) => known.checked = now,
            (weight, _) => {
                let checked = now;
                cache.put(path, Lookup { found, checked }, weight.unwrap_or(0));
            }
        }
    }

    pub fn remove(&self, path: &str) {
        self.0.borrow_mut().remove(path);
    }

    /// Removes the path if this very file was found there.
    pub fn remove_file(&self, path: &str, file: &Rc<File>) {
        let mut cache = self.0.borrow_mut();
        let known = cache.get(path).map(|known| &known.found);
        if matches!(known, Some(Ok(Found::File(known))) if Rc::ptr_eq(known, file)) {
            cache.remove(path);
        }
    }
}
