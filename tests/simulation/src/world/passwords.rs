//! Passwords that the host compares: a table instead of hashes.

use std::collections::BTreeMap;

/// The secret of the only start.
pub const SECRET: [u8; 32] = [7; 32];

/// Most passwords that are being compared or wait.
const MOST: usize = 66;

#[derive(Default)]
pub struct Passwords {
    /// The password of each hash.
    pub known: BTreeMap<String, String>,
    /// Nanoseconds that each comparison takes.
    pub delay: u64,
    comparing: usize,
}

impl Passwords {
    /// Takes a place, if there is one.
    pub fn begin(&mut self) -> bool {
        let is_free = self.comparing < MOST;
        self.comparing += usize::from(is_free);
        is_free
    }

    /// Gives a place back.
    pub fn end(&mut self) {
        self.comparing -= 1;
    }

    /// Whether the password belongs to the hash, or `None` if the hash is unknown.
    pub fn is_right(&self, hash: &str, password: &[u8]) -> Option<bool> {
        let known = self.known.get(hash)?;
        Some(known.as_bytes() == password)
    }
}
