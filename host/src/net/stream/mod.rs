//! Accepted connections, and their two directions.

mod bytes;
mod tcp;

use std::io;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::ReadBuf;

pub(crate) use bytes::ByteStream;

use super::fast_readers::FastReaders;

/// An accepted connection that no worker has yet.
pub(crate) enum Stream {
    /// Non-blocking; also of a Unix socket, for which all calls are the same.
    Tcp(std::net::TcpStream),
    /// A stream of the embedder.
    Bytes(Box<dyn ByteStream>),
}

/// The protocol below that of a client's requests, as far as this side has decrypted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TlsVersion {
    #[default]
    None,
    #[cfg_attr(not(feature = "tls"), allow(dead_code))]
    Tls12,
    #[cfg_attr(not(feature = "tls"), allow(dead_code))]
    Tls13,
}

/// The direction from the client.
pub(crate) enum ReadHalf<G: Send + Sync + 'static> {
    Tcp(tcp::ReadHalf<G>),
    Bytes(bytes::ReadHalf<G>),
}

/// The direction to the client. Dropping this half while the other half lives sends FIN,
/// or what takes its place in another stream.
pub(crate) enum WriteHalf<G: Send + Sync + 'static> {
    Tcp(tcp::WriteHalf<G>),
    Bytes(bytes::WriteHalf<G>),
}

/// A way to send beside the half that writes, for as long as that half lives. It does not keep
/// the connection open.
pub(crate) enum WeakSender<G> {
    Tcp(Weak<tcp::Shared<G>>),
    Bytes(Weak<bytes::Shared<G>>),
}

/// The same while it is used.
pub(crate) enum Sender<G> {
    Tcp(Arc<tcp::Shared<G>>),
    Bytes(Arc<bytes::Shared<G>>),
}

/// Splits a connection. The guard is dropped when both halves are dropped.
pub(crate) fn split<G: Send + Sync + 'static>(
    stream: Stream,
    guard: G,
) -> (ReadHalf<G>, WriteHalf<G>) {
    match stream {
        Stream::Tcp(stream) => {
            let (read, write) = tcp::split(stream, guard);
            (ReadHalf::Tcp(read), WriteHalf::Tcp(write))
        }
        Stream::Bytes(stream) => {
            let (read, write) = bytes::split(stream, guard);
            (ReadHalf::Bytes(read), WriteHalf::Bytes(write))
        }
    }
}

impl<G: Send + Sync + 'static> ReadHalf<G> {
    /// Returns the guard, which lives as long as the connection.
    pub(crate) fn guard(&self) -> &G {
        match self {
            Self::Tcp(half) => half.guard(),
            Self::Bytes(half) => half.guard(),
        }
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => half.poll_read(cx, buffer),
            Self::Bytes(half) => half.poll_read(cx, buffer),
        }
    }

    /// Ready when bytes have arrived, and also at the end and after a failure.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => half.poll_ready(cx),
            Self::Bytes(half) => half.poll_ready(cx),
        }
    }

    /// Reads bytes that have arrived even if the runtime has not noticed yet: a caller
    /// that is about to give up must not miss them. Returns `None` when there are none.
    pub(crate) fn read_at_last(&mut self, buffer: &mut ReadBuf<'_>) -> Option<io::Result<()>> {
        match self {
            Self::Tcp(half) => half.read_at_last(buffer),
            Self::Bytes(half) => half.read_at_last(buffer),
        }
    }
}

impl<G: Send + Sync + 'static> WriteHalf<G> {
    /// Returns the guard, which lives as long as the connection.
    pub(crate) fn guard(&self) -> &G {
        match self {
            Self::Tcp(half) => half.guard(),
            Self::Bytes(half) => half.guard(),
        }
    }

    pub(crate) fn sender(&self) -> WeakSender<G> {
        match self {
            Self::Tcp(half) => WeakSender::Tcp(Arc::downgrade(half.shared())),
            Self::Bytes(half) => WeakSender::Bytes(Arc::downgrade(half.shared())),
        }
    }

    /// Writes bytes. While it is pending, the caller keeps the same bytes for the next call,
    /// or gives up with [`WriteHalf::written_at_last`].
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(half) => half.poll_write(cx, bytes),
            Self::Bytes(half) => half.poll_write(cx, bytes),
        }
    }

    /// Returns the number of bytes that a pending write has passed on already. The caller
    /// gives up that write.
    pub(crate) fn written_at_last(&mut self) -> Option<usize> {
        match self {
            Self::Tcp(_) => None,
            Self::Bytes(half) => half.written_at_last(),
        }
    }

    /// Ready when bytes can be written, and also when the connection has failed. A stream
    /// that cannot tell is ready.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => half.poll_ready(cx),
            Self::Bytes(half) => half.poll_ready(cx),
        }
    }
}

impl<G> WeakSender<G> {
    /// Returns the sender, unless the connection is closed.
    pub(crate) fn upgrade(&self) -> Option<Sender<G>> {
        Some(match self {
            Self::Tcp(shared) => Sender::Tcp(shared.upgrade()?),
            Self::Bytes(shared) => Sender::Bytes(shared.upgrade()?),
        })
    }
}

impl<G> Sender<G> {
    /// Returns the guard, which lives as long as the connection.
    pub(crate) fn guard(&self) -> &G {
        match self {
            Self::Tcp(shared) => shared.guard(),
            Self::Bytes(shared) => shared.guard(),
        }
    }

    /// Whether bytes for the socket itself can be sent: not by TLS, for example.
    pub(crate) fn has_socket(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Notes that so many bytes were sent. Where a client reads fast, the kernel holds more of
    /// them.
    pub(crate) fn note_pace(&self, bytes: u64, readers: &FastReaders) {
        if let Self::Tcp(shared) = self {
            shared.note_pace(bytes, readers);
        }
    }

    /// Has `send` send on the socket.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when there is no room, any other error of `send`, and
    /// [`io::ErrorKind::NotConnected`] when FIN is sent, or there is no socket.
    pub(crate) fn on_socket(
        &self,
        send: impl FnMut(SockRef<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Tcp(shared) => shared.send(send),
            Self::Bytes(_) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Sends bytes as far as there is room. Returns how many were taken, and whether there is
    /// room for more. If not, [`WriteHalf::poll_ready`] waits for that, and until all that was
    /// taken has left.
    ///
    /// # Errors
    /// When the connection has failed, or FIN is sent.
    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<(usize, bool)> {
        let shared = match self {
            Self::Tcp(shared) => shared,
            Self::Bytes(shared) => return shared.send(bytes),
        };
        let mut taken = 0;
        let sent = shared.send(|socket| {
            taken = socket.send_with_flags(bytes, NO_SIGNAL)?;
            Ok(())
        });
        match sent {
            Ok(()) => Ok((taken, taken == bytes.len())),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok((0, false)),
            Err(error) => Err(error),
        }
    }
}

/// Flag by which a peer that is gone is an error, and no signal.
#[cfg(any(target_os = "android", target_os = "linux"))]
pub(crate) const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
pub(crate) const NO_SIGNAL: i32 = 0;
