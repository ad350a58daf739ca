//! The names of all entries, one after the other.

use alloc::string::String;
use alloc::vec::Vec;

use crate::limits::PATH_BYTES;

/// Bytes of one block. The longest name fits.
const BLOCK: usize = 16 * 1024;

const _: () = assert!(PATH_BYTES <= BLOCK && BLOCK <= u16::MAX as usize);

/// Names in blocks of the same size, so that they are never copied. No name is in two.
#[derive(Debug)]
pub(crate) struct Names(Vec<String>);

/// The place of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    block: u16,
    start: u16,
    length: u16,
}

impl Names {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the bytes of all blocks but the last, and of the names in that.
    pub fn len(&self) -> usize {
        let full = self.0.len().saturating_sub(1).saturating_mul(BLOCK);
        full.saturating_add(self.0.last().map_or(0, String::len))
    }

    /// Returns the bytes that one more name takes: none, or those of a block.
    pub fn growth(&self, name: &str) -> usize {
        match self.fits(name) {
            true => 0,
            false => BLOCK.saturating_add(size_of::<String>()),
        }
    }

    fn fits(&self, name: &str) -> bool {
        let spare = |block: &String| BLOCK.saturating_sub(block.len());
        self.0
            .last()
            .is_some_and(|block| spare(block) >= name.len())
    }

    /// Adds a name. Returns `None` if it is longer than a block, or if there are too many
    /// blocks to have places in them.
    pub fn push(&mut self, name: &str) -> Option<Name> {
        if !self.fits(name) {
            if name.len() > BLOCK || self.0.len() > usize::from(u16::MAX) {
                return None;
            }
            self.0.push(String::with_capacity(BLOCK));
        }
        let block = u16::try_from(self.0.len().checked_sub(1)?).ok()?;
        let last = self.0.last_mut()?;
        let place = Name {
            block,
            start: u16::try_from(last.len()).ok()?,
            length: u16::try_from(name.len()).ok()?,
        };
        last.push_str(name);
        Some(place)
    }

    pub fn get(&self, name: Name) -> &str {
        let Name {
            block,
            start,
            length,
        } = name;
        let start = usize::from(start);
        let end = start.saturating_add(length.into());
        let block = self.0.get(usize::from(block));
        block.and_then(|it| it.get(start..end)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_whatever_their_length() {
        let mut names = Names::new();
        let all: Vec<_> = (0..200).map(|count| "é".repeat(count * 10)).collect();
        let places: Vec<_> = all.iter().map(|name| names.push(name).unwrap()).collect();
        for (place, name) in places.into_iter().zip(&all) {
            assert_eq!(names.get(place), name);
        }
        let total: usize = all.iter().map(String::len).sum();
        assert!(names.len() >= total && names.0.len() > 20);
        assert!(names.0.iter().all(|block| block.capacity() == BLOCK));
    }

    #[test]
    fn a_block_is_counted_before_it_is_begun() {
        let mut names = Names::new();
        assert!(names.growth("a") > BLOCK);
        names.push("a").unwrap();
        assert_eq!(names.growth(&"a".repeat(BLOCK - 1)), 0);
        assert!(names.growth(&"a".repeat(BLOCK)) > BLOCK);
        assert!(names.push(&"a".repeat(BLOCK + 1)).is_none());
    }
}
