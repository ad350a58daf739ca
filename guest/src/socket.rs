//! An accepted connection: bytes in, bytes out, and how it ended.

use alloc::vec::Vec;
use core::net::SocketAddr;

use wit_bindgen::rt::async_support::{FutureReader, StreamReader, StreamResult, StreamWriter};

use crate::address;
use crate::bindings::wasi::sockets::types::{ErrorCode, TcpSocket};
use crate::bindings::wit_stream;
use crate::deadlines::{Expired, Watch};
use crate::limits::STALLED_WRITE_SECONDS;

type Outcome = FutureReader<Result<(), ErrorCode>>;

/// Both directions of a connection.
///
/// The order of the fields is the order of dropping: the streams are children of
/// the socket.
pub struct Socket {
    reader: StreamReader<u8>,
    writer: StreamWriter<u8>,
    received: Option<Outcome>,
    sent: Option<Outcome>,
    peer: Option<SocketAddr>,
    _socket: TcpSocket,
}

/// Why no more bytes come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer has said that it sends no more.
    Finished,
    /// The peer has vanished without a word: a reset.
    Reset,
    /// Anything else that a network can do.
    Failed,
    /// A deadline of ours has passed.
    Expired,
}

impl Socket {
    pub fn new(socket: TcpSocket) -> Self {
        let (writer, data) = wit_stream::new();
        let sent = socket.send(data);
        let (reader, received) = socket.receive();
        let peer = socket.get_remote_address().ok().map(address::from_wasi);
        let (received, sent) = (Some(received), Some(sent));
        Self {
            reader,
            writer,
            received,
            sent,
            peer,
            _socket: socket,
        }
    }

    /// Where the peer is; `None` when it had already gone.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// Appends what has arrived to `buffer`, as much as it has room for; waits
    /// when nothing has.
    pub async fn read(&mut self, buffer: &mut Vec<u8>) -> Result<usize, End> {
        let (result, filled) = self.reader.read(core::mem::take(buffer)).await;
        *buffer = filled;
        self.read_result(result).await
    }

    async fn read_result(&mut self, result: StreamResult) -> Result<usize, End> {
        match result {
            StreamResult::Complete(count) => Ok(count),
            StreamResult::Dropped | StreamResult::Cancelled => Err(end(&mut self.received).await),
        }
    }

    /// Writes all of `buffer` and gives it back, empty. `watch` bounds the time
    /// without progress: each byte that the peer takes starts it over.
    pub async fn write(&mut self, buffer: Vec<u8>, watch: &Watch<'_>) -> Result<Vec<u8>, End> {
        let mut write = self.writer.write(buffer);
        loop {
            let stalled = watch.until(watch.after(STALLED_WRITE_SECONDS), write).await;
            let (result, rest) = stalled.map_err(|Expired| End::Expired)?;
            match result {
                StreamResult::Complete(_) if rest.remaining() == 0 => {
                    let mut buffer = rest.into_vec();
                    buffer.clear();
                    return Ok(buffer);
                }
                StreamResult::Complete(_) => write = self.writer.write_buf(rest),
                StreamResult::Dropped | StreamResult::Cancelled => {
                    return Err(end(&mut self.sent).await);
                }
            }
        }
    }

    /// Sends FIN; what is still read is the peer's to say.
    pub fn finish(self) -> Closing {
        let Self {
            reader,
            writer,
            received,
            sent,
            peer: _,
            _socket,
        } = self;
        drop(writer);
        Closing {
            reader,
            _received: received,
            _sent: sent,
            _socket,
        }
    }
}

/// A connection that only listens.
pub struct Closing {
    reader: StreamReader<u8>,
    _received: Option<Outcome>,
    _sent: Option<Outcome>,
    _socket: TcpSocket,
}

impl Closing {
    /// Reads and forgets; `None` when the peer has closed.
    pub async fn discard(&mut self, mut buffer: Vec<u8>) -> Option<(usize, Vec<u8>)> {
        buffer.clear();
        match self.reader.read(buffer).await {
            (StreamResult::Complete(count), buffer) => Some((count, buffer)),
            _ => None,
        }
    }
}

/// How a direction ended; asked once, for then the connection is over.
async fn end(outcome: &mut Option<Outcome>) -> End {
    let Some(outcome) = outcome.take() else {
        return End::Finished;
    };
    match outcome.await {
        Ok(()) => End::Finished,
        Err(
            ErrorCode::ConnectionReset | ErrorCode::ConnectionBroken | ErrorCode::ConnectionAborted,
        ) => End::Reset,
        Err(_) => End::Failed,
    }
}
