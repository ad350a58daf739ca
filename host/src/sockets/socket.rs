//! The states of a `tcp-socket`.

use std::net::{SocketAddr, TcpStream};

use super::Inbox;
use super::stream::{ReadHalf, WriteHalf, split};
use crate::bindings::wasi::sockets::types::{ErrorCode, IpAddressFamily};
use crate::load::Ticket;

/// Created, bound to a granted listener, listening, or accepted. There is no way
/// from one to the other end: nothing here connects.
// `pub` for the generated code, which re-exports it within this crate.
pub enum Socket {
    Unbound(IpAddressFamily),
    Bound(Inbox),
    Listening,
    Accepted(Connection),
}

impl Socket {
    /// Binds to the listener that was found for the address, if any was granted.
    pub(super) fn bind(&mut self, inbox: Option<Inbox>) -> Result<(), ErrorCode> {
        let Self::Unbound(family) = *self else {
            return Err(ErrorCode::InvalidState);
        };
        let inbox = inbox.ok_or(ErrorCode::AccessDenied)?;
        if inbox.address().is_ipv4() != (family == IpAddressFamily::Ipv4) {
            return Err(ErrorCode::InvalidArgument);
        }
        *self = Self::Bound(inbox);
        Ok(())
    }

    pub(super) fn listen(&mut self) -> Result<Inbox, ErrorCode> {
        match std::mem::replace(self, Self::Listening) {
            Self::Bound(inbox) if inbox.take() => Ok(inbox),
            Self::Bound(inbox) => {
                *self = Self::Bound(inbox);
                Err(ErrorCode::AddressInUse)
            }
            other => {
                *self = other;
                Err(ErrorCode::InvalidState)
            }
        }
    }

    pub(super) fn connection(&self) -> Result<&Connection, ErrorCode> {
        match self {
            Self::Accepted(connection) => Ok(connection),
            _ => Err(ErrorCode::InvalidState),
        }
    }

    pub(super) fn take_receiver(&mut self) -> Result<ReadHalf, ErrorCode> {
        match self {
            Self::Accepted(connection) => connection.receiver.take().ok_or(ErrorCode::InvalidState),
            _ => Err(ErrorCode::InvalidState),
        }
    }

    pub(super) fn take_sender(&mut self) -> Result<WriteHalf, ErrorCode> {
        match self {
            Self::Accepted(connection) => connection.sender.take().ok_or(ErrorCode::InvalidState),
            _ => Err(ErrorCode::InvalidState),
        }
    }
}

/// An accepted connection, its directions not yet taken.
pub struct Connection {
    peer: SocketAddr,
    receiver: Option<ReadHalf>,
    sender: Option<WriteHalf>,
}

impl Connection {
    /// `stream` is non-blocking.
    pub(crate) fn new(stream: TcpStream, peer: SocketAddr, ticket: Ticket) -> Self {
        let (receiver, sender) = split(stream, ticket);
        Self {
            peer,
            receiver: Some(receiver),
            sender: Some(sender),
        }
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }
}
