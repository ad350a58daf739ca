//! Memory that listings may take, including those that are being made.

use alloc::rc::Rc;
use core::cell::Cell;

use crate::reason::Reason;

/// Bytes that all listings hold, including those that are being made.
#[derive(Clone)]
pub struct Quota {
    bytes: Rc<Cell<usize>>,
    /// Most bytes: see [`LISTING_BYTES`](crate::limits::LISTING_BYTES).
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

    /// Returns a reservation that has no bytes yet.
    pub fn reservation(&self) -> Reservation {
        Reservation {
            quota: self.clone(),
            taken: 0,
        }
    }
}

/// A share of the bytes that listings may take, given back when dropped.
pub struct Reservation {
    quota: Quota,
    taken: usize,
}

impl Reservation {
    /// Reserves `bytes` more. To be called before the memory is used.
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Reason> {
        let held = self.quota.bytes();
        if held.saturating_add(bytes) > self.quota.bound {
            return Err(match held == self.taken {
                true => Reason::ListingTooLarge,
                false => Reason::ListingsFull,
            });
        }
        self.add(bytes);
        Ok(())
    }

    /// Reserves `bytes` more without a check, because at least as many were given back
    /// before.
    pub fn add(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(bytes);
        self.quota.set(self.quota.bytes().saturating_add(bytes));
    }

    /// Returns another reservation of the same memory, which has no bytes yet.
    pub fn another(&self) -> Self {
        self.quota.reservation()
    }

    pub fn clear(&mut self) {
        self.give_back(self.taken);
    }

    pub fn give_back(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_sub(bytes);
        self.quota.set(self.quota.bytes().saturating_sub(bytes));
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
    fn errors_tell_own_size_from_shared_shortage() {
        let held = Quota::new(LISTING_BYTES);
        let (mut one, mut other) = (held.reservation(), held.reservation());
        one.reserve(LISTING_BYTES).unwrap();
        assert!(matches!(one.reserve(1), Err(Reason::ListingTooLarge)));
        assert!(matches!(other.reserve(1), Err(Reason::ListingsFull)));
        one.give_back(1);
        other.reserve(1).unwrap();
        assert!(matches!(one.reserve(1), Err(Reason::ListingsFull)));
        drop(one);
        assert_eq!(held.bytes(), 1);
        other.reserve(LISTING_BYTES - 1).unwrap();
    }
}
