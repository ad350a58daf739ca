//! Files that the host sends, without the component's memory in between.

use super::{Buffered, Write, clock};
use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::host::NotSent;
use crate::net::socket::CloseReason;
use crate::rate_limit::Throttle;

impl Buffered<'_> {
    /// Whether the host sends files itself, so that no memory is needed for them.
    pub fn sends_files(&self) -> bool {
        self.host.is_some()
    }

    /// Sends bytes of a file behind those in the buffer, and waits until there is room for more.
    /// Returns their number, which may be less than `length`, or `None` if the host does not have
    /// them at hand: they are to be read and appended.
    pub async fn send_range(
        &mut self,
        file: &Descriptor,
        offset: u64,
        length: u64,
    ) -> Result<Option<u64>, CloseReason> {
        let Some(host) = self.host else {
            return Ok(None);
        };
        let portion = self.throttle.as_ref().map(Throttle::portion);
        let length = portion.map_or(length, |portion| length.min(portion));
        let buffered = self.buffer.len() as u64;
        let asked = buffered.saturating_add(length);
        self.throttled(asked).await?;
        let sent = host.send_range(self.socket.handle(), &self.buffer, file, (offset, length));
        let taken = sent.map_or(0, |sent| sent.bytes);
        if let Some(throttle) = self.throttle
            && taken < asked
        {
            throttle.give_back(asked.saturating_sub(taken));
        }
        match sent {
            Ok(_) => {}
            Err(NotSent::NotAtHand) => return Ok(None),
            Err(NotSent::Closed) => {
                // The stream knows why.
                self.socket.wait_for_room(&self.watch).await?;
                return Err(CloseReason::Failed);
            }
        }
        self.note_sent(taken, length);
        if !sent.is_ok_and(|sent| sent.has_room) {
            self.socket.wait_for_room(&self.watch).await?;
        }
        self.executor.yield_if_due().await;
        Ok(Some(taken.saturating_sub(buffered)))
    }

    /// Notes that the first `taken` bytes of the buffer and of what follows it have been sent.
    fn note_sent(&mut self, taken: u64, more: u64) {
        let taken_length = usize::try_from(taken).unwrap_or(usize::MAX);
        self.written = self.written.saturating_add(taken);
        if let Some(first_write) = &mut self.first_write {
            let write = Write {
                until: self.written,
                length: taken_length,
                more: more > 0,
            };
            first_write.note(write, clock::monotonic);
        }
        match taken_length < self.buffer.len() {
            true => drop(self.buffer.drain(..taken_length)),
            false => self.buffer.clear(),
        }
        self.socket.record_sent(taken_length);
        self.executor.spend_on_bytes(taken_length);
    }
}
