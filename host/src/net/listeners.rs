//! The granted addresses, bound once.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::unsent::{self, UnsentBudget};
use crate::error::Error;
use crate::limits;

/// Listeners that outlive every instance that is served from them.
#[derive(Debug)]
pub struct Listeners {
    pub(crate) listeners: Vec<TcpListener>,
    /// Read when they are bound: later the process may be confined.
    pub(crate) unsent: UnsentBudget,
}

impl Listeners {
    /// Binds and listens. Port 0 lets the system pick one: see
    /// [`Listeners::addresses`].
    ///
    /// # Errors
    /// [`Error::Bind`] with the first address that can't be had.
    pub fn bind(addresses: &[SocketAddr]) -> Result<Self, Error> {
        let bind = |&address| listen(address).map_err(|source| Error::Bind { address, source });
        let listeners = addresses.iter().map(bind).collect::<Result<_, _>>()?;
        Ok(Self {
            listeners,
            unsent: UnsentBudget::of_this_system(),
        })
    }

    /// The addresses as bound, in the order in which they were given.
    ///
    /// # Errors
    /// When the operating system no longer knows a listener.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(TcpListener::local_addr).collect()
    }
}

/// Takes over listeners that someone else has bound: a test, a service manager.
impl From<Vec<TcpListener>> for Listeners {
    fn from(listeners: Vec<TcpListener>) -> Self {
        for listener in &listeners {
            unsent::bound(listener, limits::UNSENT_BYTES);
        }
        Self {
            listeners,
            unsent: UnsentBudget::of_this_system(),
        }
    }
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
    // Small answers must not wait for the peer's acknowledgement; what is accepted
    // inherits it.
    socket.set_tcp_nodelay(true)?;
    let listener = TcpListener::from(socket);
    unsent::bound(&listener, limits::UNSENT_BYTES);
    let socket = SockRef::from(&listener);
    socket.bind(&address.into())?;
    socket.listen(limits::BACKLOG)?;
    Ok(listener)
}
