//! Reading files: what is in memory at once, what is on a disk beside the others.
//!
//! wasmtime-wasi's reads either hold up a worker for as long as the disk takes, or go
//! through another thread and a buffer of 8 KiB even where the page cache has all of it.

use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use wasmtime::StoreContextMut;
use wasmtime::component::{
    Destination, FutureReader, Resource, StreamProducer, StreamReader, StreamResult, VecBuffer,
};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

use crate::limits::{FETCHES, TRANSFER_BYTES};
use crate::transfers::Turns;

/// The bytes, and how they ended.
pub(crate) type Streamed = (StreamReader<u8>, FutureReader<Result<(), ErrorCode>>);

/// `read-via-stream`: the bytes of a file from `offset` on.
///
/// # Errors
/// A trap: the handle is none of the component's, or it has too many.
pub(crate) fn read_via_stream<T: WasiFilesystemView>(
    mut store: StoreContextMut<'_, T>,
    descriptor: &Resource<Descriptor>,
    offset: u64,
) -> wasmtime::Result<Streamed> {
    let file = match store.data_mut().filesystem().table.get(descriptor)? {
        Descriptor::File(file) => Arc::clone(&file.file),
        Descriptor::Dir(_) => {
            let refused = async { wasmtime::error::Ok(Err(ErrorCode::IsDirectory)) };
            return Ok((
                StreamReader::new(&mut store, std::iter::empty())?,
                FutureReader::new(&mut store, refused)?,
            ));
        }
    };
    let (sender, receiver) = oneshot::channel();
    let producer = Producer {
        file,
        offset,
        fetching: None,
        fetches: 0,
        outcome: Some(sender),
        turns: Turns::default(),
    };
    Ok((
        StreamReader::new(&mut store, producer)?,
        // The component hears of an end that was not an error as `ok`.
        FutureReader::new(&mut store, async {
            wasmtime::error::Ok(receiver.await.unwrap_or(Ok(())))
        })?,
    ))
}

struct Producer {
    file: Arc<File>,
    offset: u64,
    /// A thread that waits for the disk.
    fetching: Option<JoinHandle<()>>,
    /// How often one has, for the next bytes.
    fetches: u32,
    outcome: Option<oneshot::Sender<Result<(), ErrorCode>>>,
    turns: Turns,
}

impl Producer {
    /// Reads at the offset: what is in memory, or after enough waits whatever there is.
    /// Once is not enough: the kernel may have dropped it again.
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.fetches < FETCHES {
            true => read_cached(&self.file, buffer, self.offset),
            false => read(&self.file, buffer, self.offset),
        }
    }

    fn fetch(&mut self, length: usize) {
        let (file, offset) = (Arc::clone(&self.file), self.offset);
        self.fetching = Some(spawn_blocking(move || fetch(&file, offset, length)));
    }

    fn poll_fetched(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(fetching) = &mut self.fetching {
            // Whatever became of it: the next read says so.
            let _ = ready!(Pin::new(fetching).poll(cx));
            self.fetching = None;
            self.fetches = self.fetches.saturating_add(1);
        }
        Poll::Ready(())
    }

    fn close(&mut self, outcome: Result<(), ErrorCode>) -> Poll<wasmtime::Result<StreamResult>> {
        if let Some(sender) = self.outcome.take() {
            // No one listens when the component has dropped the future.
            let _ = sender.send(outcome);
        }
        Poll::Ready(Ok(StreamResult::Dropped))
    }
}

impl<T> StreamProducer<T> for Producer {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, T>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if self.fetching.is_none() {
            ready!(self.turns.poll(cx, &mut store, &destination));
        }
        // The capacity counts only for readers on the host's side.
        let mut destination = destination.as_direct(store, TRANSFER_BYTES);
        let buffer = destination.remaining();
        if buffer.is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        loop {
            match self.poll_fetched(cx) {
                Poll::Ready(()) => {}
                Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                Poll::Pending => return Poll::Pending,
            }
            match self.read(buffer) {
                Ok(0) => return self.close(Ok(())),
                Ok(count) => {
                    self.fetches = 0;
                    destination.mark_written(count);
                    self.offset = self.offset.saturating_add(count as u64);
                    return Poll::Ready(Ok(StreamResult::Completed));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.fetch(buffer.len());
                }
                Err(error) => return self.close(Err(error.into())),
            }
        }
    }
}

#[cfg(unix)]
fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// What is in the page cache; `WouldBlock` when nothing is at the offset.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    use rustix::io::{Errno, ReadWriteFlags, preadv2};
    // To preadv(2) -1 is not an offset, but wherever the last read ended.
    if i64::try_from(offset).is_err() {
        return read(file, buffer, offset);
    }
    let mut buffers = [io::IoSliceMut::new(buffer)];
    match preadv2(file, &mut buffers, offset, ReadWriteFlags::NOWAIT) {
        // Not every file system can tell.
        Err(Errno::OPNOTSUPP | Errno::INVAL) => read(file, buffer, offset),
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
fn read_cached(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    read(file, buffer, offset)
}

/// Waits until a part of the file is in the page cache.
#[cfg(target_os = "linux")]
fn fetch(file: &File, offset: u64, length: usize) {
    let last = offset.saturating_add((length as u64).saturating_sub(1));
    // Hints: where they come to nothing, the next read waits or says what is wrong.
    let all = std::num::NonZeroU64::new(length as u64);
    let _ = rustix::fs::fadvise(file, offset, all, rustix::fs::Advice::WillNeed);
    for at in [offset, last] {
        let _ = read(file, &mut [0], at);
    }
}

#[cfg(not(target_os = "linux"))]
fn fetch(_: &File, _: u64, _: usize) {}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Where the file system can drop it from memory; elsewhere it is read from there.
    #[test]
    fn a_worker_does_not_wait_for_what_was_dropped_again() {
        let mut file = tempfile::tempfile().unwrap();
        let content = [7; 64 << 10];
        file.write_all(&content).unwrap();
        file.sync_all().unwrap();
        let forget = |file: &File| {
            rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
        };
        let mut buffer = [0; 64 << 10];
        forget(&file);
        let can_drop = read_cached(&file, &mut buffer, 0).is_err();

        let mut producer = Producer {
            file: Arc::new(file),
            offset: 0,
            fetching: None,
            fetches: 0,
            outcome: None,
            turns: Turns::default(),
        };
        for fetches in 0..FETCHES {
            producer.fetches = fetches;
            forget(&producer.file);
            let read = producer.read(&mut buffer).map_err(|error| error.kind());
            match can_drop {
                true => assert_eq!(read, Err(io::ErrorKind::WouldBlock), "{fetches}"),
                false => assert_eq!(read, Ok(content.len())),
            }
        }
        producer.fetches = FETCHES;
        forget(&producer.file);
        assert_eq!(producer.read(&mut buffer).unwrap(), content.len());
        assert_eq!(buffer, content);
    }
}
