//! The two directions of a TCP connection.
//!
//! A connection is registered with the thread's runtime when it first has to wait. Many
//! never wait: their request has arrived already, and they are closed after a small
//! response.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Splits a non-blocking stream. The guard is dropped when both halves are dropped.
pub(super) fn split<G>(stream: TcpStream, guard: G) -> (ReadHalf<G>, WriteHalf<G>) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State::Unregistered(stream)),
        guard,
    });
    let read = ReadHalf {
        registered: None,
        shared: Arc::clone(&shared),
    };
    let write = WriteHalf {
        registered: None,
        shared,
    };
    (read, write)
}

pub(crate) struct ReadHalf<G> {
    registered: Option<OwnedReadHalf>,
    shared: Arc<Shared<G>>,
}

/// Dropping this half while the other half lives sends FIN.
pub(crate) struct WriteHalf<G> {
    registered: Option<OwnedWriteHalf>,
    shared: Arc<Shared<G>>,
}

struct Shared<G> {
    state: Mutex<State>,
    guard: G,
}

enum State {
    Unregistered(TcpStream),
    /// Each half, until its owner takes it.
    Registered(Option<OwnedReadHalf>, Option<OwnedWriteHalf>),
}

impl<G> ReadHalf<G> {
    /// Returns the guard, which lives as long as the connection.
    pub(crate) fn guard(&self) -> &G {
        &self.shared.guard
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.registered.is_none() {
            let read = |mut stream: &TcpStream| stream.read(buffer.initialize_unfilled());
            if let Some(read) = self.shared.attempt(read) {
                return Poll::Ready(read.map(|count| buffer.advance(count)));
            }
        }
        Pin::new(self.registered()?).poll_read(cx, buffer)
    }

    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.registered()?.as_ref().poll_read_ready(cx)
    }

    /// Reads bytes that have arrived even if the runtime has not noticed yet: a caller
    /// that is about to give up must not miss them. Returns `None` when there are none.
    pub(crate) fn read_at_last(&mut self, buffer: &mut ReadBuf<'_>) -> Option<io::Result<()>> {
        let half = match self.registered() {
            Ok(half) => half,
            Err(error) => return Some(Err(error)),
        };
        let stream: &tokio::net::TcpStream = half.as_ref();
        let read = (&*SockRef::from(stream)).read(buffer.initialize_unfilled());
        match read {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            read => Some(read.map(|count| buffer.advance(count))),
        }
    }

    fn registered(&mut self) -> io::Result<&mut OwnedReadHalf> {
        match &mut self.registered {
            Some(half) => Ok(half),
            none => Ok(none.insert(self.shared.register(|read, _| read.take())?)),
        }
    }
}

impl<G> WriteHalf<G> {
    /// Returns the guard, which lives as long as the connection.
    pub(crate) fn guard(&self) -> &G {
        &self.shared.guard
    }

    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.registered.is_none()
            && let Some(written) = self.shared.attempt(|mut stream| stream.write(bytes))
        {
            return Poll::Ready(written);
        }
        Pin::new(self.registered()?).poll_write(cx, bytes)
    }

    /// Ready when bytes can be written, and also when the connection has failed.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let half = self.registered()?;
        let stream: &tokio::net::TcpStream = half.as_ref();
        let ready = stream.poll_write_ready(cx);
        // Checked even if nothing can be written: a failed connection may never become
        // writable.
        match stream.take_error() {
            Ok(Some(error)) | Err(error) => Poll::Ready(Err(error)),
            Ok(None) => ready,
        }
    }

    fn registered(&mut self) -> io::Result<&mut OwnedWriteHalf> {
        match &mut self.registered {
            Some(half) => Ok(half),
            none => Ok(none.insert(self.shared.register(|_, write| write.take())?)),
        }
    }
}

impl<G> Drop for WriteHalf<G> {
    fn drop(&mut self) {
        let last = Arc::strong_count(&self.shared) == 1;
        match (self.registered.take(), last) {
            // The close, which comes next, sends FIN by itself.
            (Some(half), true) => half.forget(),
            (None, true) => {}
            (Some(half), false) => drop(half),
            (None, false) => self.shared.finish(),
        }
    }
}

impl<G> Shared<G> {
    /// Only this worker's thread locks it, one call at a time.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries an operation before the stream is registered. Returns `None` when it would
    /// have to wait, and after registration, because then the runtime knows whether it is
    /// ready.
    fn attempt<R>(
        &self,
        mut operation: impl FnMut(&TcpStream) -> io::Result<R>,
    ) -> Option<io::Result<R>> {
        let state = self.state();
        let State::Unregistered(stream) = &*state else {
            return None;
        };
        loop {
            match operation(stream) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                done => return Some(done),
            }
        }
    }

    /// Registers the stream with the runtime if it is not registered yet, and fetches a
    /// half.
    ///
    /// # Errors
    /// When the runtime cannot watch one more descriptor.
    fn register<H>(
        &self,
        fetch: impl FnOnce(&mut Option<OwnedReadHalf>, &mut Option<OwnedWriteHalf>) -> Option<H>,
    ) -> io::Result<H> {
        let mut state = self.state();
        if let State::Unregistered(_) = &*state
            && let State::Unregistered(stream) =
                std::mem::replace(&mut *state, State::Registered(None, None))
        {
            let (read, write) = tokio::net::TcpStream::from_std(stream)?.into_split();
            *state = State::Registered(Some(read), Some(write));
        }
        match &mut *state {
            State::Registered(read, write) => fetch(read, write),
            State::Unregistered(_) => None,
        }
        .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Sends FIN.
    fn finish(&self) {
        match &mut *self.state() {
            // This fails if the peer is gone. Then there is no one to tell.
            State::Unregistered(stream) => drop(stream.shutdown(Shutdown::Write)),
            State::Registered(_, write) => drop(write.take()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::task::Waker;

    use super::*;

    #[tokio::test]
    async fn a_reset_is_found_out_without_writing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let (_read, mut half) = split(stream, ());
        std::future::poll_fn(|cx| half.poll_ready(cx))
            .await
            .unwrap();
        socket2::SockRef::from(&peer)
            .set_linger(Some(std::time::Duration::ZERO))
            .unwrap();
        drop(peer);
        // On the loopback interface, a reset arrives before closing returns.
        let mut cx = Context::from_waker(Waker::noop());
        assert!(matches!(half.poll_ready(&mut cx), Poll::Ready(Err(_))));
    }

    #[tokio::test]
    async fn bytes_the_runtime_has_not_noticed_are_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let (mut half, _write) = split(stream, ());
        let mut room = [0; 8];
        let mut buffer = ReadBuf::new(&mut room);
        let mut cx = Context::from_waker(Waker::noop());
        assert!(half.poll_read(&mut cx, &mut buffer).is_pending());
        assert!(half.read_at_last(&mut buffer).is_none());

        peer.write_all(b"abc").unwrap();
        // Nothing has been awaited, so the runtime has not polled the socket.
        assert!(half.poll_read(&mut cx, &mut buffer).is_pending());
        assert!(half.read_at_last(&mut buffer).unwrap().is_ok());
        assert_eq!(buffer.filled(), b"abc");

        drop(peer);
        buffer.clear();
        assert!(half.read_at_last(&mut buffer).unwrap().is_ok());
        assert_eq!(buffer.filled(), b"", "the end");
    }
}
