//! A connection as answers see it: buffered writes, bounded reads.

use alloc::vec::Vec;
use core::future::pending;
use core::mem::take;

use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::clock;
use crate::deadlines::{Deadline, Second, Watch};
use crate::executor::Executor;
use crate::file::Content;
use crate::limits::{LINGER_BYTES, LINGER_SECONDS, REQUEST_WORK, THROTTLE_LOOK_NANOSECONDS};
use crate::pool::{Pool, Right};
use crate::reason::Reason;
use crate::root::Bytes;
use crate::server::Server;
use crate::socket::{End, Socket};
use crate::visitors::{Throttle, TooMuch};

/// A socket, its deadline, and what is not yet written.
///
/// Answers gather in the buffer until it is full or [`Wire::flush`] is called: a
/// head goes out together with the first bytes of its content, and the answers
/// to pipelined requests together. Nothing makes the buffer grow: what is appended at once
/// has asked for its room ([`Wire::append`]), all else goes in by pieces.
pub struct Wire<'s> {
    socket: Socket,
    pool: &'s Pool,
    executor: &'s Executor,
    watch: Watch<'s>,
    /// To buffers that are larger than small.
    right: Option<Right<'s>>,
    /// `None` unless the bytes to this client are counted.
    throttle: Option<Throttle<'s>>,
    buffer: Vec<u8>,
    written: u64,
}

/// Why an answer was not sent whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The peer's or the network's doing.
    Peer(End),
    /// The file ended before its announced length, or could not be read.
    File(Reason),
    /// The same before anything of the answer had left: another can take its place.
    Unsent(Reason),
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
            right: None,
            throttle,
            buffer: Vec::new(),
            written: 0,
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

    /// Appends what has arrived to `input`, as much as it has room for.
    pub async fn read(&mut self, input: &mut Vec<u8>, deadline: Deadline) -> Result<usize, End> {
        let count = self.socket.read(input, &self.watch, deadline).await?;
        self.executor.spend_on_bytes(count);
        self.executor.share().await;
        Ok(count)
    }

    /// Lets what is ready go first, such as the log.
    pub async fn step_aside(&self) {
        self.executor.step_aside().await;
    }

    /// Counts an answer as work, and gives way if it is time.
    pub async fn answered(&self) {
        self.executor.spend(REQUEST_WORK);
        self.executor.share().await;
    }

    /// Appends what `write` writes: at most `bound` bytes, to which `content` more will be
    /// appended. What has gathered is written first if there is no room behind it.
    ///
    /// # Errors
    /// [`End::Failed`] for what exceeds its bound, which is a fault of ours: the
    /// connection ends instead of the memory.
    pub async fn append(
        &mut self,
        bound: usize,
        content: u64,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), End> {
        if self.room() < bound {
            self.flush().await?;
            self.provide((bound as u64).saturating_add(content));
        }
        let (room, capacity) = (self.room(), self.buffer.capacity());
        if room < bound {
            return Err(End::Failed);
        }
        write(&mut self.buffer);
        match self.buffer.capacity() == capacity {
            true => Ok(()),
            false => Err(End::Failed),
        }
    }

    fn room(&self) -> usize {
        self.buffer.capacity().saturating_sub(self.buffer.len())
    }

    /// Appends bytes that are in memory, a buffer at a time.
    pub async fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), End> {
        while !bytes.is_empty() {
            let room = self.room();
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
            if self.room() == 0 {
                self.flush().await?;
                self.provide(left);
            }
            let before = self.buffer.len();
            bytes.read(&mut self.buffer).await;
            let read = self.buffer.len().saturating_sub(before);
            self.executor.spend_on_bytes(read);
            let read = (read as u64).min(left);
            // What the file has beyond the announced length is not sent.
            self.buffer
                .truncate(before.saturating_add(usize::try_from(read).unwrap_or(usize::MAX)));
            if read == 0 {
                let reason = bytes.end().await.err();
                return Err(Cut::File(reason.unwrap_or(Reason::EndedEarly)));
            }
            left = left.saturating_sub(read);
        }
        Ok(())
    }

    /// Takes back what was appended from `at` on, a place among the bytes given to this
    /// wire; false if some of it has left.
    pub fn take_back(&mut self, at: u64) -> bool {
        let kept = at.checked_sub(self.written);
        match kept.and_then(|kept| usize::try_from(kept).ok()) {
            Some(kept) => {
                self.buffer.truncate(kept);
                true
            }
            None => false,
        }
    }

    /// Writes what has gathered.
    pub async fn flush(&mut self) -> Result<(), End> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let length = self.buffer.len();
        self.throttled(length as u64).await?;
        let buffer = take(&mut self.buffer);
        let (taken, written) = self.socket.write(buffer, &self.watch).await;
        self.written = self.written.saturating_add(taken);
        self.pool.put(written?);
        self.executor.spend_on_bytes(length);
        self.executor.share().await;
        Ok(())
    }

    /// Waits until the client may be sent so many bytes, where that is limited; not for a
    /// client that has gone, nor for one that has asked for too much at once.
    async fn throttled(&mut self, bytes: u64) -> Result<(), End> {
        let Some(throttle) = self.throttle else {
            return Ok(());
        };
        let waited = match throttle.spend(bytes) {
            Ok(pause) => self.pause(throttle, pause).await,
            Err(TooMuch) => Err(End::Expired),
        };
        if waited.is_err() {
            throttle.give_back(bytes);
        }
        waited
    }

    async fn pause(&mut self, throttle: Throttle<'s>, nanoseconds: u64) -> Result<(), End> {
        let mut left = nanoseconds;
        while left > 0 {
            let slice = left.min(THROTTLE_LOOK_NANOSECONDS);
            clock::wait(slice).await;
            self.socket.check_peer().await?;
            left = left.saturating_sub(slice).min(throttle.owed());
        }
        Ok(())
    }

    /// Gives up what an idle connection does not need.
    pub fn rest(&mut self) {
        self.pool.put(take(&mut self.buffer));
        self.right = None;
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
            self.executor.spend_on_bytes(more);
            self.executor.share().await;
        }
        self.pool.put(buffer);
        Ok(())
    }

    fn provide(&mut self, wanted: u64) {
        let portion = self.throttle.as_ref().map(Throttle::portion);
        let wanted = portion.map_or(wanted, |portion| wanted.min(portion));
        self.pool.put(take(&mut self.buffer));
        self.buffer = self.pool.body(wanted, &mut self.right);
    }
}

/// The part that was selected lies within the content that it was selected from.
fn slice(bytes: &[u8], offset: u64, length: u64) -> &[u8] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    bytes.get(start..end).unwrap_or_default()
}
