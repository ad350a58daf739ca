//! A connection of a client, plain or over TLS.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

use anyhow::{Context, Result};

use super::secure::{Secure, Security};

/// Address of a server, and what a client needs to speak to it.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    security: Option<Security>,
}

impl Door {
    pub(crate) fn plain(address: SocketAddr) -> Self {
        Self {
            address,
            security: None,
        }
    }

    pub(crate) fn secured(address: SocketAddr, security: Security) -> Self {
        Self {
            address,
            security: Some(security),
        }
    }

    /// Returns the same for a client of its own.
    pub(crate) fn of_one_client(&self) -> Self {
        Self {
            address: self.address,
            security: self.security.as_ref().map(Security::of_one_client),
        }
    }
}

pub(super) struct Link {
    pub(super) tcp: TcpStream,
    secure: Option<Secure>,
}

impl Link {
    /// Connects. This blocks, but on the loopback only for microseconds unless the server's
    /// backlog is full. A handshake begins with the first bytes that are sent.
    pub(super) fn connect(door: &Door) -> Result<Self> {
        let tcp = TcpStream::connect(door.address).context("cannot connect")?;
        tcp.set_nodelay(true)?;
        tcp.set_nonblocking(true)?;
        let secure = door.security.as_ref().map(Secure::new).transpose()?;
        Ok(Self { tcp, secure })
    }

    /// Sends a request. It is far smaller than the buffer of an empty socket, so it can't
    /// be sent in part or block. During a handshake it is kept until the end of it.
    pub(super) fn send(&mut self, request: &str) -> Result<()> {
        match &mut self.secure {
            None => self.tcp.write_all(request.as_bytes()),
            Some(secure) => secure.send(&mut self.tcp, request),
        }
        .context("cannot send")
    }

    /// Reads once. `WouldBlock` also means that a part of a handshake or of a record was
    /// read.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.secure {
            None => self.tcp.read(buffer),
            Some(secure) => secure.read(&mut self.tcp, buffer),
        }
    }

    /// Whether this was a whole handshake, although it should have resumed a session.
    pub(super) fn failed_to_resume(&self) -> bool {
        self.secure.as_ref().is_some_and(Secure::failed_to_resume)
    }
}
