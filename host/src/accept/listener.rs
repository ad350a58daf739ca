//! Listeners, and the order in which they take turns.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::fd::AsRawFd;
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::task::{Context, Poll};

use tokio::sync::mpsc;

use crate::net::handover::Handed;
use crate::net::listeners::ListenerSocket;
use crate::net::stream::Stream;
#[cfg(unix)]
use crate::net::unix::{SocketFile, as_socket};

/// Turn of the listeners: the next one is the one after the listener that was served
/// last. Otherwise a first listener that always has a connection would starve the others.
#[derive(Debug, Default)]
pub(super) struct Turn(usize);

impl Turn {
    pub(super) fn served(&mut self, listener: usize) {
        self.0 = listener.saturating_add(1);
    }

    /// Returns all indices below `count`, once each.
    fn order(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        let first = self.0.checked_rem(count).unwrap_or_default();
        (first..count).chain(0..first)
    }
}

/// Returns the next connection of any listener, with the listener's index.
pub(super) async fn accept_any(
    listeners: &mut [Listener],
    turn: &Turn,
) -> (usize, io::Result<Handed>) {
    std::future::poll_fn(|cx| {
        for index in turn.order(listeners.len()) {
            if let Some(listener) = listeners.get_mut(index)
                && let Poll::Ready(accepted) = listener.poll_accept(cx)
            {
                return Poll::Ready((index, accepted));
            }
        }
        Poll::Pending
    })
    .await
}

/// A listener of this thread's runtime.
pub(super) enum Listener {
    Tcp(Tcp),
    #[cfg(unix)]
    Unix {
        /// Removed when no more connections are accepted, and before the listener is closed:
        /// in between, another server would take the file for one that was left behind.
        _file: Option<SocketFile>,
        listener: Registered<UnixListener>,
    },
    Streams(mpsc::Receiver<Handed>),
}

impl Listener {
    pub(super) fn new(socket: ListenerSocket) -> io::Result<Self> {
        Ok(match socket {
            ListenerSocket::Tcp(listener) => Self::Tcp(Tcp::new(listener)?),
            #[cfg(unix)]
            ListenerSocket::Unix(unix) => {
                unix.listener.set_nonblocking(true)?;
                Self::Unix {
                    _file: unix.file,
                    listener: Registered::new(unix.listener)?,
                }
            }
            ListenerSocket::Streams(listener) => Self::Streams(listener.queue),
        })
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Handed>> {
        match self {
            Self::Tcp(listener) => {
                let accepted = std::task::ready!(listener.poll_accept(cx));
                let handed = |(stream, peer)| (Stream::Tcp(stream), Some(without_mapping(peer)));
                Poll::Ready(accepted.map(handed))
            }
            #[cfg(unix)]
            Self::Unix { listener, .. } => listener.poll_accept(cx, |listener| {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(true)?;
                Ok((Stream::Tcp(as_socket(stream)), None))
            }),
            Self::Streams(queue) => match queue.poll_recv(cx) {
                Poll::Ready(Some(handed)) => Poll::Ready(Ok(handed)),
                // Without a sender, no further connection comes.
                Poll::Ready(None) | Poll::Pending => Poll::Pending,
            },
        }
    }
}

/// Returns the address of a client of IPv4 as such, if it came by a listener for IPv6, too
/// (RFC 4291, section 2.5.5.2).
pub(super) fn without_mapping(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V6(six) => match six.ip().to_ipv4_mapped() {
            Some(four) => SocketAddr::new(four.into(), six.port()),
            None => peer,
        },
        SocketAddr::V4(_) => peer,
    }
}

/// A listener whose connections are not registered with this thread's runtime, because
/// another thread's runtime serves them.
#[cfg(unix)]
pub(super) struct Registered<L: AsRawFd>(tokio::io::unix::AsyncFd<L>);

#[cfg(unix)]
impl<L: AsRawFd> Registered<L> {
    /// Takes a listener that does not block.
    fn new(listener: L) -> io::Result<Self> {
        // SAFETY: the listener owns its descriptor, and the `AsyncFd` owns the listener.
        // The descriptor stays the same, and open, as long as it is registered.
        let registered = unsafe { tokio::io::unix::AsyncFd::register(listener) };
        Ok(Self(registered?))
    }

    fn poll_accept<S>(
        &self,
        cx: &mut Context<'_>,
        accept: impl Fn(&L) -> io::Result<S>,
    ) -> Poll<io::Result<S>> {
        loop {
            let mut ready = std::task::ready!(self.0.poll_read_ready(cx))?;
            match ready.try_io(|listener| accept(listener.get_ref())) {
                Ok(accepted) => return Poll::Ready(accepted),
                Err(_would_block) => {}
            }
        }
    }
}

#[cfg(unix)]
pub(super) struct Tcp(Registered<TcpListener>);

#[cfg(unix)]
impl Tcp {
    fn new(listener: TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Registered::new(listener).map(Self)
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.0.poll_accept(cx, |listener| {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            Ok((stream, peer))
        })
    }
}

#[cfg(not(unix))]
pub(super) struct Tcp(tokio::net::TcpListener);

#[cfg(not(unix))]
impl Tcp {
    fn new(listener: TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(listener).map(Self)
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let (stream, peer) = std::task::ready!(self.0.poll_accept(cx))?;
        Poll::Ready(stream.into_std().map(|stream| (stream, peer)))
    }
}

/// Whether only this connection failed, and not accepting as such (accept(2), "Error
/// handling").
pub(super) fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_have_their_turns() {
        let mut turn = Turn::default();
        let mut served = [0; 3];
        // Each of them always has a connection.
        for _ in 0..300 {
            let listener = turn.order(3).next().unwrap();
            served[listener] += 1;
            turn.served(listener);
        }
        assert_eq!(served, [100; 3]);
        turn.served(1);
        assert_eq!(turn.order(3).collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!(turn.order(0).next(), None);
    }

    #[test]
    fn clients_of_ipv4_have_addresses_of_ipv4() {
        let rows = [
            ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
            ("[fe80::1%2]:80", "[fe80::1%2]:80"),
            ("[::1]:80", "[::1]:80"),
        ];
        for (peer, shown) in rows {
            assert_eq!(without_mapping(peer.parse().unwrap()).to_string(), shown);
        }
    }
}
