//! Closing files that may keep a thread waiting.
//!
//! To close a file of a server or of another process may mean to wait for it (FUSE flushes,
//! NFS writes attributes), and nothing interrupts that. So such a file is held here too,
//! and the last to drop it is a thread: one for each file system, so that one that hangs
//! does not keep the files of others open.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Device;
use crate::limits::CLOSE_INTERVAL;

/// Files that are open; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closer(Arc<Mutex<HashMap<Device, Vec<Arc<File>>>>>);

impl Closer {
    /// Holds a file until no one else does, and closes it on a thread then. If the system
    /// has no thread left, whoever drops it last closes it.
    pub(crate) fn hold(&self, device: Device, file: Arc<File>) {
        if !self.add(device, file) {
            return;
        }
        let this = self.clone();
        let started = std::thread::Builder::new()
            .name("close".to_owned())
            .spawn(move || while this.close_unused(device) {});
        if started.is_err() {
            self.lock().remove(&device);
        }
    }

    /// Adds a file, and returns whether its file system needs a thread. It has one as long
    /// as it has an entry, also an empty one: the thread may be closing the last file.
    fn add(&self, device: Device, file: Arc<File>) -> bool {
        match self.lock().entry(device) {
            Entry::Occupied(mut files) => {
                files.get_mut().push(file);
                false
            }
            Entry::Vacant(place) => {
                place.insert(vec![file]);
                true
            }
        }
    }

    /// Waits a moment, and closes what no one else holds. Returns whether any file is left.
    fn close_unused(&self, device: Device) -> bool {
        std::thread::sleep(CLOSE_INTERVAL);
        let unused: Vec<_> = match self.lock().get_mut(&device) {
            Some(files) => files
                .extract_if(.., |file| Arc::strong_count(file) == 1)
                .collect(),
            None => return false,
        };
        // Not while the lock is held: this may wait.
        drop(unused);
        let mut open = self.lock();
        let is_over = open.get(&device).is_none_or(Vec::is_empty);
        if is_over {
            open.remove(&device);
        }
        !is_over
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Device, Vec<Arc<File>>>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_file_system_has_one_thread_even_while_it_closes_the_last_file() {
        let closer = Closer::default();
        let open = || Arc::new(tempfile::tempfile().unwrap());
        assert!(closer.add((0, 1), open()));
        assert!(!closer.add((0, 1), open()));
        // As while a close hangs.
        closer.lock().insert((0, 1), Vec::new());
        assert!(!closer.add((0, 1), open()));
        assert!(closer.add((0, 2), open()));
    }

    #[test]
    fn files_are_closed_once_no_one_else_holds_them() {
        let closer = Closer::default();
        let open = || Arc::new(tempfile::tempfile().unwrap());
        let (used, unused) = (open(), open());
        closer.hold((0, 1), Arc::clone(&used));
        closer.hold((0, 1), Arc::clone(&unused));
        closer.hold((0, 2), open());
        let watched = Arc::downgrade(&unused);
        drop(unused);
        let begun = Instant::now();
        while watched.strong_count() > 0 || closer.lock().len() > 1 {
            assert!(begun.elapsed().as_secs() < 20);
            std::thread::yield_now();
        }
        assert_eq!(Arc::strong_count(&used), 2);
        drop(used);
        while !closer.lock().is_empty() {
            assert!(begun.elapsed().as_secs() < 20);
            std::thread::yield_now();
        }
    }
}
