//! A connection as answers see it: buffered writes, bounded reads.

use alloc::vec::Vec;
use core::future::pending;
use core::mem::take;

use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::deadlines::{Deadline, Second, Watch};
use crate::executor::Executor;
use crate::file::Content;
use crate::limits::{LINGER_BYTES, LINGER_SECONDS, TURN_BYTES};
use crate::pool::{Large, Pool};
use crate::root::Bytes;
use crate::server::Server;
use crate::socket::{End, Socket};
use crate::visitors::Throttle;

/// A socket, its deadline, and what is not yet written.
///
/// Answers gather in the buffer until it is full or [`Wire::flush`] is called: a
/// head goes out together with the first bytes of its content, and the answers
/// to pipelined requests together.
pub struct Wire<'s> {
    socket: Socket,
    pool: &'s Pool,
    executor: &'s Executor,
    watch: Watch<'s>,
    large: Option<Large<'s>>,
    /// `None` unless the bytes to this client are counted.
    throttle: Option<Throttle<'s>>,
    buffer: Vec<u8>,
    written: u64,
    /// Bytes written, or read and forgotten, since others had a turn.
    turn: usize,
}

/// Why an answer was not sent whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The peer's or the network's doing.
    Peer(End),
    /// The file ended before its announced length, or could not be read.
    File,
}

impl From<End> for Cut {
    fn from(end: End) -> Self {
        Self::Peer(end)
    }
}

impl<'s> Wire<'s> {
    pub fn new(socket: Socket, server: &'s Server) -> Self {
        let throttle = server.visitors.as_ref();
        let throttle = throttle.and_then(|visitors| visitors.throttle(socket.peer()?));
        Self {
            socket,
            pool: &server.pool,
            executor: &server.executor,
            watch: server.deadlines.watch(),
            large: None,
            throttle,
            buffer: Vec::new(),
            written: 0,
            turn: 0,
        }
    }

    /// Bytes written to the peer so far, heads included.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Bytes given to this wire so far, written or not.
    pub fn queued(&self) -> u64 {
        self.written.saturating_add(self.buffer.len() as u64)
    }

    pub fn after(&self, seconds: u64) -> Second {
        self.watch.after(seconds)
    }

    /// Appends what has arrived to `input`.
    pub async fn read(&mut self, input: &mut Vec<u8>, deadline: Deadline) -> Result<usize, End> {
        self.socket.read(input, &self.watch, deadline).await
    }

    /// Writes what has gathered if a head might not fit behind it: the answers to a long
    /// pipeline must not gather without bound.
    pub async fn make_room(&mut self, head: usize) -> Result<(), End> {
        let room = self.buffer.capacity().saturating_sub(self.buffer.len());
        match room < head {
            true => self.flush().await,
            false => Ok(()),
        }
    }

    /// The buffer to append a head to, large enough for `wanted` bytes if it was
    /// empty. A head longer than that makes it grow.
    pub fn buffer(&mut self, wanted: u64) -> &mut Vec<u8> {
        if self.buffer.capacity() == 0 {
            self.provide(wanted);
        }
        &mut self.buffer
    }

    /// Appends bytes that are in memory, a buffer at a time.
    pub async fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), End> {
        while !bytes.is_empty() {
            let room = self.buffer.capacity().saturating_sub(self.buffer.len());
            if room == 0 {
                self.flush().await?;
                self.provide(bytes.len() as u64);
                continue;
            }
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Appends `length` bytes of a file, from `offset` on.
    pub async fn file(&mut self, file: &Content, offset: u64, length: u64) -> Result<(), Cut> {
        match file {
            Content::Kept(bytes) => {
                self.bytes(slice(bytes, offset, length)).await?;
                Ok(())
            }
            Content::Open(file) => self.stream(file, offset, length).await,
        }
    }

    async fn stream(&mut self, file: &Descriptor, offset: u64, length: u64) -> Result<(), Cut> {
        let mut bytes = Bytes::new(file, offset);
        let mut left = length;
        while left > 0 {
            if self.buffer.len() == self.buffer.capacity() {
                self.flush().await?;
                self.provide(left);
            }
            let before = self.buffer.len();
            bytes.read(&mut self.buffer).await;
            let read = (self.buffer.len().saturating_sub(before) as u64).min(left);
            // What the file has beyond the announced length is not sent.
            self.buffer
                .truncate(before.saturating_add(usize::try_from(read).unwrap_or(usize::MAX)));
            if read == 0 {
                self.flush().await?;
                return Err(Cut::File);
            }
            left = left.saturating_sub(read);
        }
        Ok(())
    }

    /// Writes what has gathered.
    pub async fn flush(&mut self) -> Result<(), End> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let length = self.buffer.len();
        if let Some(throttle) = &self.throttle {
            throttle.pause(length as u64).await;
        }
        let empty = self
            .socket
            .write(take(&mut self.buffer), &self.watch)
            .await?;
        self.written = self.written.saturating_add(length as u64);
        self.pool.put(empty);
        self.share(length).await;
        Ok(())
    }

    /// Now and then lets the other connections have a turn.
    async fn share(&mut self, moved: usize) {
        self.turn = self.turn.saturating_add(moved);
        if self.turn >= TURN_BYTES {
            self.turn = 0;
            self.executor.give_way().await;
        }
    }

    /// Gives up what an idle connection does not need.
    pub fn rest(&mut self) {
        self.pool.put(take(&mut self.buffer));
        self.large = None;
    }

    /// Closes so that the peer can read the last answer: FIN, then what it still
    /// sends is read and forgotten, within bounds (RFC 9112 §9.6).
    ///
    /// Whoever sends more is not reset, just no longer read: a client that can send
    /// no more looks up, and finds the answer.
    pub async fn linger(mut self) {
        let end = self.watch.after(LINGER_SECONDS);
        self.socket.finish();
        let forgotten = self.forget(LINGER_BYTES, end).await;
        if forgotten.is_ok() && self.watch.now() < end {
            let _ = self.watch.until(Deadline::At(end), pending::<()>()).await;
        }
    }

    /// Reads as many bytes as that, or somewhat more, or as long as that: whoever sends
    /// without a pause lets no read wait, and no deadline pass.
    async fn forget(&mut self, enough: usize, end: Second) -> Result<(), End> {
        let at = Deadline::At(end);
        let mut buffer = self.pool.small();
        let mut count = 0_usize;
        while count < enough && self.watch.now() < end {
            let more = self.socket.read(&mut buffer, &self.watch, at).await?;
            buffer.clear();
            count = count.saturating_add(more);
            self.share(more).await;
        }
        self.pool.put(buffer);
        Ok(())
    }

    fn provide(&mut self, wanted: u64) {
        let portion = self.throttle.as_ref().map(Throttle::portion);
        let wanted = portion.map_or(wanted, |portion| wanted.min(portion));
        if self.large.is_none() && wanted > crate::limits::MEDIUM_BUFFER as u64 {
            self.large = self.pool.large();
        }
        self.pool.put(take(&mut self.buffer));
        self.buffer = self.pool.body(wanted, self.large.as_ref());
    }
}

/// The part that was selected lies within the content that it was selected from.
fn slice(bytes: &[u8], offset: u64, length: u64) -> &[u8] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    bytes.get(start..end).unwrap_or_default()
}
