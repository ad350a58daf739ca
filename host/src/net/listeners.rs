//! The granted addresses, bound once.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::unsent::{self, UnsentBudget};
use crate::error::Error;
use crate::limits;

/// Bound listeners. They outlive every instance that accepts connections from them.
#[derive(Debug)]
pub struct Listeners {
    pub(crate) listeners: Vec<TcpListener>,
    /// Read when they are bound: later the process may be confined.
    pub(crate) unsent: UnsentBudget,
}

impl Listeners {
    /// Binds the addresses and listens on them. Port 0 lets the system pick a free port:
    /// see [`Listeners::addresses`].
    ///
    /// # Errors
    /// [`Error::Bind`] with the first address that cannot be bound.
    pub fn bind(addresses: &[SocketAddr]) -> Result<Self, Error> {
        let bind = |&address| listen(address).map_err(|source| Error::Bind { address, source });
        let listeners = addresses.iter().map(bind).collect::<Result<_, _>>()?;
        Ok(Self {
            listeners,
            unsent: UnsentBudget::of_this_system(),
        })
    }

    /// Returns the addresses as bound, in the order in which they were given.
    ///
    /// # Errors
    /// When the operating system no longer knows a listener.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(TcpListener::local_addr).collect()
    }
}

/// Takes over listeners that are already bound, for example by a test or a service
/// manager.
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
