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
use std::time::Instant;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::net::fast_readers::{FastReaders, Pace};
use crate::net::unsent;

/// Splits a non-blocking stream. The guard is dropped when both halves are dropped.
pub(super) fn split<G>(stream: TcpStream, guard: G) -> (ReadHalf<G>, WriteHalf<G>) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State {
            socket: Socket::Unregistered(stream),
            failed: None,
            pace: Pace::default(),
        }),
        guard,
    });
    let read = ReadHalf {
        registered: None,
        shared: Arc::clone(&shared),
    };
    (read, WriteHalf { shared })
}

pub(crate) struct ReadHalf<G> {
    registered: Option<OwnedReadHalf>,
    shared: Arc<Shared<G>>,
}

/// Dropping this half while the other half lives sends FIN.
pub(crate) struct WriteHalf<G> {
    shared: Arc<Shared<G>>,
}

/// What both halves have in common.
pub(crate) struct Shared<G> {
    state: Mutex<State>,
    guard: G,
}

struct State {
    socket: Socket,
    /// The failure that was seen beside the half that writes. The system tells it once, and
    /// the half is the one that reports how the connection has ended.
    failed: Option<io::ErrorKind>,
    pace: Pace,
}

enum Socket {
    Unregistered(TcpStream),
    /// The half that reads, until its owner takes it, and the half that writes, until FIN.
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
            if let Some(read) = self.shared.state().socket.attempt(read) {
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
            none => Ok(none.insert(self.shared.state().socket.take_reader()?)),
        }
    }
}

impl<G> WriteHalf<G> {
    /// Returns the guard, which lives as long as the connection.
    pub(crate) fn guard(&self) -> &G {
        &self.shared.guard
    }

    pub(super) fn shared(&self) -> &Arc<Shared<G>> {
        &self.shared
    }

    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.shared.state();
        let socket = state.unfailed()?;
        if let Some(written) = socket.attempt(|mut stream| stream.write(bytes)) {
            return Poll::Ready(written);
        }
        Pin::new(socket.writer()?).poll_write(cx, bytes)
    }

    /// Ready when bytes can be written, and also when the connection has failed.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.shared.state();
        let half = &*state.unfailed()?.writer()?;
        let stream: &tokio::net::TcpStream = half.as_ref();
        let ready = stream.poll_write_ready(cx);
        // Checked even if nothing can be written: a failed connection may never become
        // writable.
        match stream.take_error() {
            Ok(Some(error)) | Err(error) => Poll::Ready(Err(error)),
            Ok(None) => ready,
        }
    }
}

impl<G> Drop for WriteHalf<G> {
    fn drop(&mut self) {
        let is_last = Arc::strong_count(&self.shared) == 1;
        self.shared.state().socket.finish(is_last);
    }
}

impl<G> Shared<G> {
    /// Only this worker's thread locks it, one call at a time.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn guard(&self) -> &G {
        &self.guard
    }

    /// Has `send` send on the socket, if that may have room.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when it has none, any other error of `send`, and
    /// [`io::ErrorKind::NotConnected`] when FIN is sent.
    pub(super) fn send(&self, send: impl FnMut(SockRef<'_>) -> io::Result<()>) -> io::Result<()> {
        let state = &mut *self.state();
        let sent = state.unfailed()?.send(send);
        if let Err(error) = &sent
            && error.kind() != io::ErrorKind::WouldBlock
        {
            state.failed = Some(error.kind());
        }
        sent
    }

    pub(super) fn note_pace(&self, bytes: u64, readers: &FastReaders) {
        let state = &mut *self.state();
        let Ok(socket) = state.socket.reference() else {
            return;
        };
        let bound = |bytes| unsent::change(&socket, bytes);
        state.pace.sent(bytes, readers, Instant::now, bound);
    }
}

impl State {
    /// Returns the socket, unless it has failed.
    fn unfailed(&mut self) -> io::Result<&mut Socket> {
        match self.failed {
            Some(failed) => Err(failed.into()),
            None => Ok(&mut self.socket),
        }
    }
}

impl Socket {
    /// Tries an operation before the stream is registered. Returns `None` when it would
    /// have to wait, and after registration, because then the runtime knows whether it is
    /// ready.
    fn attempt<R>(
        &self,
        mut operation: impl FnMut(&TcpStream) -> io::Result<R>,
    ) -> Option<io::Result<R>> {
        let Self::Unregistered(stream) = self else {
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

    fn reference(&self) -> io::Result<SockRef<'_>> {
        match self {
            Self::Unregistered(stream) => Ok(SockRef::from(stream)),
            Self::Registered(_, Some(half)) => {
                let stream: &tokio::net::TcpStream = half.as_ref();
                Ok(SockRef::from(stream))
            }
            Self::Registered(_, None) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn send(&self, mut send: impl FnMut(SockRef<'_>) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Unregistered(stream) => send(SockRef::from(stream)),
            Self::Registered(_, Some(half)) => {
                let stream: &tokio::net::TcpStream = half.as_ref();
                // The runtime then knows that there is no room.
                stream.try_io(Interest::WRITABLE, || send(SockRef::from(stream)))
            }
            Self::Registered(_, None) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn take_reader(&mut self) -> io::Result<OwnedReadHalf> {
        let (read, _) = self.register()?;
        read.take()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn writer(&mut self) -> io::Result<&mut OwnedWriteHalf> {
        let (_, write) = self.register()?;
        write
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Registers the stream with the runtime if it is not registered yet.
    ///
    /// # Errors
    /// When the runtime cannot watch one more descriptor.
    fn register(
        &mut self,
    ) -> io::Result<(&mut Option<OwnedReadHalf>, &mut Option<OwnedWriteHalf>)> {
        if let Self::Unregistered(_) = self
            && let Self::Unregistered(stream) =
                std::mem::replace(self, Self::Registered(None, None))
        {
            let (read, write) = tokio::net::TcpStream::from_std(stream)?.into_split();
            *self = Self::Registered(Some(read), Some(write));
        }
        match self {
            Self::Registered(read, write) => Ok((read, write)),
            Self::Unregistered(_) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Sends FIN. Where the halves are about to be dropped, the close sends it by itself.
    fn finish(&mut self, is_last: bool) {
        match self {
            Self::Unregistered(_) if is_last => {}
            // This fails if the peer is gone. Then there is no one to tell.
            Self::Unregistered(stream) => drop(stream.shutdown(Shutdown::Write)),
            Self::Registered(_, write) => match (write.take(), is_last) {
                (Some(half), true) => half.forget(),
                (half, _) => drop(half),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::task::Waker;

    use super::*;
    #[cfg(target_os = "linux")]
    use crate::limits::{FAST_READ_BYTES, FAST_UNSENT_BYTES, UNSENT_BYTES};

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

    /// Where each of many has a smaller share, it stays so.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn who_reads_fast_has_more_unsent() {
        let rows = [
            (UNSENT_BYTES, FAST_UNSENT_BYTES),
            (UNSENT_BYTES / 2, UNSENT_BYTES / 2),
        ];
        for (bound, expected) in rows {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let _peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (stream, _) = listener.accept().unwrap();
            SockRef::from(&stream).set_tcp_notsent_lowat(bound).unwrap();
            let (_read, half) = split(stream, ());
            let budget = unsent::UnsentBudget::of_this_system();
            half.shared()
                .note_pace(FAST_READ_BYTES, &FastReaders::within(budget));
            let state = half.shared.state();
            let found = state.socket.reference().unwrap().tcp_notsent_lowat();
            assert_eq!(found.unwrap(), expected);
        }
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
