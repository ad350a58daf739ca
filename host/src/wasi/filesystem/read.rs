//! Reading files: cached bytes at once, bytes on a disk by another thread.
//!
//! wasmtime-wasi's reads have two modes. One blocks a worker as long as the disk takes.
//! The other goes through another thread and a buffer of 8 KiB even if all bytes are in
//! the page cache.

use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use wasmtime::StoreContextMut;
use wasmtime::component::{
    Destination, FutureReader, Resource, StreamProducer, StreamReader, StreamResult, VecBuffer,
};
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

use super::HasDisk;
use crate::limits::TRANSFER_BYTES;
use crate::wasi::outcome::Outcome;
use crate::wasi::transfers::{HasTransfers, Turns};

/// The stream of bytes, and the future of its outcome.
pub(crate) type Streamed = (StreamReader<u8>, FutureReader<Result<(), ErrorCode>>);

/// `read-via-stream`: streams the bytes of a file from `offset` on.
///
/// # Errors
/// A trap: the handle is not one of the component's, or the component has too many.
pub(crate) fn read_via_stream<T: HasDisk + HasTransfers>(
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
    let (outcome, ended) = Outcome::channel();
    let producer = Producer {
        source: Source::new(file, store.data().disk()?),
        offset,
        reading: None,
        outcome,
        turns: Turns::counted(store.data().transfers()),
    };
    Ok((
        StreamReader::new(&mut store, producer)?,
        FutureReader::new(&mut store, ended)?,
    ))
}

struct Producer {
    source: Source,
    offset: u64,
    /// Read by a thread that waits for the disk, with a buffer of its own.
    reading: Option<Reading>,
    outcome: Outcome<ErrorCode>,
    turns: Turns,
}

type Reading = Pin<Box<dyn Future<Output = Result<Buffer, ErrorCode>> + Send>>;

impl Producer {
    /// Reads the next bytes into the buffer: those that are in memory, or those that a
    /// thread has read meanwhile. Returns 0 at the end of the file.
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<usize, ErrorCode>> {
        let reading = match &mut self.reading {
            Some(reading) => reading,
            None => match self.source.read_inline(buffer, self.offset) {
                Ok(count) => return Poll::Ready(Ok(count)),
                Err(Refusal::Error(error)) => return Poll::Ready(Err(error)),
                Err(Refusal::WouldWait) => {
                    let reading = self.source.read_offloaded(self.offset, buffer.len());
                    self.reading.insert(reading)
                }
            },
        };
        let read = ready!(reading.as_mut().poll(cx));
        self.reading = None;
        Poll::Ready(read.map(|bytes| {
            // The thread read no more than an earlier buffer could hold. This one may be
            // smaller.
            let count = bytes.len().min(buffer.len());
            if let (Some(to), Some(from)) = (buffer.get_mut(..count), bytes.get(..count)) {
                to.copy_from_slice(from);
            }
            count
        }))
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
        if self.reading.is_none() {
            ready!(self.turns.poll(cx, &mut store, &destination))?;
        }
        // The capacity matters only for readers on the host's side.
        let mut destination = destination.as_direct(store, TRANSFER_BYTES);
        let buffer = destination.remaining();
        if buffer.is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.poll_read(cx, buffer) {
            Poll::Pending if finish => {
                // Drop the bytes that the thread reads: they take memory, and the
                // component may never read again.
                self.reading = None;
                Poll::Ready(Ok(StreamResult::Cancelled))
            }
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(0)) => Poll::Ready(Ok(self.outcome.end(Ok(())))),
            Poll::Ready(Ok(count)) => {
                destination.mark_written(count);
                self.offset = self.offset.saturating_add(count as u64);
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Ok(self.outcome.end(Err(error)))),
        }
    }
}

/// Reason why a file was not read at once.
#[derive(Debug)]
enum Refusal {
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "no other system tells")
    )]
    WouldWait,
    Error(ErrorCode),
}

#[cfg(not(target_os = "linux"))]
use portable::{Buffer, Source};
#[cfg(target_os = "linux")]
use {crate::disk::Buffer, linux::Source};

#[cfg(target_os = "linux")]
mod linux {

    use rustix::io::{Errno, ReadWriteFlags, pread, preadv2, retry_on_intr};

    use super::{Arc, File, Reading, Refusal, io};
    use crate::disk::{Device, Disk, Route, code};

    /// A file to read from.
    pub(super) struct Source {
        file: Arc<File>,
        disk: Arc<Disk>,
    }

    impl Source {
        pub(super) fn new(file: Arc<File>, disk: &Arc<Disk>) -> Self {
            let disk = Arc::clone(disk);
            Self { file, disk }
        }

        /// Reads bytes that are in memory. If the file system cannot tell, reads them if
        /// that is quick.
        pub(super) fn read_inline(&self, buffer: &mut [u8], at: u64) -> Result<usize, Refusal> {
            match read_cached(&self.file, buffer, at) {
                Ok(count) => Ok(count),
                Err(Errno::AGAIN | Errno::INTR) => Err(Refusal::WouldWait),
                Err(Errno::OPNOTSUPP | Errno::INVAL) => self.read_quickly(buffer, at),
                Err(error) => Err(Refusal::Error(code(error))),
            }
        }

