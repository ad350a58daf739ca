//! Memory that listings may take, those being made too.

use alloc::rc::Rc;
use core::cell::Cell;

use crate::reason::Reason;

/// Bytes that all listings hold, those being made too.
#[derive(Clone)]
pub struct Quota {
    bytes: Rc<Cell<usize>>,
    /// The most; see [`LISTING_BYTES`](crate::limits::LISTING_BYTES).
    bound: usize,
}

impl Quota {
    pub fn new(bound: usize) -> Self {
        Self {
            bytes: Rc::default(),
            bound,
        }
    }

    pub fn bytes(&self) -> usize {
        self.bytes.get()
    }

    fn set(&self, bytes: usize) {
        self.bytes.set(bytes);
    }

    /// Nothing of it yet.
    pub fn room(&self) -> Reservation {
        Reservation {
            held: self.clone(),
            taken: 0,
        }
    }
}

/// A share of what listings may take, given back when dropped.
pub struct Reservation {
    held: Quota,
    taken: usize,
}

impl Reservation {
    /// To be asked before the memory is used.
    pub fn take(&mut self, bytes: usize) -> Result<(), Reason> {
        let held = self.held.bytes();
        if held.saturating_add(bytes) > self.held.bound {
            return Err(match held == self.taken {
                true => Reason::TooLarge,
                false => Reason::NoRoom,
            });
        }
        self.add(bytes);
        Ok(())
    }

    /// Counts what is less than was given back before.
    pub fn add(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(bytes);
        self.held.set(self.held.bytes().saturating_add(bytes));
    }

    pub fn clear(&mut self) {
        self.give_back(self.taken);
    }

    pub fn give_back(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_sub(bytes);
        self.held.set(self.held.bytes().saturating_sub(bytes));
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LISTING_BYTES;

    #[test]
    fn who_takes_too_much_is_told_whose_it_is() {
        let held = Quota::new(LISTING_BYTES);
        let (mut one, mut other) = (held.room(), held.room());
        one.take(LISTING_BYTES).unwrap();
        assert!(matches!(one.take(1), Err(Reason::TooLarge)));
        assert!(matches!(other.take(1), Err(Reason::NoRoom)));
        one.give_back(1);
        other.take(1).unwrap();
        assert!(matches!(one.take(1), Err(Reason::NoRoom)));
        drop(one);
        assert_eq!(held.bytes(), 1);
        other.take(LISTING_BYTES - 1).unwrap();
    }
}
