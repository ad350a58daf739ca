//! From the network into the component's memory.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::ReadBuf;
use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, StreamProducer, StreamResult, VecBuffer};

use super::send::error_code;
use crate::limits::TRANSFER_BYTES;
use crate::wasi::bindings::wasi::sockets::types::ErrorCode;
use crate::wasi::outcome::Outcome;
use crate::wasi::tcp_socket::ReadHalf;
use crate::wasi::transfers::Turns;

/// Returns the stream of received bytes, and the future of its outcome.
pub(super) fn producer(
    half: ReadHalf,
) -> (
    Producer,
    impl Future<Output = wasmtime::Result<Result<(), ErrorCode>>>,
) {
    let (outcome, ended) = Outcome::channel();
    let producer = Producer {
        half: Some(half),
        outcome,
        turns: Turns::default(),
    };
    (producer, ended)
}

pub(super) struct Producer {
    /// `None` once it has ended.
    half: Option<ReadHalf>,
    outcome: Outcome<ErrorCode>,
    turns: Turns,
}

impl Producer {
    fn close(&mut self, outcome: Result<(), ErrorCode>) -> Poll<wasmtime::Result<StreamResult>> {
        self.half = None;
        Poll::Ready(Ok(self.outcome.end(outcome)))
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
        ready!(self.turns.poll(cx, &mut store, &destination))?;
        let Some(half) = self.half.as_mut() else {
            return Poll::Ready(Ok(StreamResult::Dropped));
        };
        // The capacity matters only for readers on the host's side.
        let mut destination = destination.as_direct(store, TRANSFER_BYTES);
        let mut buffer = ReadBuf::new(destination.remaining());
        // A zero-length read waits for bytes without a buffer, so idle connections cost
        // the component no memory.
        if buffer.capacity() == 0 {
            return match half.poll_ready(cx) {
                Poll::Ready(_) => Poll::Ready(Ok(StreamResult::Completed)),
                Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
                Poll::Pending => Poll::Pending,
            };
        }
        let read = half.poll_read(cx, &mut buffer);
        half.guard().set_waiting(read.is_pending());
        let read = match read {
            Poll::Pending if finish => half.read_at_last(&mut buffer),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(read) => Some(read),
        };
        match read {
            Some(Ok(())) => match buffer.filled().len() {
                0 => self.close(Ok(())),
                read => {
                    half.guard().count_received(read);
                    destination.mark_written(read);
                    Poll::Ready(Ok(StreamResult::Completed))
                }
            },
            Some(Err(error)) => self.close(Err(error_code(&error))),
            None => Poll::Ready(Ok(StreamResult::Cancelled)),
        }
    }
}
