//! Connections that an embedder hands over, instead of a listener of the system.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::sync::mpsc;

use super::stream::Stream;
use crate::limits::{DUPLEX_BYTES, HANDOVER_QUEUE};

/// A connection on its way to the acceptor, with its peer if that is known.
pub(crate) type Handed = (Stream, Option<SocketAddr>);

/// A listener whose connections an embedder hands over by a [`StreamSender`]. They can be
/// any streams of bytes: Unix sockets, TLS that the embedder terminates, a pipe in memory.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let media = ".";
/// let (connections, listener) = porthole::stream_listener("127.0.0.1:80".parse()?);
/// let running = porthole::Server::builder()
///     .directory(media)
///     .listeners(listener)
///     .start()
///     .await?;
/// // Any stream, such as an accepted `UnixStream`, or one in memory:
/// let (client, server) = tokio::io::duplex(1 << 16);
/// connections.send(server, None).await?;
/// # drop(client);
/// # running.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StreamListener {
    pub(crate) address: SocketAddr,
    pub(crate) queue: mpsc::Receiver<Handed>,
}

/// Hands connections over to a [`StreamListener`]. Clones hand over to the same one.
#[derive(Clone, Debug)]
pub struct StreamSender {
    address: SocketAddr,
    queue: mpsc::Sender<Handed>,
}

/// Makes a listener for streams. The component knows the listener by `address`, which need
/// not exist on this system, and must differ from the server's other addresses.
#[must_use]
pub fn stream_listener(address: SocketAddr) -> (StreamSender, StreamListener) {
    let (sender, queue) = mpsc::channel(HANDOVER_QUEUE);
    let sender = StreamSender {
        address,
        queue: sender,
    };
    (sender, StreamListener { address, queue })
}

impl StreamSender {
    /// Hands over a connection. Waits while the server has as many connections as it may.
    ///
    /// `peer` is the client's address, which counts for
    /// [`Limits::per_address`](crate::Limits::per_address). A client without one counts for
    /// no such limit, and the component sees `[::]:0` in its place. The stream is polled by a
    /// thread of the server. If it belongs to another runtime, such as a socket of tokio's,
    /// that runtime must go on.
    ///
    /// # Errors
    /// [`io::ErrorKind::ConnectionRefused`] when the server accepts no more connections.
    pub async fn send<S>(&self, stream: S, peer: Option<IpAddr>) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let peer = peer.map(|peer| SocketAddr::new(peer, 0));
        let handed = (Stream::Bytes(Box::new(stream)), peer);
        let sent = self.queue.send(handed).await;
        sent.map_err(|_| io::ErrorKind::ConnectionRefused.into())
    }

    /// Connects in memory, and returns the client's end.
    ///
    /// # Errors
    /// As for [`StreamSender::send`].
    pub async fn connect(&self) -> io::Result<DuplexStream> {
        let (client, server) = tokio::io::duplex(DUPLEX_BYTES);
        self.send(server, None).await?;
        Ok(client)
    }

    /// Returns the address by which the component knows the listener.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
