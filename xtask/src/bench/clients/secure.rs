//! The client's side of TLS. Both servers get the same offer, so that they do the same work:
//! TLS 1.3 with AES-128-GCM, X25519 and a certificate for ECDSA P-256.

use std::{
    io::{self, BufRead, Read, Write},
    net::TcpStream,
    sync::Arc,
};

use anyhow::{Context, Result};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, client::Resumption, crypto::ring,
    pki_types::CertificateDer, pki_types::ServerName, pki_types::pem::PemObject,
};

use super::load::Handshakes;

/// Name in the servers' certificates.
pub(crate) const SERVER_NAME: &str = "localhost";

/// Sessions that a client keeps: of one server, and as many as its store has for each.
const SESSIONS: usize = 8;

/// Bytes that are read from a socket at once.
const SEALED_BYTES: usize = 128 << 10;

/// Settings of clients, and the sessions that they may resume.
#[derive(Clone)]
pub(crate) struct Security {
    config: Arc<ClientConfig>,
    handshakes: Handshakes,
}

impl Security {
    /// Returns the settings of clients that trust an authority (PEM).
    pub(crate) fn new(authority: &[u8], handshakes: Handshakes) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority)?)?;
        let mut provider = ring::default_provider();
        provider.cipher_suites = vec![ring::cipher_suite::TLS13_AES_128_GCM_SHA256];
        provider.kx_groups = vec![ring::kx_group::X25519];
        let builder = ClientConfig::builder_with_provider(Arc::new(provider));
        let builder = builder.with_protocol_versions(&[&rustls::version::TLS13])?;
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        if handshakes == Handshakes::Full {
            config.resumption = Resumption::disabled();
        }
        Ok(Self {
            config: Arc::new(config),
            handshakes,
        })
    }

    /// Returns the same for a client of its own. A ticket of TLS 1.3 serves once, and a store
    /// keeps eight for each server, so many clients with one store would run out of them.
    pub(crate) fn of_one_client(&self) -> Self {
        let mut config = ClientConfig::clone(&self.config);
        if self.handshakes == Handshakes::Resumed {
            config.resumption = Resumption::in_memory_sessions(SESSIONS);
        }
        Self {
            config: Arc::new(config),
            handshakes: self.handshakes,
        }
    }
}

pub(super) struct Secure {
    session: ClientConnection,
    handshakes: Handshakes,
    /// Bytes from the socket that are not decrypted yet.
    sealed: Vec<u8>,
}

impl Secure {
    pub(super) fn new(security: &Security) -> Result<Self> {
        let name = ServerName::try_from(SERVER_NAME).context("no name of a server")?;
        Ok(Self {
            session: ClientConnection::new(Arc::clone(&security.config), name)?,
            handshakes: security.handshakes,
            sealed: vec![0; SEALED_BYTES],
        })
    }

    pub(super) fn send(&mut self, tcp: &mut TcpStream, request: &str) -> io::Result<()> {
        self.session.writer().write_all(request.as_bytes())?;
        self.write(tcp)
    }

    fn write(&mut self, tcp: &mut TcpStream) -> io::Result<()> {
        while self.session.wants_write() {
            self.session.write_tls(tcp)?;
        }
        Ok(())
    }

    pub(super) fn read(&mut self, tcp: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        let read = tcp.read(&mut self.sealed)?;
        if read == 0 {
            return Ok(0);
        }
        let mut sealed = self.sealed.get(..read).unwrap_or_default();
        let mut opened = 0;
        while !sealed.is_empty() {
            self.session.read_tls(&mut sealed)?;
            let state = self.session.process_new_packets();
            let state = state.map_err(io::Error::other)?;
            let mut left = state.plaintext_bytes_to_read();
            while left > 0 {
                let mut reader = self.session.reader();
                let bytes = reader.fill_buf()?;
                let room = buffer.get_mut(opened..).unwrap_or_default();
                let count = bytes.len().min(room.len());
                if count == 0 {
                    return Err(io::Error::other("more bytes than the buffer has room for"));
                }
                if let (Some(to), Some(from)) = (room.get_mut(..count), bytes.get(..count)) {
                    to.copy_from_slice(from);
                }
                reader.consume(count);
                opened += count;
                left -= count;
            }
        }
        self.write(tcp)?;
        match opened {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            opened => Ok(opened),
        }
    }

    pub(super) fn failed_to_resume(&self) -> bool {
        self.handshakes == Handshakes::Resumed
            && self.session.handshake_kind() != Some(HandshakeKind::Resumed)
    }
}