        fn read_quickly(&self, buffer: &mut [u8], at: u64) -> Result<usize, Refusal> {
            let device = self.device()?;
            if self.disk.file_systems.route(device) != Route::Inline {
                return Err(Refusal::WouldWait);
            }
            let begun = self.disk.file_systems.begin(device);
            let read = pread(&*self.file, buffer, at);
            self.disk.file_systems.took(device, begun);
            match read {
                Ok(count) => Ok(count),
                Err(Errno::INTR | Errno::AGAIN) => Err(Refusal::WouldWait),
                Err(error) => Err(Refusal::Error(code(error))),
            }
        }

        /// Reads on another thread, however long that takes.
        pub(super) fn read_offloaded(&self, at: u64, length: usize) -> Reading {
            let device = match self.device() {
                Ok(device) => device,
                Err(Refusal::Error(error)) => return Box::pin(std::future::ready(Err(error))),
                Err(Refusal::WouldWait) => Device::default(),
            };
            let (file, disk) = (Arc::clone(&self.file), Arc::clone(&self.disk));
            let read = self.disk.threads.run(device, move || {
                disk.learn(device, &file);
                let mut buffer = disk.buffers.take(length);
                let begun = disk.file_systems.begin(device);
                let count = retry_on_intr(|| pread(&*file, &mut buffer[..], at))?;
                disk.file_systems.took(device, begun);
                buffer.truncate(count);
                Ok(buffer)
            });
            Box::pin(async move { read.await.map_err(code) })
        }

        fn device(&self) -> Result<Device, Refusal> {
            let device = self.disk.device_of(&self.file);
            device.map_err(|error| Refusal::Error(code(error)))
        }
    }

    /// Reads bytes from the page cache. Returns [`Errno::AGAIN`] when none are at the
    /// offset, and [`Errno::OPNOTSUPP`] when the file system cannot tell.
    pub(super) fn read_cached(file: &File, buffer: &mut [u8], at: u64) -> Result<usize, Errno> {
        // preadv2(2) takes -1 for the current position of the file, not for an offset.
        if i64::try_from(at).is_err() {
            return Err(Errno::INVAL);
        }
        let mut buffers = [io::IoSliceMut::new(buffer)];
        preadv2(file, &mut buffers, at, ReadWriteFlags::NOWAIT)
    }
}

/// Reading on systems that do not tell whether a read would wait.
#[cfg(not(target_os = "linux"))]
mod portable {
    use super::{Arc, ErrorCode, File, Reading, Refusal, io};
    use crate::wasi::filesystem::Disk;

    pub(super) type Buffer = Vec<u8>;

    pub(super) struct Source {
        file: Arc<File>,
    }

    impl Source {
        pub(super) fn new(file: Arc<File>, _: &Arc<Disk>) -> Self {
            Self { file }
        }

        pub(super) fn read_inline(&self, buffer: &mut [u8], at: u64) -> Result<usize, Refusal> {
            loop {
                match read(&self.file, buffer, at) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Refusal::Error(error.into())),
                    Ok(count) => return Ok(count),
                }
            }
        }

        pub(super) fn read_offloaded(&self, _: u64, _: usize) -> Reading {
            Box::pin(std::future::ready(Err(ErrorCode::Io)))
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
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::disk::Disk;

    const LENGTH: usize = 64 << 10;

    fn read_all(producer: &mut Producer) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let mut content = Vec::new();
        let mut buffer = vec![0; LENGTH];
        loop {
            let read = std::future::poll_fn(|cx| producer.poll_read(cx, &mut buffer));
            let count = runtime.block_on(read).unwrap();
            if count == 0 {
                return content;
            }
            content.extend_from_slice(&buffer[..count]);
            producer.offset = producer.offset.saturating_add(count as u64);
        }
    }

    /// On file systems that cannot drop the file from memory, it is read from there.
    #[test]
    fn uncached_bytes_are_read_by_a_thread() {
        let mut file = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..LENGTH * 5).map(|at| (at / 7) as u8).collect();
        file.write_all(&content).unwrap();
        file.sync_all().unwrap();
        let mut buffer = vec![0; LENGTH];
        let file = Arc::new(file);
        let drop_pages = || {
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
        };
        let disk = Arc::new(Disk::new(Arc::clone(&file), Vec::new()).unwrap());
        let mut producer = Producer {
            source: Source::new(Arc::clone(&file), &disk),
            offset: 0,
            reading: None,
            outcome: Outcome::channel().0,
            turns: Turns::default(),
        };
        // An attempt has the kernel read ahead, so that the next one may find the pages.
        let mut attempt = |read: &mut dyn FnMut(&mut [u8]) -> bool| {
            (0..20).any(|_| {
                drop_pages();
                read(&mut buffer)
            })
        };
        let are_dropped = attempt(&mut |buffer| linux::read_cached(&file, buffer, 0).is_err());
        let source = &mut producer.source;
        let are_refused =
            attempt(&mut |buffer| matches!(source.read_inline(buffer, 0), Err(Refusal::WouldWait)));
        assert_eq!(are_refused, are_dropped);
        assert!(read_all(&mut producer) == content);
    }
}
