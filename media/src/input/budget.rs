//! The cost that the reading of one file may still have.

use crate::input::{Reason, Span};
use crate::limits::{PIECE_BYTES, READ_BYTES, READS, STEPS};

/// Cost that the reading of one file may still have. It is the file that says how much there is
/// to read, so whatever it says must have an end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    bytes: u64,
    reads: u32,
    steps: u32,
}

impl Budget {
    /// Returns that of a file of which nothing has been read.
    pub(super) const fn new() -> Self {
        Self {
            bytes: READ_BYTES,
            reads: READS,
            steps: STEPS,
        }
    }

    /// Pays for one read.
    pub(super) fn read(&mut self, span: Span) -> Result<(), Reason> {
        if span.length > PIECE_BYTES {
            return Err(Reason::Damaged);
        }
        let bytes = self.bytes.checked_sub(span.length);
        let reads = self.reads.checked_sub(1);
        self.bytes = bytes.ok_or(Reason::TooManyBytes)?;
        self.reads = reads.ok_or(Reason::TooManyReads)?;
        Ok(())
    }

    /// Pays for a look at one thing.
    pub(super) fn step(&mut self) -> Result<(), Reason> {
        self.steps = self.steps.checked_sub(1).ok_or(Reason::TooManySteps)?;
        Ok(())
    }
}
