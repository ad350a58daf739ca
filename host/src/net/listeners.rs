//! The granted addresses, bound once.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

use socket2::SockRef;

use super::Tls;
#[cfg(feature = "tls")]
use super::endpoint::LISTEN_TLS;
#[cfg(unix)]
use super::endpoint::LISTEN_UNIX;
use super::endpoint::{Endpoint, LISTEN, Secured};
use super::handover::StreamListener;
use super::tcp;
use super::trusted::TrustedPeers;
#[cfg(unix)]
use super::unix::{self, UnixOptions};
use super::unsent::{self, UnsentBudget};
use crate::error::Error;
use crate::limits;
use crate::place::Place;

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
    #[cfg(unix)]
    Unix(unix::Listener),
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
    /// Binds the addresses and listens on them. Port 0 lets the system pick a free port,
    /// the same for all addresses with port 0: see [`Listeners::addresses`].
    ///
    /// `[::]` takes connections of IPv4, too, where the system can do that, unless `addresses`
    /// has one of IPv4 with the same port.
    ///
    /// # Errors
    /// [`Error::Bind`] with the first address that cannot be bound.
    pub fn bind(addresses: &[SocketAddr]) -> Result<Self, Error> {
        let listeners = tcp::bind(addresses)?;
        Ok(Self::of(listeners.into_iter().map(ListenerSocket::Tcp)))
    }

    /// Makes a Unix socket at `path` and listens on it. A socket that a server has left behind
    /// there is replaced. The file is removed when the listener is dropped, at the latest
    /// when the server has ended, unless the process is confined by then: [`confine`] takes
    /// away the right to remove files.
    ///
    /// Clients of a Unix socket have no address. They count for no limit of addresses, and the
    /// component sees `[::]:0` in its place. The component knows the listener by an address
    /// that the library makes up, which [`Listeners::places`] has, and is told of it by
    /// `--listen-unix=ADDRESS`.
    ///
    /// [`confine`]: crate::confine
    ///
    /// # Errors
    /// [`Error::BindUnix`] when the path is too long, the folder does not exist, a server
    /// listens there already, the file there is no socket, or its mode or owner cannot be set.
    #[cfg(unix)]
    pub fn bind_unix(
        path: impl AsRef<std::path::Path>,
        options: &UnixOptions,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let listener = unix::Listener::bind(path, options);
        let listener = listener.map_err(|source| Error::BindUnix {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::of(std::iter::once(ListenerSocket::Unix(listener))))
    }

    /// Takes over descriptors of listening sockets, of TCP or of Unix, that another process has
    /// handed down, for example a service manager. The file of such a Unix socket stays.
    ///
    /// # Errors
    /// [`Error::Inherit`] with the first one that is not a listening socket for streams.
    #[cfg(unix)]
    pub fn inherit(
        descriptors: impl IntoIterator<Item = std::os::fd::OwnedFd>,
    ) -> Result<Self, Error> {
        let listeners = descriptors.into_iter().map(inherited);
        let listeners = listeners.collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(listeners.into_iter()))
    }

    fn of(sockets: impl Iterator<Item = ListenerSocket>) -> Self {
        let listener = |socket: ListenerSocket| Listener {
            told_as: socket.told_as().to_owned(),
            socket,
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

    /// Takes away the listeners from the one that is `at`th on, counted from 0.
    #[must_use]
    pub fn split_off(&mut self, at: usize) -> Self {
        Self {
            listeners: self.listeners.split_off(at.min(self.listeners.len())),
            unsent: self.unsent,
        }
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
            let address = listener.socket.place()?.address();
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
        Ok(self.places()?.iter().map(Place::address).collect())
    }

    /// Returns where they accept connections, in the order in which that was given.
    ///
    /// # Errors
    /// As for [`Listeners::addresses`].
    pub fn places(&self) -> io::Result<Vec<Place>> {
        let sockets = self.listeners.iter().map(|listener| &listener.socket);
        sockets.map(ListenerSocket::place).collect()
    }
}

impl ListenerSocket {
    /// Returns the name of the argument that tells a component of it, unless it is told
    /// otherwise.
    fn told_as(&self) -> &'static str {
        match self {
            #[cfg(unix)]
            Self::Unix(_) => LISTEN_UNIX,
            Self::Tcp(_) | Self::Streams(_) => LISTEN,
        }
    }

    fn place(&self) -> io::Result<Place> {
        Ok(match self {
            Self::Tcp(listener) => {
                let address = listener.local_addr()?;
                Place::Tcp {
                    address,
                    with_ipv4: tcp::is_dual_stack(listener, address.ip()),
                }
            }
            #[cfg(unix)]
            Self::Unix(listener) => listener.place(),
            Self::Streams(listener) => Place::Streams {
                address: listener.address,
            },
        })
    }
}

/// A listener of TCP that is already bound.
impl From<TcpListener> for ListenerSocket {
    fn from(listener: TcpListener) -> Self {
        unsent::bound(&listener, limits::UNSENT_BYTES);
        // As for the listeners that are bound here. A system that cannot do it serves all the
        // same.
        let _ = SockRef::from(&listener).set_tcp_nodelay(true);
        Self::Tcp(listener)
    }
}

/// Takes over listeners that are already bound, for example by a test or a service
/// manager.
impl From<Vec<TcpListener>> for Listeners {
    fn from(listeners: Vec<TcpListener>) -> Self {
        Self::of(listeners.into_iter().map(ListenerSocket::from))
    }
}

/// Takes over a listener for streams of the embedder.
impl From<StreamListener> for Listeners {
    fn from(listener: StreamListener) -> Self {
        Self::of(std::iter::once(ListenerSocket::Streams(listener)))
    }
}

/// Checks that a descriptor is a listening socket for streams: one that is not would fail with
/// each attempt to accept.
#[cfg(unix)]
fn inherited(descriptor: std::os::fd::OwnedFd) -> Result<ListenerSocket, Error> {
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
    let is_known = address.as_socket().is_some() || address.is_unix();
    if !is_known || socket.r#type().map_err(system)? != socket2::Type::STREAM {
        return Err(failed("it is no socket for streams of TCP or Unix"));
    }
    // Other systems do not tell.
    #[cfg(any(target_os = "android", target_os = "freebsd", target_os = "linux"))]
    if !socket.is_listener().map_err(system)? {
        return Err(failed("it does not listen"));
    }
    match address.is_unix() {
        true => {
            let listener = unix::Listener::inherited(descriptor.into());
            listener.map(ListenerSocket::Unix).map_err(system)
        }
        false => Ok(TcpListener::from(descriptor).into()),
    }
}
