//! The filter that begins TLS.

use std::io;
use std::sync::Arc;

use rustls::{ProtocolVersion, ServerConfig};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::turns::Rank;
use crate::net::stream::TlsVersion;
use crate::report::handshakes::Outcome;

/// First byte of a TLS connection: the content type of a handshake (RFC 8446 §5.1).
pub(super) const HANDSHAKE: u8 = 0x16;

/// The beginning of a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Start {
    /// A record that may be the first one of a handshake.
    Handshake,
    /// A record that begins no handshake. Its client gets an alert.
    Malformed,
    /// Something other than TLS.
    Other,
}

impl Start {
    /// Reads the start of what has arrived: the header of a record (RFC 8446 §5.1), and the
    /// type and the length of its message (§4), as far as they are there.
    fn of(first: &[u8]) -> Self {
        let Some((&HANDSHAKE, rest)) = first.split_first() else {
            return Self::Other;
        };
        let is_expected = |(place, byte): (usize, &u8)| match (place, *byte) {
            // Major version 3, and at most 16 KiB.
            (0, byte) => byte == 3,
            (2, byte) => byte <= 0x40,
            // A client's hello, shorter than 64 KiB.
            (4, byte) => byte == 1,
            (5, byte) => byte == 0,
            _ => true,
        };
        match rest.iter().enumerate().all(is_expected) {
            true => Self::Handshake,
            false => Self::Malformed,
        }
    }

    /// A client that begins as a browser does goes before others: in a flood of anything else, the
    /// clients that the server is for would wait behind it.
    pub(super) fn rank(self) -> Rank {
        match self {
            Self::Handshake => Rank::First,
            Self::Malformed | Self::Other => Rank::Last,
        }
    }
}

/// Begins TLS.
///
/// # Errors
/// When the client's part is malformed, or the two have nothing in common.
pub(super) async fn secure(
    stream: TcpStream,
    config: Arc<ServerConfig>,
) -> io::Result<TlsStream<TcpStream>> {
    let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
    let asked = acceptor.await?;
    // A signature takes up to milliseconds of the worker's thread, and so has a turn of its
    // own.
    yield_now().await;
    asked.into_stream(config).await
}

/// Returns the version that a handshake has chosen. No other than these is offered.
pub(super) fn version(stream: &TlsStream<TcpStream>) -> TlsVersion {
    let (_, connection) = stream.get_ref();
    match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => TlsVersion::Tls12,
        _ => TlsVersion::Tls13,
    }
}

/// Returns why a handshake has failed.
pub(super) fn failure(error: &io::Error) -> Outcome {
    let reason = error.get_ref().and_then(|error| error.downcast_ref());
    match (error.kind(), reason) {
        (_, Some(rustls::Error::AlertReceived(_))) => Outcome::Alert,
        (io::ErrorKind::InvalidData, _) | (_, Some(_)) => Outcome::Protocol,
        _ => Outcome::Closed,
    }
}

/// Looks at the first bytes without taking them. Returns `None` at the end.
///
/// # Errors
/// When the connection is broken.
pub(super) async fn start(stream: &TcpStream) -> io::Result<Option<Start>> {
    let mut first = [0; 7];
    let length = stream.peek(&mut first).await?;
    let first = first.get(..length).filter(|first| !first.is_empty());
    Ok(first.map(Start::of))
}

#[cfg(test)]
mod tests {
    use super::Start::{self, Handshake, Malformed, Other};

    #[test]
    fn only_the_start_of_a_handshake_goes_before_others() {
        let cases: &[(&[u8], Start)] = &[
            (b"\x16\x03\x01\x02\x00\x01\x00", Handshake),
            (b"\x16\x03\x03\x00\x40\x01\x00", Handshake),
            (b"\x16\x03\x01", Handshake),
            (b"\x16", Handshake),
            (b"\x16\x02\x00\x00\x40\x01\x00", Malformed),
            (b"\x16\x03\x01\xff\xff\x01\x00", Malformed),
            (b"\x16\x03\x01\x02\x00\x02\x00", Malformed),
            (b"\x16\x03\x01\x02\x00\x01\xff", Malformed),
            (b"\x15\x03\x01\x00\x02\x02\x28", Other),
            (b"plain b", Other),
        ];
        for (first, start) in cases {
            assert_eq!(Start::of(first), *start, "{first:x?}");
        }
    }
}
