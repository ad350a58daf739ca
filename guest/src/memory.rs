//! The memory that the limits allow in total, which must fit the memory of the sandbox.

use core::fmt;

use crate::limits::{
    CONNECTION_BYTES, LARGE_BUFFER, LARGE_BUFFERS, LISTING_BYTES, MEDIUM_BUFFER, OTHER_BYTES,
    OVERLOAD_CONNECTION_BYTES, OVERLOAD_CONNECTIONS,
};
use crate::options::Options;

/// Distribution of the memory that is left when each connection has what it needs, and the
/// cache has what the operator has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPlan {
    /// Transfers that have large and medium buffers at once.
    pub larges: usize,
    pub mediums: usize,
    /// Bytes for all listings.
    pub listings: usize,
}

/// Error: the memory is too small for the other options.
#[derive(Debug, PartialEq, Eq)]
pub struct Shortage {
    memory: usize,
    needed: usize,
    /// Whether hashes of passwords take a part of it.
    has_hashes: bool,
}

impl MemoryPlan {
    /// Returns the plan for `options`, with `hash` bytes for the computation of a password's
    /// hash. Without `--memory` the size is unknown, and nothing is refused.
    ///
    /// # Errors
    /// When connections, cache, listings and the hash together may need more than `--memory`.
    pub fn of(options: &Options, hash: usize) -> Result<Self, Shortage> {
        let Some(memory) = options.memory else {
            return Ok(Self {
                larges: LARGE_BUFFERS,
                mediums: usize::MAX,
                listings: LISTING_BYTES,
            });
        };
        let listings = LISTING_BYTES.min(memory / 8);
        let connections = options.connections.saturating_mul(CONNECTION_BYTES);
        let needed = connections
            .saturating_add(OVERLOAD_CONNECTIONS.saturating_mul(OVERLOAD_CONNECTION_BYTES))
            .saturating_add(options.cache)
            .saturating_add(listings)
            .saturating_add(hash)
            .saturating_add(OTHER_BYTES);
        let Some(left) = memory.checked_sub(needed) else {
            return Err(Shortage {
                memory,
                needed,
                has_hashes: hash > 0,
            });
        };
        let larges = LARGE_BUFFERS.min(left / LARGE_BYTES);
        let left = left.saturating_sub(larges.saturating_mul(LARGE_BYTES));
        Ok(Self {
            larges,
            mediums: left / MEDIUM_BYTES,
            listings,
        })
    }
}

/// Bytes of a large and of a medium buffer, with the gap of each.
const LARGE_BYTES: usize = with_gap(LARGE_BUFFER);
const MEDIUM_BYTES: usize = with_gap(MEDIUM_BUFFER);

/// Returns the bytes of a buffer that begins at a page: see `runtime::no_std`.
const fn with_gap(buffer: usize) -> usize {
    const PAGE: usize = 4_096;
    buffer.saturating_add(PAGE)
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: usize = 1 << 20;
        write!(
            f,
            "--memory: {} MiB are too little for what {} allow, which needs {} MiB",
            self.memory / MIB,
            match self.has_hashes {
                true => "--max-connections, --cache and the hashes in --auth-file",
                false => "--max-connections and --cache",
            },
            self.needed.div_ceil(MIB)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    fn shares(memory: usize, connections: usize, cache: usize) -> Result<MemoryPlan, Shortage> {
        let arguments = [
            "--listen=127.0.0.1:1".into(),
            format!("--memory={}", memory << 20),
            format!("--max-connections={connections}"),
            format!("--cache={}", cache << 20),
        ];
        MemoryPlan::of(&Options::parse(&arguments).unwrap(), 0)
    }

    #[test]
    fn limits_fit_the_memory_or_are_refused() {
        // (memory in MiB, connections, cache in MiB, whether it fits)
        let cases = [
            // The defaults with one worker, with two, with many.
            (256, 4_096, 32, true),
            (256, 2_048, 32, true),
            (256, 8, 32, true),
            (64, 7, 32, true),
            (256, 2_048, 1_024, false),
            (256, 8_192, 32, false),
            (16, 2_048, 32, false),
            (16, 16, 2, true),
            (4_096, 65_536, 1_024, true),
            (4_096, usize::MAX, 0, false),
        ];
        for (memory, connections, cache, fits) in cases {
            let shares = shares(memory, connections, cache);
            assert_eq!(
                shares.is_ok(),
                fits,
                "{memory} {connections} {cache}: {shares:?}"
            );
            if let Ok(shares) = shares {
                let total = connections * CONNECTION_BYTES
                    + OVERLOAD_CONNECTIONS * OVERLOAD_CONNECTION_BYTES
                    + (cache << 20)
                    + shares.listings
                    + OTHER_BYTES
                    + shares.larges * LARGE_BUFFER
                    + shares.mediums * MEDIUM_BUFFER;
                assert!(total <= memory << 20, "{total}");
            }
        }
        let usual = shares(256, 2_048, 32).unwrap();
        assert_eq!(
            (usual.larges, usual.listings),
            (LARGE_BUFFERS, LISTING_BYTES)
        );
        assert!(usual.mediums > 500, "{usual:?}");
    }

    #[test]
    fn the_reason_is_one_line() {
        let reason = shares(256, 2_048, 1_024).unwrap_err().to_string();
        let start = "--memory: 256 MiB are too little for what --max-connections and --cache \
                     allow, which needs 1";
        assert!(
            reason.starts_with(start) && !reason.contains('\n'),
            "{reason}"
        );
    }

    #[test]
    fn a_hash_that_is_computed_in_place_takes_memory() {
        let plan = |memory: usize, hash: usize| {
            let arguments = [
                "--listen=127.0.0.1:1".into(),
                format!("--memory={}", memory << 20),
                "--max-connections=8".into(),
                "--cache=0".into(),
            ];
            MemoryPlan::of(&Options::parse(&arguments).unwrap(), hash << 20)
        };
        // (memory in MiB, hash in MiB, whether it fits)
        for (memory, hash, fits) in [(32, 0, true), (32, 64, false), (128, 64, true)] {
            assert_eq!(plan(memory, hash).is_ok(), fits, "{memory} {hash}");
        }
        let reason = plan(32, 64).unwrap_err().to_string();
        assert!(reason.contains("the hashes in --auth-file"), "{reason}");
    }

    #[test]
    fn without_a_number_nothing_is_refused() {
        let arguments = ["--listen=127.0.0.1:1".into(), "--cache=99999999999".into()];
        let options = Options::parse(&arguments).unwrap();
        assert_eq!(MemoryPlan::of(&options, 0).unwrap().larges, LARGE_BUFFERS);
    }
}
