//! A client that speaks TLS.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};

use super::certificate::Certificate;
use crate::support::{Response, TIMEOUT};

/// A connection whose certificate was verified.
pub struct Secure(StreamOwned<ClientConnection, TcpStream>);

/// Returns the settings of a client that trusts these certificates.
pub fn client(roots: RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

impl Secure {
    /// Connects to `localhost`.
    pub fn connect(address: SocketAddr, certificate: &Certificate) -> Self {
        Self::to(address, "localhost", &client(certificate.trusted())).unwrap()
    }

    /// Connects to `localhost`, and sends a header before the handshake.
    pub fn behind(address: SocketAddr, certificate: &Certificate, header: &[u8]) -> Self {
        let mut tcp = TcpStream::connect(address).unwrap();
        tcp.write_all(header).unwrap();
        Self::over(tcp, "localhost", &client(certificate.trusted())).unwrap()
    }

    /// Connects to the server of this name.
    ///
    /// # Errors
    /// When the handshake fails.
    pub fn to(
        address: SocketAddr,
        name: &'static str,
        client: &Arc<ClientConfig>,
    ) -> Result<Self, std::io::Error> {
        Self::over(TcpStream::connect(address)?, name, client)
    }

    fn over(
        tcp: TcpStream,
        name: &'static str,
        client: &Arc<ClientConfig>,
    ) -> Result<Self, std::io::Error> {
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(TIMEOUT))?;
        tcp.set_write_timeout(Some(TIMEOUT))?;
        let name = ServerName::try_from(name).unwrap();
        let tls = ClientConnection::new(Arc::clone(client), name).unwrap();
        let mut stream = StreamOwned::new(tls, tcp);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self(stream))
    }

    /// Whether the handshake has resumed an earlier session.
    pub fn is_resumed(&self) -> bool {
        self.0.conn.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// Returns the server's certificate.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.0.conn.peer_certificates().unwrap()[0]
            .clone()
            .into_owned()
    }

    /// Asks for a target, and reads the response. The connection stays open.
    pub fn get(&mut self, target: &str, fields: &str) -> Response {
        // In one record.
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
        self.0.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        head.truncate(head.len() - 4);
        let mut response = Response::parse(&String::from_utf8(head).unwrap());
        let length = response.field("Content-Length").unwrap_or("0");
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        response.body = body;
        response
    }
}
