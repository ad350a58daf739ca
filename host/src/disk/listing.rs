//! The entries of a directory, as a stream.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use rustix::fs::{Mode, OFlags, RawDir, openat};
use rustix::io::Errno;
use tokio::sync::oneshot;
use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, StreamProducer, StreamResult, VecBuffer};
use wasmtime_wasi::p3::bindings::filesystem::types::{DirectoryEntry, ErrorCode};

use super::thread_pool::Answer;
use super::{Device, Disk, Route, code, descriptor_type, names};
use crate::descriptors::is_for_files;
use crate::limits::DIRECTORY_BATCH_BYTES;

/// A directory that is being read, by a descriptor of its own.
pub(crate) struct Entries {
    disk: Arc<Disk>,
    directory: Arc<File>,
    reading: Reading,
    outcome: Option<oneshot::Sender<Result<(), ErrorCode>>>,
}

enum Reading {
    Not(Option<OwnedFd>),
    /// A thread does, and waits for it.
    Offloaded(Answer<Batch>),
}

/// Some entries, and what reads on, unless it is at the end.
pub(super) struct Batch {
    pub(super) entries: Vec<DirectoryEntry>,
    pub(super) rest: Option<OwnedFd>,
}

impl Entries {
    pub(crate) fn new(
        disk: Arc<Disk>,
        directory: Arc<File>,
        outcome: oneshot::Sender<Result<(), ErrorCode>>,
    ) -> Self {
        Self {
            disk,
            directory,
            reading: Reading::Not(None),
            outcome: Some(outcome),
        }
    }

    fn begin(&mut self, open: Option<OwnedFd>) -> Result<Batch, Option<Errno>> {
        let device = self.disk.device_of(&self.directory)?;
        if self.disk.file_systems.route(device) == Route::Inline {
            let begun = Instant::now();
            let batch = read(&self.directory, open);
            self.disk.file_systems.took(device, begun);
            return Ok(batch?);
        }
        self.reading = Reading::Offloaded(self.offload(device, open));
        Err(None)
    }

    fn offload(&self, device: Device, open: Option<OwnedFd>) -> Answer<Batch> {
        let (disk, directory) = (Arc::clone(&self.disk), Arc::clone(&self.directory));
        let read = move || {
            disk.learn(device, &directory);
            let begun = Instant::now();
            let batch = read(&directory, open);
            disk.file_systems.took(device, begun);
            batch
        };
        self.disk.threads.run(device, read)
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

    fn close(&mut self, outcome: Result<(), ErrorCode>) -> StreamResult {
        if let Some(sender) = self.outcome.take() {
            // No one listens when the component has dropped the future.
            let _ = sender.send(outcome);
        }
        StreamResult::Dropped
    }
}

impl<T> StreamProducer<T> for Entries {
    type Item = DirectoryEntry;
    type Buffer = VecBuffer<DirectoryEntry>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        _: StoreContextMut<'a, T>,
        mut destination: Destination<'a, DirectoryEntry, VecBuffer<DirectoryEntry>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        Poll::Ready(Ok(match self.poll_batch(cx) {
            // What the thread comes to is there for the next read.
            Poll::Pending if finish => StreamResult::Cancelled,
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(Batch { rest: None, .. })) => self.close(Ok(())),
            Poll::Ready(Ok(batch)) => {
                self.reading = Reading::Not(batch.rest);
                match (batch.entries.is_empty(), finish) {
                    (false, _) => {
                        destination.set_buffer(batch.entries.into());
                        StreamResult::Completed
                    }
                    (true, true) => StreamResult::Cancelled,
                    // None that can be shown: others have their turn before the next.
                    (true, false) => {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
            }
            Poll::Ready(Err(error)) => self.close(Err(code(error))),
        }))
    }
}

/// The next entries of a directory that is open, or the first ones. Those are left out
/// that only look like another: see [`names`].
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

/// Each listing reads by a descriptor of its own, and from the beginning.
fn reopen(directory: &File) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let own = openat(directory, c".", flags, Mode::empty())?;
    match is_for_files(&own) {
        true => Ok(own),
        false => Err(Errno::MFILE),
    }
}
