//! Access to the granted files on Linux that does not block other connections.
//!
//! The serving thread answers from the kernel's memory. If a disk, a server or another
//! process must answer first, another thread waits for it.

mod buffer_pool;
mod closer;
mod codes;
mod file_systems;
mod granted;
mod links;
mod listing;
mod lookup;
pub(crate) mod names;
pub(crate) mod page_cache;
mod real_path;
mod stat;
mod stopwatch;
mod thread_pool;

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use rustix::fs::fstatfs;
use rustix::io::Errno;

pub(crate) use buffer_pool::Buffer;
use buffer_pool::BufferPool;
use closer::Closer;
pub(crate) use codes::code;
pub(crate) use file_systems::{Device, Route};
use file_systems::{FileSystems, Kind};
use granted::{Granted, OUTSIDE, Place};
use links::{Stop, follow_in_memory};
pub(crate) use listing::DirectoryReader;
use lookup::{How, Nearest};
pub(crate) use stat::{Freshness, Stat, descriptor_type};
use thread_pool::ThreadPool;

use crate::limits::{DISK_RETRY, DISK_TIMEOUT};
use crate::mounts::automounts;

/// The root, and the threads that wait for its files. Each worker has one.
#[derive(Debug)]
pub(crate) struct Disk {
    granted: Granted,
    device: Device,
    pub(crate) file_systems: FileSystems,
    pub(crate) threads: ThreadPool<Device>,
    pub(crate) buffers: BufferPool,
    closer: Closer,
    /// The directory that was asked last, and its file system: a listing asks about entry
    /// after entry of the same.
    last: Mutex<Option<(Weak<File>, Device)>>,
}

/// A path as the component asks for it.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) from: Arc<File>,
    pub(crate) path: Vec<u8>,
    /// Whether a link at its end is followed.
    pub(crate) follow: bool,
}

/// A lookup, and the part of it that is in memory.
struct Nearby {
    asked: Lookup,
    nearest: Option<Nearest>,
    /// File system that must be asked for the rest.
    queue: Device,
}

impl Disk {
    /// Creates the access to a root. `paths` are absolute paths of it, the first without
    /// links.
    ///
    /// # Errors
    /// Any error of the file system.
    pub(crate) fn new(granted: Arc<File>, paths: Vec<PathBuf>) -> std::io::Result<Self> {
        // Only what the kernel knows: this thread may be the one that signals need. The kind
        // of the file system is found out with the first call, on another thread.
        let device = Stat::of(&granted, Freshness::Cached)?.device;
        Ok(Self {
            granted: Granted::new(granted, paths),
            device,
            file_systems: FileSystems::default(),
            threads: ThreadPool::new(),
            buffers: BufferPool::default(),
            closer: Closer::default(),
            last: Mutex::default(),
        })
    }

    pub(crate) async fn look(self: &Arc<Self>, asked: Lookup) -> Result<Stat, Errno> {
        self.ask(asked, Granted::look).await
    }

    /// Opens a regular file or a directory, and nothing else.
    pub(crate) async fn open(
        self: &Arc<Self>,
        asked: Lookup,
        directory: bool,
    ) -> Result<(OwnedFd, Stat), Errno> {
        self.ask(asked, move |granted, place, how| {
            granted.open(place, directory, how)
        })
        .await
    }

    /// Has a file closed by a thread if closing it may wait.
    pub(crate) fn close_elsewhere(&self, device: Device, file: &Arc<File>) {
        match self.file_systems.route(device) {
            Route::Inline => {}
            Route::InlineIfCached | Route::Offload | Route::Unknown => {
                self.closer.hold(device, Arc::clone(file))
            }
        }
    }

    pub(crate) async fn read_link(self: &Arc<Self>, asked: Lookup) -> Result<Vec<u8>, Errno> {
        self.ask(asked, Granted::read_link).await
    }

