//! The states of a `tcp-socket`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::accept::inbox::{Accepted, Inbox};
use crate::accept::load::ConnectionPermit;
use crate::net::stream::{self, TlsVersion};

/// The direction from the client, and the direction to it.
pub(crate) type ReadHalf = stream::ReadHalf<ConnectionPermit>;
pub(crate) type WriteHalf = stream::WriteHalf<ConnectionPermit>;
/// A way to send beside the half.
pub(crate) type Sender = stream::Sender<ConnectionPermit>;

/// A socket that is created, bound to a granted listener, listening, or accepted. A
/// created socket never becomes a connection, because no code connects.
// `pub` for the generated code, which re-exports it within this crate.
pub enum Socket {
    Unbound { is_ipv4: bool },
    Bound(Inbox),
    Listening,
    Accepted(Connection),
}

/// Reason why a socket refuses a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No listener was granted for the address.
    NotGranted,
    /// The address and the socket are of different families.
    OtherFamily,
    /// The listener already has a stream of connections.
    InUse,
    /// The socket is in another state, or the call is allowed only once.
    InvalidState,
}

impl Socket {
    /// Binds to the listener that was found for the address, if there is one.
    pub(super) fn bind(&mut self, inbox: Option<Inbox>) -> Result<(), Refusal> {
        let Self::Unbound { is_ipv4 } = *self else {
            return Err(Refusal::InvalidState);
        };
        let inbox = inbox.ok_or(Refusal::NotGranted)?;
        if inbox.address().is_ipv4() != is_ipv4 {
            return Err(Refusal::OtherFamily);
        }
        *self = Self::Bound(inbox);
        Ok(())
    }

    pub(super) fn listen(&mut self) -> Result<Inbox, Refusal> {
        match std::mem::replace(self, Self::Listening) {
            Self::Bound(inbox) if inbox.take() => Ok(inbox),
            Self::Bound(inbox) => {
                *self = Self::Bound(inbox);
                Err(Refusal::InUse)
            }
            other => {
                *self = other;
                Err(Refusal::InvalidState)
            }
        }
    }

    pub(super) fn connection(&self) -> Result<&Connection, Refusal> {
        match self {
            Self::Accepted(connection) => Ok(connection),
            _ => Err(Refusal::InvalidState),
        }
    }

    pub(super) fn take_receiver(&mut self) -> Result<ReadHalf, Refusal> {
        match self {
            Self::Accepted(connection) => connection.receiver.take().ok_or(Refusal::InvalidState),
            _ => Err(Refusal::InvalidState),
        }
    }

    pub(super) fn take_sender(&mut self) -> Result<WriteHalf, Refusal> {
        match self {
            Self::Accepted(connection) => connection.sender.take().ok_or(Refusal::InvalidState),
            _ => Err(Refusal::InvalidState),
        }
    }

    /// Returns the way to send behind what its stream has delivered, unless that has ended or
    /// has not begun.
    pub(super) fn sender(&self) -> Option<Sender> {
        match self {
            Self::Accepted(connection) if connection.sender.is_none() => {
                connection.beside.upgrade()
            }
            _ => None,
        }
    }
}

/// Address of a peer that has none, or whose address is not known.
const NO_PEER: SocketAddr = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0);

/// An accepted connection. Each direction can be taken once.
pub struct Connection {
    peer: SocketAddr,
    tls: TlsVersion,
    receiver: Option<ReadHalf>,
    sender: Option<WriteHalf>,
    beside: stream::WeakSender<ConnectionPermit>,
}

impl From<Accepted> for Connection {
    fn from(accepted: Accepted) -> Self {
        let (receiver, sender) = stream::split(accepted.stream, accepted.permit);
        Self {
            peer: accepted.peer.unwrap_or(NO_PEER),
            tls: accepted.tls,
            beside: sender.sender(),
            receiver: Some(receiver),
            sender: Some(sender),
        }
    }
}

impl Connection {
    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub(super) fn tls(&self) -> TlsVersion {
        self.tls
    }
}
