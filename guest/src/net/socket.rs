//! An accepted connection: bytes in, bytes out, and how it ended.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::mem::take;
use core::pin::pin;
use core::task::Poll;

use wit_bindgen::rt::async_support::{FutureReader, StreamReader, StreamResult, StreamWriter};

use super::address;
use super::send_rate::{BelowMinimum, SendRate};
use crate::bindings::wasi::sockets::types::{ErrorCode, TcpSocket};
use crate::bindings::wit_stream;
use crate::peer::Peer;
use crate::runtime::deadlines::{Deadline, Expired, Watch};
use crate::runtime::waitables;

type Outcome = FutureReader<Result<(), ErrorCode>>;

/// Both directions of a connection.
///
/// The fields are dropped in their order. The streams are children of the socket, so they
/// come first. The reader comes before the writer: if nothing reads any more, closing needs
/// no separate FIN.
pub struct Socket {
    reader: StreamReader<u8>,
    /// `None` once FIN is sent.
    writer: Option<StreamWriter<u8>>,
    /// Whether the reader has reported the end of its stream.
    ended: bool,
    /// Outcome of each direction, if it is needed.
    received: Option<Outcome>,
    sent: Option<Outcome>,
    send_rate: SendRate,
    socket: TcpSocket,
}

/// Reasons why no more bytes are received or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer has announced that it sends no more, or the outcome is not needed.
    Finished,
    /// The peer has reset the connection.
    Reset,
    /// Any other failure of the network.
    Failed,
    /// A deadline of the server has passed.
    Expired,
}

impl Socket {
    /// Takes over an accepted connection. `told` says whether its outcome is needed, which
    /// takes memory for as long as the connection lives.
    pub fn new(socket: TcpSocket, reports_end: bool) -> Self {
        let (writer, data) = wit_stream::new();
        let sent = reports_end.then_some(socket.send(data));
        let (reader, received) = socket.receive();
        let received = reports_end.then_some(received);
        // Every request waits for the same two streams.
        waitables::keep(reader.handle());
        waitables::keep(writer.handle());
        Self {
            reader,
            writer: Some(writer),
            ended: false,
            received,
            sent,
            send_rate: SendRate::default(),
            socket,
        }
    }

    /// Returns the address of the peer, if it has not already gone.
    pub fn peer(&self) -> Peer {
        match self.socket.get_remote_address() {
            Ok(peer) => Peer::At(address::from_wasi(peer)),
            Err(_) => Peer::Unknown,
        }
    }

    /// Appends received bytes to `buffer`, up to its capacity. If there are none, waits
    /// until the deadline.
    pub async fn read(
        &mut self,
        buffer: &mut Vec<u8>,
        watch: &Watch<'_>,
        deadline: Deadline,
    ) -> Result<usize, CloseReason> {
        // It is a trap to read again from a stream that has ended.
        if self.ended {
            return Err(CloseReason::Finished);
        }
        let mut read = pin!(self.reader.read(take(buffer)));
        let (result, filled) = match watch.until(deadline, read.as_mut()).await {
            Ok(done) => done,
            // The read is not just dropped, because bytes or the end of the stream may have
            // arrived meanwhile.
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

    /// Writes all of `buffer` for as long as the peer keeps its [`SendRate`], and returns
    /// the empty buffer. Also returns the number of bytes that have left the buffer.
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
            let (result, rest) = match write_at_rate(write, watch, &mut self.send_rate).await {
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

    /// Returns the socket, for whoever sends behind what was written.
    pub fn handle(&self) -> &TcpSocket {
        &self.socket
    }

    /// Records that the host has sent bytes of its own.
    pub fn record_sent(&mut self, bytes: usize) {
        // No time has passed, so that the peer is not too slow.
        let _ = self.send_rate.record(0, bytes);
    }

    /// Waits until there is room for more bytes, and those that the host has taken are on their
    /// way, for as long as the peer keeps its [`SendRate`].
    pub async fn wait_for_room(&mut self, watch: &Watch<'_>) -> Result<(), CloseReason> {
        let Some(writer) = &mut self.writer else {
            return Err(CloseReason::Finished);
        };
        let write = writer.write(Vec::new());
        match write_at_rate(write, watch, &mut self.send_rate).await? {
            (StreamResult::Complete(_), _) => Ok(()),
            _ => Err(end(&mut self.sent).await),
        }
    }

    /// Checks whether the peer is still connected, as far as the host knows by now.
    ///
    /// # Errors
    /// The reason why the peer has gone.
    pub async fn check_peer(&mut self) -> Result<(), CloseReason> {
        let Some(writer) = &mut self.writer else {
            return Err(CloseReason::Finished);
        };
        // An empty write asks whether there is space, and fails if the peer has gone.
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

/// Waits for a write to make progress, for as long as the peer keeps its send rate.
async fn write_at_rate<B>(
    write: impl Future<Output = (StreamResult, B)>,
    watch: &Watch<'_>,
    send_rate: &mut SendRate,
) -> Result<(StreamResult, B), CloseReason> {
    let mut write = pin!(write);
    let mut since = watch.now();
    loop {
        let at = Deadline::At(watch.after(send_rate.timeout()));
        let written = watch.until(at, write.as_mut()).await;
        let now = watch.now();
        let waited = now.saturating_sub(since);
        since = now;
        let taken = match &written {
            Ok((StreamResult::Complete(count), _)) => *count,
            _ => 0,
        };
        send_rate
            .record(waited, taken)
            .map_err(|BelowMinimum| CloseReason::Expired)?;
        if let Ok(written) = written {
            return Ok(written);
        }
    }
}

/// Returns how a direction ended. It is called once, because the connection is then over.
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
