//! From the component's memory onto the network.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::StoreContextMut;
use wasmtime::component::{Source, StreamConsumer, StreamResult};

use crate::wasi::bindings::wasi::sockets::types::ErrorCode;
use crate::wasi::outcome::Outcome;
use crate::wasi::tcp_socket::WriteHalf;

pub(super) fn error_code(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::ConnectionReset => ErrorCode::ConnectionReset,
        io::ErrorKind::ConnectionAborted => ErrorCode::ConnectionAborted,
        io::ErrorKind::BrokenPipe => ErrorCode::ConnectionBroken,
        io::ErrorKind::TimedOut => ErrorCode::Timeout,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            ErrorCode::RemoteUnreachable
        }
        // The component does not get the operating system's text.
        _ => ErrorCode::Other(None),
    }
}

/// Returns the consumer of the bytes, and the future of its outcome.
pub(super) fn consumer(
    half: WriteHalf,
) -> (
    Consumer,
    impl Future<Output = wasmtime::Result<Result<(), ErrorCode>>>,
) {
    let (outcome, ended) = Outcome::channel();
    let half = Some(half);
    (Consumer { half, outcome }, ended)
}

/// Consumer of the bytes. Dropping it sends FIN, by which a component ends its side.
pub(super) struct Consumer {
    /// `None` once it has ended.
    half: Option<WriteHalf>,
    outcome: Outcome<ErrorCode>,
}

impl Consumer {
    fn close(&mut self, outcome: Result<(), ErrorCode>) -> Poll<wasmtime::Result<StreamResult>> {
        self.half = None;
        Poll::Ready(Ok(self.outcome.end(outcome)))
    }
}

impl<T> StreamConsumer<T> for Consumer {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, T>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let Some(half) = self.half.as_mut() else {
            return Poll::Ready(Ok(StreamResult::Dropped));
        };
        let mut source = source.as_direct(store);
        let bytes = source.remaining();
        // A zero-length write asks whether bytes can be written, and notices a peer that
        // is gone.
        if bytes.is_empty() {
            return match half.poll_ready(cx) {
                Poll::Ready(Err(error)) => self.close(Err(error_code(&error))),
                Poll::Ready(Ok(())) => Poll::Ready(Ok(StreamResult::Completed)),
                Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
                Poll::Pending => Poll::Pending,
            };
        }
        match half.poll_write(cx, bytes) {
            Poll::Ready(Ok(written)) => {
                source.mark_read(written);
                half.guard().count_sent(written);
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(Err(error)) => self.close(Err(error_code(&error))),
            Poll::Pending if finish => match half.written_at_last() {
                Some(written) => {
                    source.mark_read(written);
                    half.guard().count_sent(written);
                    Poll::Ready(Ok(StreamResult::Completed))
                }
                None => Poll::Ready(Ok(StreamResult::Cancelled)),
            },
            Poll::Pending => Poll::Pending,
        }
    }
}
