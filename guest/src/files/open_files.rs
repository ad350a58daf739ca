//! Files that are kept open for the next request, for a bounded time.
//!
//! An open file takes a descriptor, and descriptors are few. While a removed file is open,
//! it keeps its space on the disk, and its disk can't be unmounted.

use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;

use super::file::File;

/// Files whose content is kept open, by their paths. The cache may drop them earlier.
#[derive(Default)]
pub struct OpenFiles {
    files: Vec<(Box<str>, Weak<File>)>,
    /// Seconds that have passed while files were kept open.
    ticks: u64,
}

impl OpenFiles {
    /// Adds a file that is kept open. Files that the cache has dropped are removed first,
    /// so that there are never more than twice as many as it holds.
    pub fn add(&mut self, path: &str, file: &Rc<File>) {
        if self.files.len() == self.files.capacity() {
            self.files.retain(|(_, file)| file.strong_count() > 0);
        }
        self.files.push((path.into(), Rc::downgrade(file)));
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns the time of use of a file that is used now.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Counts a second, and returns the new time.
    pub fn tick(&mut self) -> u64 {
        self.ticks = self.ticks.saturating_add(1);
        self.ticks
    }

    /// Closes the files that were last used before `tick`, and returns them.
    pub fn close_unused_since(&mut self, tick: u64) -> Vec<(Box<str>, Rc<File>)> {
        let mut closed = Vec::new();
        self.files.retain_mut(|(path, file)| {
            let Some(file) = file.upgrade() else {
                return false;
            };
            let used = file.used.get() >= tick;
            if !used {
                file.close();
                closed.push((core::mem::take(path), file));
            }
            used
        });
        closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::file::Content;
    use crate::files::root::Metadata;

    fn file(used: u64) -> Rc<File> {
        let file = Rc::new(File::new("a", Metadata::of(1, 0), 0));
        file.keep(Content::Cached([].into()));
        file.used.set(used);
        file
    }

    #[test]
    fn unused_files_are_closed() {
        let (old, young) = (file(3), file(4));
        let mut open_files = OpenFiles::default();
        open_files.add("old", &old);
        open_files.add("young", &young);
        let closed = open_files.close_unused_since(4);
        assert_eq!(closed.len(), 1);
        assert!(
            closed
                .iter()
                .all(|(path, file)| &**path == "old" && Rc::ptr_eq(file, &old))
        );
        assert!(old.content().is_none() && young.content().is_some());
        assert!(!open_files.is_empty());
        open_files.close_unused_since(u64::MAX);
        assert!(open_files.is_empty() && young.content().is_none());
    }

    #[test]
    fn evicted_files_hold_no_handle() {
        let mut open_files = OpenFiles::default();
        let kept = file(0);
        open_files.add("kept", &kept);
        for _ in 0..10_000 {
            open_files.add("evicted", &file(0));
        }
        assert!(
            open_files.files.capacity() < 64,
            "{}",
            open_files.files.capacity()
        );
        assert_eq!(open_files.close_unused_since(1).len(), 1);
    }
}
