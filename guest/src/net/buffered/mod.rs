//! A connection as responses see it: buffered writes, bounded reads.

mod files;

use alloc::vec::Vec;
use core::future::pending;
use core::mem::take;

use super::first_write::{FirstWrite, Precision, Write};
use super::socket::{CloseReason, Socket};
use crate::host::Host;
use crate::limits::{LINGER_BYTES, LINGER_SECONDS, REQUEST_WORK, THROTTLE_POLL_NANOSECONDS};
use crate::rate_limit::{Throttle, TooMuch};
use crate::runtime::buffer_pool::{BufferPermit, BufferPool};
use crate::runtime::clock;
use crate::runtime::deadlines::{Deadline, Second, Watch};
use crate::runtime::executor::Executor;

/// A socket, its deadline, and the bytes that are not written yet.
///
/// Responses gather in the buffer until it is full or [`Buffered::flush`] is called. So a
/// head is sent together with the first bytes of its content, and responses to pipelined
/// requests are sent together. The buffer never grows: bytes that are appended at once have
/// reserved their space ([`Buffered::append`]), and all others are appended in pieces.
pub struct Buffered<'s> {
    socket: Socket,
    pool: &'s BufferPool,
    executor: &'s Executor,
    watch: Watch<'s>,
    /// `None` unless it sends files itself.
    host: Option<&'s dyn Host>,
    /// Right to buffers that are larger than small.
    right: Option<BufferPermit<'s>>,
    /// `None` unless the bytes to this client are counted.
    throttle: Option<Throttle<'s>>,
    buffer: Vec<u8>,
    written: u64,
    /// `None` unless times of responses are needed.
    first_write: Option<FirstWrite>,
}

impl<'s> Buffered<'s> {
    /// Takes over a socket.
    pub fn new(
        socket: Socket,
        pool: &'s BufferPool,
        executor: &'s Executor,
        watch: Watch<'s>,
    ) -> Self {
        Self {
            socket,
            pool,
            executor,
            watch,
            host: None,
            right: None,
            throttle: None,
            buffer: Vec::new(),
            written: 0,
            first_write: None,
        }
    }

    /// Has the host send files, if it does.
    pub fn by(mut self, host: &'s dyn Host) -> Self {
        self.host = Some(host).filter(|host| host.sends_files());
        self
    }

    /// Counts the bytes that are sent from now on for a client, if there is a throttle.
    pub fn count_for(&mut self, throttle: Option<Throttle<'s>>) {
        self.throttle = throttle;
    }

    /// Returns the bytes written to the peer so far, heads included.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Returns the bytes appended so far, written or not.
    pub fn queued(&self) -> u64 {
        self.written.saturating_add(self.buffer.len() as u64)
    }

    /// Begins a response, whose times are noted if they are needed.
    pub fn begin_response(&mut self, precision: Option<Precision>) {
        let at = self.queued();
        self.first_write = precision.map(|precision| FirstWrite::of_response_at(at, precision));
    }

    /// Returns the times of the response that was begun last, if they are needed.
    pub fn first_write(&self) -> Option<FirstWrite> {
        self.first_write
    }

    /// Returns the point in time `seconds` from now.
    pub fn after(&self, seconds: u64) -> Second {
        self.watch.after(seconds)
    }

    /// Appends received bytes to `input`, up to its capacity.
    pub async fn read(
        &mut self,
        input: &mut Vec<u8>,
        deadline: Deadline,
    ) -> Result<usize, CloseReason> {
        let count = self.socket.read(input, &self.watch, deadline).await?;
        self.executor.spend_on_bytes(count);
        self.executor.yield_if_due().await;
        Ok(count)
    }

    /// Lets tasks that are ready run first, such as the log.
    pub async fn yield_to_ready(&self) {
        self.executor.yield_to_ready().await;
    }

    /// Counts a response as work, and yields if it is time.
    pub async fn response_sent(&self) {
        self.executor.spend(REQUEST_WORK);
        self.executor.yield_if_due().await;
    }

    /// Appends bytes with `write`: at most `bound` bytes, after which `content` more will
    /// be appended. If there is too little space in the buffer, it is flushed first.
    ///
    /// # Errors
    /// [`CloseReason::Failed`] if the bytes exceed their bound, which is a fault of the
    /// server. The connection ends, so that the memory does not grow.
    pub async fn append(
        &mut self,
        bound: usize,
        content: u64,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), CloseReason> {
        if self.spare() < bound {
            self.write(true).await?;
            self.allocate((bound as u64).saturating_add(content));
        }
        let (spare, capacity) = (self.spare(), self.buffer.capacity());
        if spare < bound {
            return Err(CloseReason::Failed);
        }
        write(&mut self.buffer);
        match self.buffer.capacity() == capacity {
            true => Ok(()),
            false => Err(CloseReason::Failed),
        }
    }

    fn spare(&self) -> usize {
        self.buffer.capacity().saturating_sub(self.buffer.len())
    }