    /// Returns the metadata of an open file.
    pub(crate) async fn stat(self: &Arc<Self>, file: Arc<File>) -> Result<Stat, Errno> {
        let stat = Stat::of(&file, Freshness::Cached)?;
        match self.file_systems.route(stat.device) {
            Route::Inline | Route::InlineIfCached => Ok(stat),
            Route::Offload | Route::Unknown => {
                let this = Arc::clone(self);
                let ask = move || {
                    this.learn(stat.device, &file);
                    Stat::of(&file, Freshness::Queried)
                };
                self.threads.run(stat.device, ask).await
            }
        }
    }

    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        asked: Lookup,
        call: impl Fn(&Granted, Place<'_>, How) -> Result<T, Errno> + Send + Sync + 'static,
    ) -> Result<T, Errno> {
        let device = self.device_of(&asked.from)?;
        let begun = self.file_systems.begin(device);
        match self.file_systems.route(device) {
            Route::Inline => {
                let result = call(&self.granted, asked.place(), How::On(device));
                self.file_systems.took(device, begun);
                if !is_refused(&result) {
                    return result;
                }
            }
            // Most lookups are of entries of a directory whose names are in memory. An error
            // may be that of another file system on the way, so it counts for nothing.
            Route::InlineIfCached => {
                let result = call(&self.granted, asked.place(), How::Cached(device));
                self.file_systems.took(device, begun);
                if result.is_ok() {
                    return result;
                }
            }
            Route::Offload | Route::Unknown => {}
        }
        let mut nearby = self.nearby(asked, device);
        let result = nearby
            .nearest
            .as_ref()
            .and_then(|nearest| self.ask_nearest(&nearby.asked, nearest, device, &call));
        match result {
            // The rest leads to another file system, and is in memory now.
            Some(Err(OUTSIDE)) => nearby = self.nearby(nearby.asked, device),
            Some(result) if !is_refused(&result) => return result,
            _ => {}
        }
        self.offload(nearby, move |granted, place| {
            call(granted, place, How::Blocking)
        })
        .await
    }

    /// Makes a call on a thread, which may wait.
    async fn offload<T: Send + 'static>(
        self: &Arc<Self>,
        nearby: Nearby,
        call: impl Fn(&Granted, Place<'_>) -> Result<T, Errno> + Send + Sync + 'static,
    ) -> Result<T, Errno> {
        let (this, queue) = (Arc::clone(self), nearby.queue);
        let offloaded = Arc::new(move || {
            if let Some(nearest) = &nearby.nearest {
                this.learn(nearest.device, &nearest.at);
            }
            let begun = this.file_systems.begin(queue);
            let result = call(&this.granted, nearby.asked.place());
            this.file_systems.took(queue, begun);
            result
        });
        self.with_retries(queue, offloaded).await
    }

    /// Follows a path as far as the kernel has it in memory, so that only the file system
    /// that must be asked for the rest holds up the lookup. A link that leads out of the root
    /// and in again is replaced by the path that it leads to.
    fn nearby(&self, mut asked: Lookup, device: Device) -> Nearby {
        let mut nearest = self.granted.nearest(asked.place());
        // The kernel does not tell a link that leads out from a name that is not in memory.
        if nearest
            .as_ref()
            .is_some_and(|nearest| !nearest.rest.is_empty())
        {
            match follow_in_memory(&self.granted, asked.place(), &self.file_systems) {
                Ok(path) => {
                    asked = Lookup {
                        from: Arc::clone(&self.granted.directory),
                        path,
                        follow: false,
                    };
                    nearest = self.granted.nearest(asked.place());
                }
                Err(Stop::At(device)) => {
                    let is_there = |nearest: &Nearest| nearest.device == device;
                    if !nearest.as_ref().is_some_and(is_there) {
                        return Nearby {
                            asked,
                            nearest: None,
                            queue: device,
                        };
                    }
                }
                // The thread will say it, or find another result.
                Err(Stop::Error(_)) => {}
            }
        }
        let queue = nearest.as_ref().map_or(device, |nearest| {
            let automount = self.file_systems.automount_at(|| nearest.next_path());
            automount.unwrap_or(nearest.device)
        });
        Nearby {
            asked,
            nearest,
            queue,
        }
    }

