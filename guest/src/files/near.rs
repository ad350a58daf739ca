//! The name that is closest to one that does not exist, for the page of a 404.

use alloc::boxed::Box;
use core::cell::Cell;

use pages::entries::near::Nearest;
use wit_bindgen::rt::async_support::StreamResult;

use super::directory::{Query, is_special, kind};
use super::root::{Root, or_dot};
use super::visible::Visible;
use super::visible_entries::VisibleEntries;
use super::{Found, join};
use crate::bindings::wasi::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};
use crate::limits::{COMPARED_LETTERS_PER_WORK, ENTRY_WORK, LISTING_BATCH, NEAR_ENTRIES};
use crate::reason::Reason;
use crate::runtime::executor::Executor;

/// A name that is close to another.
pub struct Near {
    pub name: Box<str>,
    pub is_directory: bool,
}

impl Visible<'_> {
    /// Returns the name in a directory that is closest to `wanted`, if one is close. The
    /// directory is read for it, so only one search is made at a time, and none under load.
    pub async fn nearest(self, path: &str, wanted: &str, hidden: bool, now: i64) -> Option<Near> {
        let files = self.files;
        let _searching = Searching::begin(&files.searching)?;
        if files.stat_rate.is_high(now) {
            return None;
        }
        let entries = VisibleEntries::of(self, path, now).await.ok()?;
        let nearest = (files.root).nearest(&entries, wanted, hidden, &files.executor);
        let name = nearest.await.ok()??;
        // A link may lead nowhere, or out.
        let found = self.look_up(&join(path, &name), now).await.ok()?;
        let is_directory = matches!(found, Found::Directory);
        Some(Near { name, is_directory })
    }
}

/// A search, until it is dropped.
struct Searching<'s>(&'s Cell<bool>);

impl<'s> Searching<'s> {
    /// Begins a search, unless there is one.
    fn begin(searching: &'s Cell<bool>) -> Option<Self> {
        (!searching.replace(true)).then_some(Self(searching))
    }
}

impl Drop for Searching<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Root {
    /// Returns the closest of the first names of a directory, among those that are listed.
    async fn nearest(
        &self,
        entries: &VisibleEntries<'_>,
        wanted: &str,
        hidden: bool,
        executor: &Executor,
    ) -> Result<Option<Box<str>>, Reason> {
        let (Self::Directory(root, _), Some(mut nearest)) = (self, Nearest::to(wanted)) else {
            return Ok(None);
        };
        let path = entries.path;
        let (flags, read) = (OpenFlags::DIRECTORY, DescriptorFlags::READ);
        let directory = root
            .open_at(PathFlags::SYMLINK_FOLLOW, or_dot(path), flags, read)
            .await
            .map_err(|error| Reason::from(&error))?;
        let (mut stream, _) = directory.read_directory();
        let mut left = NEAR_ENTRIES;
        while left > 0 {
            let batch = stream.read(alloc::vec::Vec::with_capacity(LISTING_BATCH));
            let (result, batch) = batch.await;
            for entry in batch.into_iter().take(left) {
                left = left.saturating_sub(1);
                let mut work = ENTRY_WORK;
                let is_listed = Query::shows(hidden, path, &entry.name);
                if !is_special(&entry.type_)
                    && is_listed
                    && entries.shows(&entry.name, kind(&entry.type_)).await
                {
                    let compared = nearest.consider(&entry.name);
                    let compared = u32::try_from(compared).unwrap_or(u32::MAX);
                    work = work.saturating_add(compared / COMPARED_LETTERS_PER_WORK);
                }
                executor.work(work).await;
            }
            if !matches!(result, StreamResult::Complete(_)) {
                break;
            }
        }
        Ok(nearest.found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_search_at_a_time() {
        let searching = Cell::new(false);
        let first = Searching::begin(&searching);
        assert!(first.is_some() && Searching::begin(&searching).is_none());
        drop(first);
        assert!(Searching::begin(&searching).is_some());
    }
}
