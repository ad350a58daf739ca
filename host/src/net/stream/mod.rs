//! Accepted connections, and their two directions.

mod bytes;
mod tcp;

use std::io;
use std::task::{Context, Poll};

use tokio::io::ReadBuf;

pub(crate) use bytes::ByteStream;

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
