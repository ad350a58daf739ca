//! `read-directory`: the entries of a directory, as a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, StreamProducer, StreamResult, VecBuffer};
use wasmtime_wasi::p3::bindings::filesystem::types::{DirectoryEntry, ErrorCode};

use crate::disk::{DirectoryReader, code};
use crate::wasi::outcome::Outcome;

pub(super) struct Entries {
    pub(super) reader: DirectoryReader,
    pub(super) outcome: Outcome<ErrorCode>,
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
        let entries = match self.reader.poll_next(cx) {
            // The next read returns the entries that the thread reads.
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(None)) => return Poll::Ready(Ok(self.outcome.end(Ok(())))),
            Poll::Ready(Ok(Some(entries))) => entries,
            Poll::Ready(Err(error)) => {
                return Poll::Ready(Ok(self.outcome.end(Err(code(error)))));
            }
        };
        match (entries.is_empty(), finish) {
            (false, _) => {
                destination.set_buffer(entries.into());
                Poll::Ready(Ok(StreamResult::Completed))
            }
            (true, true) => Poll::Ready(Ok(StreamResult::Cancelled)),
            // No entry of the batch can be shown: yield before the next one.
            (true, false) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
