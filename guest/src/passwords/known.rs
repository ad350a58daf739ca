//! Passwords that were right, by their codes.

use auth::proof::Proof;
use lru::LruCache;

use crate::limits::KNOWN_PASSWORDS;

/// Codes of names with passwords that were right. The least recently used is forgotten first.
pub(super) struct Known(LruCache<Proof, ()>);

impl Default for Known {
    fn default() -> Self {
        Self(LruCache::unbounded())
    }
}

impl Known {
    /// Whether a name with its password was right before.
    pub fn has(&mut self, proof: &Proof) -> bool {
        self.0.get(proof).is_some()
    }

    pub fn add(&mut self, proof: Proof) {
        self.0.put(proof, ());
        while self.0.len() > KNOWN_PASSWORDS {
            self.0.pop_lru();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_not_used_are_forgotten() {
        let mut known = Known::default();
        let proof = |number: usize| {
            let mut proof = Proof::default();
            proof[..8].copy_from_slice(&number.to_be_bytes());
            proof
        };
        for number in 0..KNOWN_PASSWORDS {
            known.add(proof(number));
        }
        assert!(known.has(&proof(0)));
        known.add(proof(KNOWN_PASSWORDS));
        assert!(known.has(&proof(0)) && !known.has(&proof(1)));
        assert!(known.has(&proof(KNOWN_PASSWORDS)));
        assert_eq!(known.0.len(), KNOWN_PASSWORDS);
    }
}
