//! What is in a tag. In an escaped one, a zero follows each byte with all bits, so that
//! players of old do not take it for the start of a frame of sound.

use alloc::vec::Vec;

use crate::input::{Input, Reason, Span};
use crate::limits::AHEAD_BYTES;

/// The rest of a tag, as it was before zeros were put into it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contents {
    rest: Span,
    is_escaped: bool,
    /// Whether the last byte had all bits, so that a zero behind it is no part of the tag.
    is_after_all_bits: bool,
    taken: u64,
}

impl Contents {
    pub(super) const fn new(rest: Span, is_escaped: bool) -> Self {
        Self {
            rest,
            is_escaped,
            is_after_all_bits: false,
            taken: 0,
        }
    }

    /// Returns how many bytes have been taken or left out.
    pub(super) const fn taken(&self) -> u64 {
        self.taken
    }

    /// Returns the most bytes that are left: an escaped tag has fewer.
    pub(super) const fn most_left(&self) -> u64 {
        self.rest.length
    }

    /// Returns the rest of the tag as a part of the file, if it stands there as it is.
    pub(super) const fn plain(&self) -> Option<Span> {
        if self.is_escaped {
            None
        } else {
            Some(self.rest)
        }
    }

    /// Takes so many bytes, or what is left.
    pub(super) async fn take(&mut self, input: &mut Input, count: u64) -> Result<Vec<u8>, Reason> {
        let mut bytes = Vec::new();
        while self.rest.length > 0 && (bytes.len() as u64) < count {
            let missing = count.saturating_sub(bytes.len() as u64);
            let part = self.rest.first(missing.min(AHEAD_BYTES));
            for byte in input.read(part).await? {
                let is_added = self.is_escaped && self.is_after_all_bits && *byte == 0;
                self.is_after_all_bits = *byte == 0xff;
                if !is_added {
                    bytes.push(*byte);
                }
            }
            self.rest = self.rest.after(part.length);
        }
        self.taken = self.taken.saturating_add(bytes.len() as u64);
        Ok(bytes)
    }

    /// Leaves so many bytes out. Only those of an escaped tag have to be read for it.
    pub(super) async fn skip(&mut self, input: &mut Input, count: u64) -> Result<(), Reason> {
        if !self.is_escaped {
            self.rest = self.rest.after(count);
            self.taken = self.taken.saturating_add(count);
            return Ok(());
        }
        let end = self.taken.saturating_add(count);
        while self.taken < end && self.rest.length > 0 {
            let missing = end.saturating_sub(self.taken);
            self.take(input, missing.min(AHEAD_BYTES)).await?;
        }
        Ok(())
    }
}

/// Removes the zeros from a frame that has them by itself.
pub(super) fn without_zeros(bytes: &[u8]) -> Vec<u8> {
    let before = [0].iter().chain(bytes);
    let pairs = before.zip(bytes);
    let kept = pairs.filter(|(before, byte)| **before != 0xff || **byte != 0);
    kept.map(|(_, byte)| *byte).collect()
}
