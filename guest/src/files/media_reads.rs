//! Reads of media that folders have cost in the current second.

use core::cell::Cell;

use pages::fnv::Fnv;

use crate::limits::{MEDIA_FOLDERS, MEDIA_READS_PER_SECOND};
use crate::reason::Reason;

/// Reads in the current second, by folder. Folders whose hashes lead to the same place share
/// what they may cost.
pub struct MediaReads {
    second: Cell<i64>,
    counts: [Cell<u32>; MEDIA_FOLDERS],
}

impl Default for MediaReads {
    fn default() -> Self {
        Self {
            second: Cell::new(0),
            counts: [const { Cell::new(0) }; MEDIA_FOLDERS],
        }
    }
}

impl MediaReads {
    /// Begins a file in a folder, whose reads are then counted. `now` is Unix time in seconds.
    pub fn begin(&self, folder: &str, now: i64) -> Result<&Cell<u32>, Reason> {
        if self.second.replace(now) != now {
            self.counts.iter().for_each(|count| count.set(0));
        }
        let mut hash = Fnv::EMPTY;
        hash.add(folder.as_bytes());
        let place = hash.value().checked_rem(MEDIA_FOLDERS as u64);
        let place = place.and_then(|place| usize::try_from(place).ok());
        let count = place.and_then(|place| self.counts.get(place));
        let count = count.ok_or(Reason::ReadsSpent)?;
        match count.get() < MEDIA_READS_PER_SECOND {
            true => Ok(count),
            false => Err(Reason::ReadsSpent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reads: &MediaReads, folder: &str, now: i64) -> Result<(), Reason> {
        let count = reads.begin(folder, now)?;
        count.set(count.get().saturating_add(1));
        Ok(())
    }

    #[test]
    fn a_folder_costs_so_many_reads_a_second() {
        let reads = MediaReads::default();
        for _ in 0..MEDIA_READS_PER_SECOND {
            read(&reads, "films", 1).unwrap();
        }
        assert_eq!(read(&reads, "films", 1), Err(Reason::ReadsSpent));
        assert_eq!(read(&reads, "photos", 1), Ok(()));
        assert_eq!(read(&reads, "films", 2), Ok(()));
        // The clock may be set back.
        assert_eq!(read(&reads, "films", 1), Ok(()));
    }
}