    /// Appends bytes that are in memory, a buffer at a time.
    pub async fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), CloseReason> {
        while !bytes.is_empty() {
            let spare = self.spare();
            if spare == 0 {
                self.write(true).await?;
                self.allocate(bytes.len() as u64);
                continue;
            }
            let (now, later) = bytes.split_at_checked(spare).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Appends bytes with `read`: as many as fit, and at most the `expected` bytes that are
    /// still to come. Returns their number.
    pub async fn fill(
        &mut self,
        expected: u64,
        read: impl AsyncFnOnce(&mut Vec<u8>),
    ) -> Result<u64, CloseReason> {
        if self.spare() == 0 {
            self.write(true).await?;
            self.allocate(expected);
        }
        let before = self.buffer.len();
        read(&mut self.buffer).await;
        let count = self.buffer.len().saturating_sub(before);
        self.executor.spend_on_bytes(count);
        let count = (count as u64).min(expected);
        let kept = usize::try_from(count).unwrap_or(usize::MAX);
        self.buffer.truncate(before.saturating_add(kept));
        Ok(count)
    }

    /// Removes the bytes that were appended from `at` on, a position among all appended
    /// bytes. Returns false if some of them have already been written.
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

    /// Writes the buffered bytes.
    pub async fn flush(&mut self) -> Result<(), CloseReason> {
        self.write(false).await
    }

    /// Writes the buffered bytes. `more` says whether the reason is that there is no space for
    /// others.
    async fn write(&mut self, more: bool) -> Result<(), CloseReason> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let length = self.buffer.len();
        self.throttled(length as u64).await?;
        let until = self.queued();
        if let Some(first_write) = &mut self.first_write {
            let write = Write {
                until,
                length,
                more,
            };
            first_write.note(write, clock::monotonic);
        }
        let buffer = take(&mut self.buffer);
        let (taken, written) = self.socket.write(buffer, &self.watch).await;
        self.written = self.written.saturating_add(taken);
        self.pool.put(written?);
        self.executor.spend_on_bytes(length);
        self.executor.yield_if_due().await;
        Ok(())
    }

    /// Waits until `bytes` may be sent to the client, if that is limited. It does not wait
    /// for a client that has gone, or that has requested too much at once.
    async fn throttled(&mut self, bytes: u64) -> Result<(), CloseReason> {
        let Some(throttle) = self.throttle else {
            return Ok(());
        };
        let waited = match throttle.spend(bytes) {
            Ok(pause) => self.pause(throttle, pause).await,
            Err(TooMuch) => Err(CloseReason::Expired),
        };
        if waited.is_err() {
            throttle.give_back(bytes);
        }
        waited
    }

    async fn pause(&mut self, throttle: Throttle<'s>, nanoseconds: u64) -> Result<(), CloseReason> {
        let mut left = nanoseconds;
        while left > 0 {
            let slice = left.min(THROTTLE_POLL_NANOSECONDS);
            clock::wait(slice).await;
            self.socket.check_peer().await?;
            left = left.saturating_sub(slice).min(throttle.owed());
        }
        Ok(())
    }

    /// Releases the memory that an idle connection does not need.
    pub fn rest(&mut self) {
        self.pool.put(take(&mut self.buffer));
        self.right = None;
    }

    /// Closes so that the peer can read the last response: sends FIN, then reads and
    /// discards what the peer still sends, within bounds (RFC 9112 §9.6).
    ///
    /// A peer that sends more is not reset, and its bytes are just no longer read. A client
    /// that can send no more looks for a response, and finds it.
    pub async fn linger(mut self) {
        let end = self.watch.after(LINGER_SECONDS);
        self.socket.finish();
        let forgotten = self.discard_input(LINGER_BYTES, end).await;
        if forgotten.is_ok() && self.watch.now() < end {
            let _ = self.watch.until(Deadline::At(end), pending::<()>()).await;
        }
    }

    /// Reads and discards `enough` bytes or somewhat more, but not beyond `end`. The time
    /// is checked after every read: if a client sends without a pause, no read waits and no
    /// deadline passes.
    async fn discard_input(&mut self, enough: usize, end: Second) -> Result<(), CloseReason> {
        let at = Deadline::At(end);
        let mut buffer = self.pool.small();
        let mut count = 0_usize;
        while count < enough && self.watch.now() < end {
            let more = self.socket.read(&mut buffer, &self.watch, at).await?;
            buffer.clear();
            count = count.saturating_add(more);
            self.executor.spend_on_bytes(more);
            self.executor.yield_if_due().await;
        }
        self.pool.put(buffer);
        Ok(())
    }

    fn allocate(&mut self, wanted: u64) {
        let portion = self.throttle.as_ref().map(Throttle::portion);
        let wanted = portion.map_or(wanted, |portion| wanted.min(portion));
        self.pool.put(take(&mut self.buffer));
        self.buffer = self.pool.body(wanted, &mut self.right);
    }
}
