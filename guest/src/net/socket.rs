//! An accepted connection: bytes in, bytes out, and how it ended.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::mem::take;
use core::net::SocketAddr;
use core::pin::pin;
use core::task::Poll;

use wit_bindgen::rt::async_support::{FutureReader, StreamReader, StreamResult, StreamWriter};

use super::address;
use super::send_rate::{BelowMinimum, SendRate};
use crate::bindings::wasi::sockets::types::{ErrorCode, TcpSocket};
use crate::bindings::wit_stream;
use crate::runtime::deadlines::{Deadline, Expired, Watch};
use crate::runtime::waitables;

type Outcome = FutureReader<Result<(), ErrorCode>>;

/// Both directions of a connection.
///
/// The order of the fields is the order of dropping: the streams are children of
/// the socket, and where nobody reads any more, closing needs no FIN of its own.
pub struct Socket {
    reader: StreamReader<u8>,
    /// `None` once FIN is sent.
    writer: Option<StreamWriter<u8>>,
    /// Whether the reader has said so.
    ended: bool,
    /// How each direction ended, where someone is told.
    received: Option<Outcome>,
    sent: Option<Outcome>,
    pace: SendRate,
    socket: TcpSocket,
}

/// Why no more bytes come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer has said that it sends no more, or nobody is told more than that.
    Finished,
    /// The peer has vanished without a word: a reset.
    Reset,
    /// Anything else that a network can do.
    Failed,
    /// A deadline of ours has passed.
    Expired,
}

impl Socket {
    /// `told`: whether someone is told how the connection ends. To know it costs memory
    /// as long as the connection lives.
    pub fn new(socket: TcpSocket, told: bool) -> Self {
        let (writer, data) = wit_stream::new();
        let sent = told.then_some(socket.send(data));
        let (reader, received) = socket.receive();
        let received = told.then_some(received);
        // For each request the same two streams are waited for.
        waitables::keep(reader.handle());
        waitables::keep(writer.handle());
        Self {
            reader,
            writer: Some(writer),
            ended: false,
            received,
            sent,
            pace: SendRate::default(),
            socket,
        }
    }

    /// Where the peer is; `None` when it has already gone.
    pub fn peer(&self) -> Option<SocketAddr> {
        let peer = self.socket.get_remote_address().ok()?;
        Some(address::from_wasi(peer))
    }

    /// Appends what has arrived to `buffer`, as much as it has room for; waits until
    /// the deadline when nothing has.
    pub async fn read(
        &mut self,
        buffer: &mut Vec<u8>,
        watch: &Watch<'_>,
        deadline: Deadline,
    ) -> Result<usize, CloseReason> {
        // To read again from a stream that has ended is a trap.
        if self.ended {
            return Err(CloseReason::Finished);
        }
        let mut read = pin!(self.reader.read(take(buffer)));
        let (result, filled) = match watch.until(deadline, read.as_mut()).await {
            Ok(done) => done,
            // Not just dropped: the peer's bytes or its end may win the race.
            Err(Expired) => read.as_mut().cancel(),
        };
        *buffer = filled;
        match result {
            StreamResult::Complete(count) => Ok(count),
            StreamResult::Cancelled => Err(CloseReason::Expired),
            StreamResult::Dropped => {
                self.ended = true;
                Err(end(&mut self.received).await)
            }
        }
    }

    /// Writes all of `buffer` and gives it back, empty, for as long as the peer keeps
    /// its [`SendRate`]. Returns also how many bytes have left the buffer.
    pub async fn write(
        &mut self,
        buffer: Vec<u8>,
        watch: &Watch<'_>,
    ) -> (u64, Result<Vec<u8>, CloseReason>) {
        let mut taken = 0_u64;
        let Some(writer) = &mut self.writer else {
            return (taken, Err(CloseReason::Finished));
        };
        let mut write = writer.write(buffer);
        let end = loop {
            let (result, rest) = match patiently(write, watch, &mut self.pace).await {
                Ok(written) => written,
                Err(end) => break end,
            };
            let StreamResult::Complete(count) = result else {
                break end(&mut self.sent).await;
            };
            taken = taken.saturating_add(count as u64);
            if rest.remaining() == 0 {
                let mut buffer = rest.into_vec();
                buffer.clear();
                return (taken, Ok(buffer));
            }
            write = writer.write_buf(rest);
        };
        (taken, Err(end))
    }

    /// Whether the peer is still there, as far as the host knows by now.
    ///
    /// # Errors
    /// How it has gone.
    pub async fn check_peer(&mut self) -> Result<(), CloseReason> {
        let Some(writer) = &mut self.writer else {
            return Err(CloseReason::Finished);
        };
        // A write of nothing asks whether there is room, and finds out who has gone.
        let mut write = pin!(writer.write(Vec::new()));
        let asked = poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx))).await;
        let (result, _) = match asked {
            Poll::Ready(result) => result,
            Poll::Pending => write.as_mut().cancel(),
        };
        match result {
            StreamResult::Complete(_) | StreamResult::Cancelled => Ok(()),
            StreamResult::Dropped => Err(end(&mut self.sent).await),
        }
    }

    /// Sends FIN; the peer may still send.
    pub fn finish(&mut self) {
        if let Some(writer) = self.writer.take() {
            waitables::forget(writer.handle());
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        waitables::forget(self.reader.handle());
        if let Some(writer) = &self.writer {
            waitables::forget(writer.handle());
        }
    }
}

/// Waits for a write to come further, but not for ever.
async fn patiently<B>(
    write: impl Future<Output = (StreamResult, B)>,
    watch: &Watch<'_>,
    pace: &mut SendRate,
) -> Result<(StreamResult, B), CloseReason> {
    let mut write = pin!(write);
    let mut since = watch.now();
    loop {
        let at = Deadline::At(watch.after(pace.timeout()));
        let written = watch.until(at, write.as_mut()).await;
        let now = watch.now();
        let waited = now.saturating_sub(since);
        since = now;
        let taken = match &written {
            Ok((StreamResult::Complete(count), _)) => *count,
            _ => 0,
        };
        pace.note(waited, taken)
            .map_err(|BelowMinimum| CloseReason::Expired)?;
        if let Ok(written) = written {
            return Ok(written);
        }
    }
}

/// How a direction ended; asked once, for then the connection is over.
async fn end(outcome: &mut Option<Outcome>) -> CloseReason {
    let Some(outcome) = outcome.take() else {
        return CloseReason::Finished;
    };
    match outcome.await {
        Ok(()) => CloseReason::Finished,
        Err(
            ErrorCode::ConnectionReset | ErrorCode::ConnectionBroken | ErrorCode::ConnectionAborted,
        ) => CloseReason::Reset,
        Err(_) => CloseReason::Failed,
    }
}
