//! The granted addresses, bound once.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::Tls;
#[cfg(feature = "tls")]
use super::endpoint::LISTEN_TLS;
use super::endpoint::{Endpoint, LISTEN, Secured};
use super::handover::StreamListener;
use super::trusted::TrustedPeers;
use super::unsent::{self, UnsentBudget};
use crate::error::Error;
use crate::limits;

/// Bound listeners. They outlive every instance that accepts connections from them.
#[derive(Debug)]
pub struct Listeners {
    pub(crate) listeners: Vec<Listener>,
    /// Read when they are bound: later the process may be confined.
    pub(crate) unsent: UnsentBudget,
}

/// A listener, and what the component is told of it.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) socket: ListenerSocket,
    /// Name of the argument that tells the component its address.
    told_as: String,
    proxies: Option<TrustedPeers>,
    tls: Option<Tls>,
}

#[derive(Debug)]
pub(crate) enum ListenerSocket {
    Tcp(TcpListener),
    Streams(StreamListener),
}

impl Default for Listeners {
    /// Returns no listener.
    fn default() -> Self {
        Self {
            listeners: Vec::new(),
            unsent: UnsentBudget::of_this_system(),
        }
    }
}

impl Listeners {
    /// Binds the addresses and listens on them. Port 0 lets the system pick a free port:
    /// see [`Listeners::addresses`].
    ///
    /// # Errors
    /// [`Error::Bind`] with the first address that cannot be bound.
    pub fn bind(addresses: &[SocketAddr]) -> Result<Self, Error> {
        let bind = |&address| listen(address).map_err(|source| Error::Bind { address, source });
        let listeners = addresses.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(listeners.into_iter().map(ListenerSocket::Tcp)))
    }

    /// Takes over descriptors of listening TCP sockets that another process has handed down,
    /// for example a service manager.
    ///
    /// # Errors
    /// [`Error::Inherit`] with the first one that is not a listening TCP socket.
    #[cfg(unix)]
    pub fn inherit(
        descriptors: impl IntoIterator<Item = std::os::fd::OwnedFd>,
    ) -> Result<Self, Error> {
        let listeners = descriptors.into_iter().map(inherited);
        let listeners = listeners.collect::<Result<Vec<_>, _>>()?;
        Ok(listeners.into())
    }

    fn of(sockets: impl Iterator<Item = ListenerSocket>) -> Self {
        let listener = |socket| Listener {
            socket,
            told_as: LISTEN.to_owned(),
            proxies: None,
            tls: None,
        };
        Self {
            listeners: sockets.map(listener).collect(),
            unsent: UnsentBudget::of_this_system(),
        }
    }

    /// Adds the listeners of `others`, in their order.
    pub fn append(&mut self, others: impl Into<Self>) {
        self.listeners.extend(others.into().listeners);
    }

    /// Tells the component of these listeners by `--NAME=ADDRESS` instead of
    /// `--listen=ADDRESS`, because it has another service for them.
    #[must_use]
    pub fn told_as(mut self, name: &str) -> Self {
        for listener in &mut self.listeners {
            name.clone_into(&mut listener.told_as);
        }
        self
    }

    /// Has each connection to these listeners begin with a header of the PROXY protocol, version
    /// 1 or 2, from a peer that is trusted. The client that the header names takes the place of
    /// the peer, also for [`Limits::per_address`](crate::Limits::per_address). All other
    /// connections are closed. A Unix socket's peer has no address.
    #[must_use]
    pub fn with_proxy_protocol(
        mut self,
        is_trusted: impl Fn(Option<IpAddr>) -> bool + Send + Sync + 'static,
    ) -> Self {
        let trusted = TrustedPeers::new(is_trusted);
        for listener in &mut self.listeners {
            listener.proxies = Some(trusted.clone());
        }
        self
    }

    /// Has these listeners speak TLS. Listeners for streams of the embedder stay as they are.
    ///
    /// The component gets decrypted connections, and is told of these listeners by
    /// `--listen-tls=ADDRESS`. A client that does not begin with TLS may have mistaken the
    /// port. Its bytes go to another listener unchanged, of which the component is told by
    /// `--listen-misdirected=ADDRESS` (an address that leads nowhere). If the component does
    /// not listen there, such connections are closed.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls(mut self, tls: &Tls) -> Self {
        for listener in &mut self.listeners {
            if let ListenerSocket::Tcp(_) = listener.socket {
                listener.tls = Some(tls.clone());
                LISTEN_TLS.clone_into(&mut listener.told_as);
            }
        }
        self
    }

    /// Returns what the component is told of them, in their order.
    ///
    /// # Errors
    /// As for [`Listeners::addresses`].
    pub(crate) fn endpoints(&self) -> io::Result<Vec<Endpoint>> {
        let numbered = self.listeners.iter().enumerate();
        let endpoint = |(number, listener): (usize, &Listener)| {
            let address = listener.address()?;
            let secured = |tls: &Tls| Secured::new(tls.clone(), number, address.port());
            Ok(Endpoint {
                address,
                told_as: listener.told_as.clone(),
                proxies: listener.proxies.clone(),
                secured: listener.tls.as_ref().map(secured),
            })
        };
        numbered.map(endpoint).collect()
    }

    /// Returns the addresses as bound, in the order in which they were given.
    ///
    /// # Errors
    /// When the operating system no longer knows a listener.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(Listener::address).collect()
    }
}

