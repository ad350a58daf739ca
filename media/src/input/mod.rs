//! A file as its readers see it: bytes at places, within a budget.

mod budget;
mod exchange;
mod span;

use alloc::rc::Rc;
use alloc::vec::Vec;

use budget::Budget;
pub(crate) use exchange::Exchange;
pub use span::Span;

use crate::limits::AHEAD_BYTES;

/// Why a file has no facts, or not all that it might have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No known format begins like this.
    Unknown,
    /// The file contradicts itself or its format.
    Damaged,
    /// The file ends before what it announces.
    Truncated,
    /// More bytes would have to be read ([`crate::limits::READ_BYTES`]).
    TooManyBytes,
    /// More reads would be needed ([`crate::limits::READS`]).
    TooManyReads,
    /// More things would have to be looked at ([`crate::limits::STEPS`]).
    TooManySteps,
}

/// A file of known length. Its bytes come from the caller, a piece at a time.
#[derive(Debug)]
pub struct Input {
    exchange: Rc<Exchange>,
    length: u64,
    /// The piece that was read last.
    piece: Vec<u8>,
    place: Span,
    budget: Budget,
}

impl Input {
    pub(crate) fn new(exchange: Rc<Exchange>, length: u64) -> Self {
        Self {
            exchange,
            length,
            piece: Vec::new(),
            place: Span::default(),
            budget: Budget::new(),
        }
    }

    /// Returns the whole file.
    #[must_use]
    pub const fn whole(&self) -> Span {
        Span::new(0, self.length)
    }

    /// Pays for a look at one box, element, frame, block or page.
    pub(crate) fn step(&mut self) -> Result<(), Reason> {
        self.budget.step()
    }

    /// Returns all bytes of a part of the file.
    pub(crate) async fn read(&mut self, span: Span) -> Result<&[u8], Reason> {
        if !self.place.has(span) {
            self.fetch(span).await?;
        }
        let from = span.start.saturating_sub(self.place.start);
        let bytes = usize::try_from(from)
            .ok()
            .zip(usize::try_from(span.length).ok())
            .and_then(|(from, length)| self.piece.get(from..)?.get(..length));
        bytes.ok_or(Reason::Truncated)
    }

    /// Returns the bytes of an array at a place.
    pub(crate) async fn array<const N: usize>(&mut self, start: u64) -> Result<[u8; N], Reason> {
        let bytes = self.read(Span::new(start, N as u64)).await?;
        bytes.try_into().map_err(|_| Reason::Truncated)
    }

    /// Fills the piece from the start of a part, with more than it if that is short.
    async fn fetch(&mut self, span: Span) -> Result<(), Reason> {
        let rest = self.whole().after(span.start);
        if !rest.has(span) {
            return Err(Reason::Truncated);
        }
        let mut missing = rest.first(span.length.max(AHEAD_BYTES));
        self.budget.read(missing)?;
        self.piece.clear();
        self.place = missing.first(0);
        while missing.length > 0 {
            let bytes = self.exchange.ask(missing).await;
            if bytes.is_empty() {
                return Err(Reason::Truncated);
            }
            self.piece.extend_from_slice(&bytes);
            missing = missing.after(bytes.len() as u64);
            self.place.length = self.piece.len() as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