    /// Runs a call on a thread, and repeats it while a temporary obstacle lasts: a rename
    /// during the lookup, or a lease (fcntl(2)) that another process is asked to give up. No
    /// thread is occupied in between, because a lease can last for as long as anyone waits.
    async fn with_retries<T: Send + 'static>(
        &self,
        queue: Device,
        call: Arc<impl Fn() -> Result<T, Errno> + Send + Sync + 'static>,
    ) -> Result<T, Errno> {
        let begun = Instant::now();
        loop {
            let call = Arc::clone(&call);
            match self.threads.run(queue, move || call()).await {
                Err(Errno::AGAIN | Errno::INTR) if begun.elapsed() < DISK_TIMEOUT => {
                    tokio::time::sleep(DISK_RETRY).await;
                }
                result => return result,
            }
        }
    }

    /// Asks on this thread if it may; `None` if it may not. `device` has the directory in which
    /// the lookup began.
    fn ask_nearest<T>(
        &self,
        asked: &Lookup,
        nearest: &Nearest,
        device: Device,
        call: impl Fn(&Granted, Place<'_>, How) -> Result<T, Errno>,
    ) -> Option<Result<T, Errno>> {
        let way = self.file_systems.route(nearest.device);
        let is_whole = nearest.rest.is_empty();
        let (place, how) = match way {
            Route::Inline | Route::InlineIfCached if is_whole => {
                (asked.place(), How::Cached(nearest.device))
            }
            Route::Inline => {
                let place = Place {
                    from: nearest.at.as_fd(),
                    path: &nearest.rest,
                    follow: asked.follow,
                };
                (place, How::On(nearest.device))
            }
            // A directory in which others are mounted can be listed while one of them hangs.
            Route::Offload | Route::Unknown if is_whole && nearest.device != device => {
                (asked.place(), How::Known(nearest.device))
            }
            _ => return None,
        };
        let begun = self.file_systems.begin(nearest.device);
        let result = call(&self.granted, place, how);
        self.file_systems.took(nearest.device, begun);
        Some(result)
    }

    /// The devices of the root and of the last directory are known. The kernel knows that of
    /// another file.
    pub(crate) fn device_of(&self, file: &Arc<File>) -> Result<Device, Errno> {
        if Arc::ptr_eq(file, &self.granted.directory) {
            return Ok(self.device);
        }
        // No code panics while it holds the lock.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, device)) = &*last
            && ptr::eq(known.as_ptr(), Arc::as_ptr(file))
        {
            return Ok(*device);
        }
        let device = Stat::of(file, Freshness::Cached)?.device;
        *last = Some((Arc::downgrade(file), device));
        Ok(device)
    }

    /// Finds out the kind of a file system, which may have to wait for it.
    pub(crate) fn learn(&self, device: Device, file: impl AsFd) {
        if self.file_systems.route(device) == Route::Unknown {
            let root = self.granted.paths.first();
            let automounts = root.map_or_else(|| Some(Vec::new()), |root| automounts(root));
            self.file_systems.set_automounts(automounts);
            self.file_systems.learn(device, kind_of(file));
        }
    }
}

impl Lookup {
    fn place(&self) -> Place<'_> {
        Place {
            from: self.from.as_fd(),
            path: &self.path,
            follow: self.follow,
        }
    }
}

/// Whether the call must be made in another way, and has no result yet.
fn is_refused<T>(result: &Result<T, Errno>) -> bool {
    matches!(result, Err(OUTSIDE | Errno::AGAIN))
}

fn kind_of(file: impl AsFd) -> Kind {
    match fstatfs(file) {
        // The type is signed on some processors, and wider on others.
        #[allow(clippy::unnecessary_cast, clippy::cast_lossless)]
        Ok(system) => Kind::of((system.f_type as i64) & 0xFFFF_FFFF),
        Err(_) => Kind::Remote,
    }
}

#[cfg(test)]
mod tests;