impl Listener {
    fn address(&self) -> io::Result<SocketAddr> {
        match &self.socket {
            ListenerSocket::Tcp(listener) => listener.local_addr(),
            ListenerSocket::Streams(listener) => Ok(listener.address),
        }
    }
}

/// Takes over listeners that are already bound, for example by a test or a service
/// manager.
impl From<Vec<TcpListener>> for Listeners {
    fn from(listeners: Vec<TcpListener>) -> Self {
        for listener in &listeners {
            unsent::bound(listener, limits::UNSENT_BYTES);
            // As for the listeners that are bound here. A system that cannot do it serves
            // all the same.
            let _ = SockRef::from(listener).set_tcp_nodelay(true);
        }
        Self::of(listeners.into_iter().map(ListenerSocket::Tcp))
    }
}

/// Takes over a listener for streams of the embedder.
impl From<StreamListener> for Listeners {
    fn from(listener: StreamListener) -> Self {
        Self::of(std::iter::once(ListenerSocket::Streams(listener)))
    }
}

/// Checks that a descriptor is a listening TCP socket: one that is not would fail with each
/// attempt to accept.
#[cfg(unix)]
fn inherited(descriptor: std::os::fd::OwnedFd) -> Result<TcpListener, Error> {
    use std::os::fd::AsRawFd as _;

    let number = descriptor.as_raw_fd();
    let failed = |reason: &str| Error::Inherit {
        descriptor: number,
        source: io::Error::other(reason.to_owned()),
    };
    let socket = SockRef::from(&descriptor);
    let system = |source| Error::Inherit {
        descriptor: number,
        source,
    };
    let address = socket.local_addr().map_err(system)?;
    if address.as_socket().is_none() || socket.r#type().map_err(system)? != Type::STREAM {
        return Err(failed("it is not a TCP socket"));
    }
    // Other systems do not tell.
    #[cfg(any(target_os = "android", target_os = "freebsd", target_os = "linux"))]
    if !socket.is_listener().map_err(system)? {
        return Err(failed("it does not listen"));
    }
    Ok(TcpListener::from(descriptor))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // On Windows the option would let a second server steal the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` must not take the IPv4 port that another `--bind` names.
        socket.set_only_v6(true)?;
    }
    // Small responses must not wait for the peer's acknowledgement. Accepted connections
    // inherit the option.
    socket.set_tcp_nodelay(true)?;
    let listener = TcpListener::from(socket);
    unsent::bound(&listener, limits::UNSENT_BYTES);
    let socket = SockRef::from(&listener);
    socket.bind(&address.into())?;
    socket.listen(limits::BACKLOG)?;
    Ok(listener)
}
