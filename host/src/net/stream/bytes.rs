//! The two directions of a stream that an embedder hands over: a Unix socket, TLS, a pipe in
//! memory.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::limits::{PEEKED_BYTES, SHUTDOWN_TIMEOUT};

/// A stream of bytes in two directions.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for S {}

pub(super) fn split<G>(stream: Box<dyn ByteStream>, guard: G) -> (ReadHalf<G>, WriteHalf<G>)
where
    G: Send + Sync + 'static,
{
    let shared = Arc::new(Shared {
        state: Mutex::new(State {
            stream,
            held: Vec::new(),
            failed: None,
        }),
        guard,
    });
    let read = ReadHalf {
        peeked: Vec::new(),
        shared: Arc::clone(&shared),
    };
    let write = WriteHalf {
        unflushed: None,
        shared,
    };
    (read, write)
}

pub(crate) struct ReadHalf<G> {
    /// Bytes that were read to find out whether there are any, in the order in which they
    /// arrived.
    peeked: Vec<u8>,
    shared: Arc<Shared<G>>,
}

pub(crate) struct WriteHalf<G: Send + Sync + 'static> {
    /// Bytes of the pending write that the stream has taken, but perhaps not sent yet.
    unflushed: Option<usize>,
    shared: Arc<Shared<G>>,
}

/// What both halves have in common.
pub(crate) struct Shared<G> {
    state: Mutex<State>,
    guard: G,
}

struct State {
    stream: Box<dyn ByteStream>,
    /// Bytes that were to be sent at once when the stream had no room. They are something to
    /// wait with: these streams cannot tell without being written to.
    held: Vec<u8>,
    /// The failure that was seen beside the half that writes, for that half to report.
    failed: Option<io::ErrorKind>,
}

impl<G> Shared<G> {
    /// Only this worker's thread locks it, one call at a time.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn guard(&self) -> &G {
        &self.guard
    }

    /// Sends bytes as far as there is room. Returns how many were taken, and whether there is
    /// room for more. If not, [`WriteHalf::poll_ready`] waits for that, and until all that was
    /// taken has left.
    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<(usize, bool)> {
        let state = &mut *self.state();
        let sent = state.send(bytes);
        if let Err(error) = &sent {
            state.failed = Some(error.kind());
        }
        sent
    }
}

impl State {
    fn send(&mut self, bytes: &[u8]) -> io::Result<(usize, bool)> {
        let at_once = &mut Context::from_waker(Waker::noop());
        if let Poll::Ready(flushed) = self.poll_flush(at_once) {
            flushed?;
        } else {
            return Ok((0, false));
        }
        let taken = match Pin::new(&mut *self.stream).poll_write(at_once, bytes) {
            Poll::Ready(taken) => taken?,
            Poll::Pending => {
                let held = bytes.get(..PEEKED_BYTES).unwrap_or(bytes);
                self.held.extend_from_slice(held);
                return Ok((held.len(), false));
            }
        };
        match self.poll_flush(at_once) {
            Poll::Pending => Ok((taken, false)),
            Poll::Ready(flushed) => flushed.map(|()| (taken, true)),
        }
    }

    /// Sends what is held, and then has the stream send what it has taken.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(failed) = self.failed {
            return Poll::Ready(Err(failed.into()));
        }
        let mut stream = Pin::new(&mut *self.stream);
        while !self.held.is_empty() {
            match ready!(stream.as_mut().poll_write(cx, &self.held))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                taken => drop(self.held.drain(..taken.min(self.held.len()))),
            }
        }
        stream.poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.held.is_empty() {
            ready!(self.poll_flush(cx))?;
        }
        Pin::new(&mut *self.stream).poll_shutdown(cx)
    }
}

impl<G> ReadHalf<G> {
    pub(super) fn guard(&self) -> &G {
        &self.shared.guard
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.peeked.is_empty() {
            return Pin::new(&mut *self.shared.state().stream).poll_read(cx, buffer);
        }
        let count = self.peeked.len().min(buffer.remaining());
        buffer.put_slice(self.peeked.get(..count).unwrap_or_default());
        self.peeked.drain(..count);
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.peeked.is_empty() {
            return Poll::Ready(Ok(()));
        }
        // These streams cannot tell without being read.
        let mut room = [0; PEEKED_BYTES];
        let mut buffer = ReadBuf::new(&mut room);
        let read = Pin::new(&mut *self.shared.state().stream).poll_read(cx, &mut buffer);
        self.peeked.extend_from_slice(buffer.filled());
        read
    }

    pub(super) fn read_at_last(&mut self, buffer: &mut ReadBuf<'_>) -> Option<io::Result<()>> {
        match self.poll_read(&mut Context::from_waker(Waker::noop()), buffer) {
            Poll::Ready(read) => Some(read),
            Poll::Pending => None,
        }
    }
}

