//! Reading files as streams.

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
use super::source::{Reading, Refusal, Source};
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

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::disk::Disk;
    use crate::wasi::filesystem::source::read_cached;

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
        let are_dropped = attempt(&mut |buffer| read_cached(&file, buffer, 0).is_err());
        let source = &mut producer.source;
        let are_refused =
            attempt(&mut |buffer| matches!(source.read_inline(buffer, 0), Err(Refusal::WouldWait)));
        assert_eq!(are_refused, are_dropped);
        assert!(read_all(&mut producer) == content);
    }
}
