//! One packet, across its pages.

use alloc::vec::Vec;

use crate::input::{Input, Reason, Span};
use crate::sound::ogg::page::Page;
use crate::sound::vorbis::Source;

/// A packet that begins with the next page of its stream.
#[derive(Debug)]
pub(super) struct Packet {
    serial: u32,
    /// Rest of it in its present page.
    rest: Span,
    goes_on: bool,
    next_page: u64,
}

impl Packet {
    /// Returns the packet of a stream that begins behind a place.
    pub(super) const fn of(serial: u32, place: u64) -> Self {
        Self {
            serial,
            rest: Span::new(place, 0),
            goes_on: true,
            next_page: place,
        }
    }

    /// Returns the next part of it, of up to so many bytes.
    async fn part(&mut self, input: &mut Input, most: u64) -> Result<Span, Reason> {
        while self.rest.length == 0 {
            if !self.goes_on {
                return Err(Reason::Damaged);
            }
            let page = Page::read(input, self.next_page).await?;
            self.next_page = page.end();
            if page.serial == self.serial {
                (self.rest, self.goes_on) = page.first_packet();
            }
        }
        let part = self.rest.first(most);
        self.rest = self.rest.after(most);
        Ok(part)
    }
}

impl Source for Packet {
    async fn take<T>(
        &mut self,
        input: &mut Input,
        count: u64,
        then: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Reason> {
        let mut bytes = Vec::new();
        let mut missing = count;
        while missing > 0 {
            let part = self.part(input, missing).await?;
            bytes.extend_from_slice(input.read(part).await?);
            missing = missing.saturating_sub(part.length);
        }
        Ok(then(&bytes))
    }

    async fn skip(&mut self, input: &mut Input, count: u64) -> Result<(), Reason> {
        let mut missing = count;
        while missing > 0 {
            missing = missing.saturating_sub(self.part(input, missing).await?.length);
        }
        Ok(())
    }
}
