//! The memory and the time that one compilation may take.

use std::fmt;
use std::time::Duration;

use super::limits::{
    COMPILE_BYTES, COMPILE_BYTES_PER_BYTE, COMPILE_SECONDS, COMPILE_SECONDS_PER_MIB,
    COMPILE_TIMEOUT_FACTOR,
};

/// Memory and time of one compilation. It grows with the component, so that a small one
/// cannot take what only a large one needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// Address space in bytes.
    pub(super) memory: u64,
    /// Processor time in seconds.
    pub(super) processor: u64,
    /// Time on the clock.
    pub(super) timeout: Duration,
}

impl Budget {
    pub(super) fn of(component: &[u8]) -> Self {
        let bytes = component.len() as u64;
        let processor = (bytes >> 20)
            .saturating_mul(COMPILE_SECONDS_PER_MIB)
            .saturating_add(COMPILE_SECONDS);
        Self {
            memory: bytes
                .saturating_mul(COMPILE_BYTES_PER_BYTE)
                .saturating_add(COMPILE_BYTES),
            processor,
            timeout: Duration::from_secs(processor.saturating_mul(COMPILE_TIMEOUT_FACTOR)),
        }
    }
}

/// Writes the part of a sentence: `10 s of processor time and 512 MiB`.
impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory >> 20;
        write!(f, "{} s of processor time and {memory} MiB", self.processor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_the_component() {
        let rows = [
            (0, "10 s of processor time and 512 MiB"),
            (601, "10 s of processor time and 512 MiB"),
            (8 << 20, "90 s of processor time and 768 MiB"),
            (64 << 20, "650 s of processor time and 2560 MiB"),
        ];
        for (length, expected) in rows {
            let budget = Budget::of(&vec![0; length]);
            assert_eq!(budget.to_string(), expected);
            assert_eq!(budget.timeout.as_secs(), budget.processor * 4);
        }
    }
}
