//! The entries of a directory.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustix::fs::{Mode, OFlags, RawDir, openat};
use rustix::io::Errno;
use wasmtime_wasi::p3::bindings::filesystem::types::DirectoryEntry;

use super::thread_pool::Completion;
use super::{Device, Disk, Route, descriptor_type, names};
use crate::descriptors::is_for_files;
use crate::limits::DIRECTORY_BATCH_BYTES;

/// Reads a directory, through a descriptor of its own.
pub(crate) struct DirectoryReader {
    disk: Arc<Disk>,
    directory: Arc<File>,
    reading: Reading,
}

enum Reading {
    Not(Option<OwnedFd>),
    /// A thread reads, and waits for the file system.
    Offloaded(Completion<Batch>),
}

/// Some entries, and the descriptor that reads on, which is `None` at the end.
pub(super) struct Batch {
    pub(super) entries: Vec<DirectoryEntry>,
    pub(super) rest: Option<OwnedFd>,
}

impl DirectoryReader {
    pub(crate) fn new(disk: Arc<Disk>, directory: Arc<File>) -> Self {
        Self {
            disk,
            directory,
            reading: Reading::Not(None),
        }
    }

    fn begin(&mut self, open: Option<OwnedFd>) -> Result<Batch, Option<Errno>> {
        let device = self.disk.device_of(&self.directory)?;
        if self.disk.file_systems.route(device) == Route::Inline {
            let begun = self.disk.file_systems.begin(device);
            let batch = read(&self.directory, open);
            self.disk.file_systems.took(device, begun);
            return Ok(batch?);
        }
        self.reading = Reading::Offloaded(self.offload(device, open));
        Err(None)
    }

    fn offload(&self, device: Device, open: Option<OwnedFd>) -> Completion<Batch> {
        let (disk, directory) = (Arc::clone(&self.disk), Arc::clone(&self.directory));
        let read = move || {
            disk.learn(device, &directory);
            let begun = disk.file_systems.begin(device);
            let batch = read(&directory, open);
            disk.file_systems.took(device, begun);
            batch
        };
        self.disk.threads.run(device, read)
    }

    /// Returns the next entries that can be shown, which may be none; `None` at the end.
    /// After `Pending` it must be polled again, to get the entries that a thread reads
    /// meanwhile.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Vec<DirectoryEntry>>, Errno>> {
        let batch = ready!(self.poll_batch(cx))?;
        let more = batch.rest.is_some();
        self.reading = Reading::Not(batch.rest);
        Poll::Ready(Ok(more.then_some(batch.entries)))
    }

    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Result<Batch, Errno>> {
        loop {
            let open = match &mut self.reading {
                Reading::Not(open) => open.take(),
                Reading::Offloaded(reading) => {
                    let batch = ready!(reading.as_mut().poll(cx));
                    self.reading = Reading::Not(None);
                    return Poll::Ready(batch);
                }
            };
            match self.begin(open) {
                Ok(batch) => return Poll::Ready(Ok(batch)),
                Err(Some(error)) => return Poll::Ready(Err(error)),
                Err(None) => {}
            }
        }
    }
}

/// Reads the next entries of an open directory, or the first ones. Leaves out names that
/// only look like another name: see [`names`].
pub(super) fn read(directory: &File, open: Option<OwnedFd>) -> Result<Batch, Errno> {
    let rest = match open {
        Some(open) => open,
        None => reopen(directory)?,
    };
    let mut buffer = [MaybeUninit::uninit(); DIRECTORY_BATCH_BYTES];
    let mut reader = RawDir::new(&rest, &mut buffer);
    let mut entries = Vec::new();
    while let Some(entry) = reader.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if !matches!(name, b"." | b"..")
            && let Some(name) = names::to_text(name)
        {
            let type_ = descriptor_type(entry.file_type());
            entries.push(DirectoryEntry { type_, name });
        }
        if reader.is_buffer_empty() {
            let rest = Some(rest);
            return Ok(Batch { entries, rest });
        }
    }
    Ok(Batch {
        entries,
        rest: None,
    })
}

/// Each listing reads through a descriptor of its own, from the beginning.
fn reopen(directory: &File) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let own = openat(directory, c".", flags, Mode::empty())?;
    match is_for_files(&own) {
        true => Ok(own),
        false => Err(Errno::MFILE),
    }
}
