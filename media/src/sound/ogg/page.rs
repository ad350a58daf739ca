//! Pages of Ogg (RFC 3533 §6).

use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::input::{Input, Reason, Span};

const MAGIC: &[u8; 4] = b"OggS";

/// Bytes before the lengths of the segments.
const HEAD_BYTES: u64 = 27;

/// Flag of the first page of a stream.
const IS_FIRST: u8 = 2;

/// Length of a segment that goes on in the next one.
const GOES_ON: u8 = 255;

/// Position of a page on which no packet ends.
const NO_POSITION: u64 = u64::MAX;

/// A page: whose it is, and where its segments are.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) serial: u32,
    pub(super) is_first: bool,
    /// All of its segments.
    pub(super) body: Span,
    /// The lengths of the segments.
    segments: Vec<u8>,
}

/// The fields of a page's head.
struct Head {
    flags: u8,
    position: u64,
    serial: u32,
    segments: u8,
}

impl Head {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Bytes::new(bytes);
        if fields.take(4)? != MAGIC || fields.u8()? != 0 {
            return None;
        }
        let (flags, position, serial) = (fields.u8()?, fields.u64_le()?, fields.u32_le()?);
        // Number of the page, and check sum.
        fields.skip(8)?;
        let segments = fields.u8()?;
        Some(Self {
            flags,
            position,
            serial,
            segments,
        })
    }
}

impl Page {
    /// Reads the head of the page at a place.
    pub(super) async fn read(input: &mut Input, place: u64) -> Result<Self, Reason> {
        input.step()?;
        let head = input.read(Span::new(place, HEAD_BYTES)).await?;
        let head = Head::parse(head).ok_or(Reason::Damaged)?;
        let lengths = Span::new(place.saturating_add(HEAD_BYTES), head.segments.into());
        let segments = input.read(lengths).await?.to_vec();
        let sum = segments.iter().map(|length| u64::from(*length));
        let body = Span::new(lengths.end(), sum.fold(0, u64::saturating_add));
        Ok(Self {
            serial: head.serial,
            is_first: head.flags & IS_FIRST != 0,
            body,
            segments,
        })
    }

    /// Returns the place behind it.
    pub(super) const fn end(&self) -> u64 {
        self.body.end()
    }

    /// Returns the part of the page that belongs to its first packet, and whether the
    /// packet goes on in the next page.
    pub(super) fn first_packet(&self) -> (Span, bool) {
        let mut lengths = self.segments.iter();
        let end = lengths.position(|length| *length != GOES_ON);
        let count = end.map_or(self.segments.len(), |end| end.saturating_add(1));
        let lengths = self.segments.iter().take(count);
        let sum = lengths.fold(0_u64, |sum, length| sum.saturating_add((*length).into()));
        (self.body.first(sum), end.is_none())
    }
}

/// Returns the position of the last page in these bytes that has one, among the streams
/// that `find` knows.
pub(super) fn last_position<S>(bytes: &[u8], find: impl Fn(u32) -> Option<S>) -> Option<(S, u64)> {
    let mut rest = bytes;
    while let Some(place) = rest
        .windows(MAGIC.len())
        .rposition(|window| window == MAGIC)
    {
        let (before, page) = rest.split_at_checked(place)?;
        let page = bytes.get(before.len()..).unwrap_or(page);
        if let Some(head) = Head::parse(page)
            && head.position != NO_POSITION
            && let Some(stream) = find(head.serial)
        {
            return Some((stream, head.position));
        }
        // The letters may begin in what was found, but not end in it.
        rest = rest.get(..place.saturating_add(MAGIC.len()).saturating_sub(1))?;
    }
    None
}