impl<G: Send + Sync + 'static> WriteHalf<G> {
    pub(super) fn guard(&self) -> &G {
        &self.shared.guard
    }

    pub(super) fn shared(&self) -> &Arc<Shared<G>> {
        &self.shared
    }

    /// Writes, and then has the stream send what it has taken: a stream such as TLS keeps
    /// bytes back, and nothing else would ask for them.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let state = &mut *self.shared.state();
        let taken = match self.unflushed {
            Some(taken) => taken,
            None => {
                if !state.held.is_empty() {
                    ready!(state.poll_flush(cx))?;
                }
                ready!(Pin::new(&mut *state.stream).poll_write(cx, bytes))?
            }
        };
        self.unflushed = Some(taken);
        let flushed = ready!(state.poll_flush(cx));
        self.unflushed = None;
        Poll::Ready(flushed.map(|()| taken))
    }

    pub(super) fn written_at_last(&mut self) -> Option<usize> {
        self.unflushed.take()
    }

    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shared.state().poll_flush(cx)
    }
}

impl<G: Send + Sync + 'static> Drop for WriteHalf<G> {
    /// Ends this direction. A stream that needs time for it gets it in a task of the
    /// worker, which holds the connection meanwhile.
    fn drop(&mut self) {
        let shared = Arc::clone(&self.shared);
        let at_once = &mut Context::from_waker(Waker::noop());
        let at_once = shared.state().poll_shutdown(at_once);
        if at_once.is_pending()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                let shutdown = std::future::poll_fn(|cx| shared.state().poll_shutdown(cx));
                // Beyond that, dropping the stream ends the connection in both directions.
                let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown).await;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufWriter, duplex};

    use super::*;

    #[tokio::test]
    async fn waiting_for_bytes_loses_none() {
        let (mut peer, stream) = duplex(4 * PEEKED_BYTES);
        let (mut read, _write) = split(Box::new(stream), ());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(read.poll_ready(&mut cx).is_pending());
        let sent: Vec<u8> = (0..=255).cycle().take(2 * PEEKED_BYTES).collect();
        peer.write_all(&sent).await.unwrap();
        let mut got = Vec::new();
        while got.len() < sent.len() {
            assert!(read.poll_ready(&mut cx).is_ready());
            let mut room = [0; 100];
            let mut buffer = ReadBuf::new(&mut room);
            assert!(read.poll_read(&mut cx, &mut buffer).is_ready());
            got.extend_from_slice(buffer.filled());
        }
        assert_eq!(got, sent);
        assert!(read.read_at_last(&mut ReadBuf::new(&mut [0; 8])).is_none());
        drop(peer);
        assert!(read.poll_ready(&mut cx).is_ready(), "the end");
    }

    #[tokio::test]
    async fn a_write_is_flushed_and_a_write_that_is_given_up_counts_what_was_taken() {
        let (mut peer, stream) = duplex(4);
        // Keeps back what is written until it is flushed.
        let (_read, mut write) = split(Box::new(BufWriter::new(stream)), ());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(matches!(
            write.poll_write(&mut cx, b"abc"),
            Poll::Ready(Ok(3))
        ));
        let mut room = [0; 3];
        peer.read_exact(&mut room).await.unwrap();
        assert_eq!(&room, b"abc");
        assert!(write.poll_write(&mut cx, b"defghij").is_pending());
        assert_eq!(write.written_at_last(), Some(7));
        assert_eq!(write.written_at_last(), None);
        let mut room = [0; 7];
        let (read, _) = tokio::join!(
            peer.read_exact(&mut room),
            std::future::poll_fn(|cx| write.poll_ready(cx)),
        );
        read.unwrap();
        assert_eq!(&room, b"defghij");
    }

    #[tokio::test]
    async fn the_end_is_sent_even_if_it_takes_time() {
        let (mut peer, stream) = duplex(4);
        let stream = BufWriter::new(stream);
        let guard = Arc::new(());
        let (read, mut write) = split(Box::new(stream), Arc::clone(&guard));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(write.poll_write(&mut cx, b"abcdefgh").is_pending());
        drop((read, write));
        assert_eq!(Arc::strong_count(&guard), 2, "the task has the connection");
        let mut got = Vec::new();
        peer.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, b"abcdefgh");
        // A peer that does not read holds the connection for a bounded time.
        let (peer, stream) = duplex(4);
        let guard = Arc::new(());
        let (read, mut write) = split(Box::new(BufWriter::new(stream)), Arc::clone(&guard));
        assert!(write.poll_write(&mut cx, b"abcdefgh").is_pending());
        drop((read, write));
        let is_dropped = async {
            while Arc::strong_count(&guard) > 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(10 * SHUTDOWN_TIMEOUT, is_dropped)
            .await
            .unwrap();
        drop(peer);
    }
}
