//! One reading of a file.

use media::limits::{PIECE_BYTES, READ_BYTES, READS};
use media::{Facts, Format, Reason, Step};

/// The way in which the bytes for a need come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Supply {
    /// All at once.
    Whole,
    /// So many at once.
    Bytes(u64),
    /// All at once, until so many needs have been met; then none.
    UntilNeed(u32),
}

/// Outcome of a reading.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) end: Result<Box<Facts>, Reason>,
    /// Number of times that bytes were needed.
    pub(super) needs: u32,
}

impl Reading {
    /// Reads a file of these bytes, and of zeros up to a length.
    pub(super) fn of(format: Option<Format>, file: &[u8], length: u64, supply: Supply) -> Self {
        let mut step = match format {
            Some(format) => media::read_as(format, length),
            None => media::read(length),
        };
        let (mut needs, mut bytes) = (0, 0);
        loop {
            let need = match step {
                Step::Need(need) => need,
                Step::Done(end) => return Self { end, needs },
            };
            let span = need.span();
            assert!(span.length > 0 && span.length <= PIECE_BYTES, "{span:?}");
            let end = span.start.checked_add(span.length).expect("an end");
            assert!(end <= length, "{span:?} of {length}");
            let supplied = match supply {
                Supply::Whole => span.length,
                Supply::Bytes(most) => span.length.min(most),
                Supply::UntilNeed(last) if needs < last => span.length,
                Supply::UntilNeed(_) => 0,
            };
            needs += 1;
            bytes += supplied;
            assert!(bytes <= READ_BYTES, "{bytes} bytes");
            let whole = !matches!(supply, Supply::Bytes(_));
            assert!(!whole || needs <= READS, "{needs} needs");
            step = need.supply(&piece(file, span.start, supplied));
        }
    }
}

fn piece(file: &[u8], start: u64, length: u64) -> Vec<u8> {
    let length = length as usize;
    let start = usize::try_from(start).unwrap_or(usize::MAX).min(file.len());
    let mut piece = file[start..]
        .iter()
        .copied()
        .take(length)
        .collect::<Vec<_>>();
    piece.resize(length, 0);
    piece
}
