//! Results of earlier lookups, cached by path.

use alloc::rc::Rc;
use core::cell::RefCell;

use auth::rights::About;

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
    /// The rules about what the path really leads to.
    about: About,
    /// Unix time in seconds at which the file system was asked, unless only a file was kept.
    checked: Option<i64>,
}

impl Lookups {
    /// Creates a cache of `bytes` bytes. `fields` is the number of bytes that the operator
    /// adds to each head that is cached.
    pub fn new(bytes: usize, fields: usize) -> Self {
        Self(RefCell::new(Cache::new(bytes, fields)))
    }

    /// Returns what the path led to, and the rules about it, if the file system was asked in
    /// the second `now`.
    pub fn of_second(&self, path: &str, now: i64) -> Option<(Result<Found, Reason>, About)> {
        let mut cache = self.0.borrow_mut();
        let known = cache.get(path)?;
        (known.checked == Some(now)).then(|| (known.found.clone(), known.about))
    }

    /// Returns the file that the path led to, if it had this metadata.
    pub fn file(&self, path: &str, metadata: Metadata) -> Option<Rc<File>> {
        match &self.0.borrow_mut().get(path)?.found {
            Ok(Found::File(file)) if file.metadata == metadata => Some(Rc::clone(file)),
            _ => None,
        }
    }

    /// Caches what was found, and the rules about it.
    pub fn remember(&self, path: &str, found: Result<Found, Reason>, about: About, now: i64) {
        let lookup = Lookup {
            found,
            about,
            checked: Some(now),
        };
        self.0.borrow_mut().put(path, lookup, 0);
    }

    /// Confirms that a path still leads to what is cached, with these rules about it.
    pub fn confirm(&self, path: &str, file: &Rc<File>, about: About, now: i64) {
        let mut cache = self.0.borrow_mut();
        match cache.get(path) {
            Some(known) => (known.about, known.checked) = (about, Some(now)),
            None => {
                drop(cache);
                self.remember(path, Ok(Found::File(Rc::clone(file))), about, now);
            }
        }
    }

    /// Caches a file with content that weighs `weight` bytes. What is known of its path stays
    /// known: if nothing is, the file system is asked again.
    pub fn keep(&self, path: &str, file: &Rc<File>, now: i64, weight: usize) {
        let mut cache = self.0.borrow_mut();
        let about = cache.get(path).map(|known| known.about);
        let lookup = Lookup {
            found: Ok(Found::File(Rc::clone(file))),
            about: about.unwrap_or_default(),
            checked: about.map(|_| now),
        };
        cache.put(path, lookup, weight);
    }

    /// Gives the path its present weight, if this very file was found there.
    pub fn weigh_again(&self, path: &str, file: &Rc<File>) {
        let mut cache = self.0.borrow_mut();
        let Some(known) = cache.get(path) else {
            return;
        };
        if !matches!(&known.found, Ok(Found::File(found)) if Rc::ptr_eq(found, file)) {
            return;
        }
        let lookup = Lookup {
            found: known.found.clone(),
            about: known.about,
            checked: known.checked,
        };
        cache.put(path, lookup, file.weight());
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
