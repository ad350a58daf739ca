//! The filter that begins TLS.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::turns::Turns;

/// First byte of a TLS connection: the content type of a handshake (RFC 8446 §5.1).
pub(super) const HANDSHAKE: u8 = 0x16;

/// Begins TLS.
///
/// # Errors
/// When the client's part is malformed, or the two have nothing in common.
pub(super) async fn secure(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    turns: &Turns,
) -> io::Result<TlsStream<TcpStream>> {
    let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
    let asked = acceptor.await?;
    let mut handshake = pin!(asked.into_stream(config));
    // A signature takes up to milliseconds of the worker's thread. Between two of them the
    // component has its turn, however many clients ask at once.
    match turns.next().await.spend(handshake.as_mut()).await {
        Poll::Ready(secured) => secured,
        Poll::Pending => handshake.await,
    }
}

/// Returns the first byte without taking it, or `None` at the end.
pub(super) async fn first_byte(stream: &TcpStream) -> io::Result<Option<u8>> {
    let mut first = [0];
    let length = stream.peek(&mut first).await?;
    Ok((length > 0).then_some(first[0]))
}
