//! A part of a file.

/// A part of a file: where it starts, and how long it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Bytes of the file before it.
    pub start: u64,
    /// Its bytes.
    pub length: u64,
}

impl Span {
    /// Returns a part of a file.
    #[must_use]
    pub const fn new(start: u64, length: u64) -> Self {
        Self { start, length }
    }

    /// Returns the place after the last byte.
    #[must_use]
    pub const fn end(self) -> u64 {
        self.start.saturating_add(self.length)
    }

    /// Returns what follows after some bytes of it.
    #[must_use]
    pub const fn after(self, bytes: u64) -> Self {
        let bytes = if bytes < self.length {
            bytes
        } else {
            self.length
        };
        Self {
            start: self.start.saturating_add(bytes),
            length: self.length.saturating_sub(bytes),
        }
    }

    /// Returns the first bytes of it: all, if it has fewer.
    #[must_use]
    pub const fn first(self, bytes: u64) -> Self {
        let length = if bytes < self.length {
            bytes
        } else {
            self.length
        };
        Self {
            start: self.start,
            length,
        }
    }

    /// Returns the last bytes of it: all, if it has fewer.
    #[must_use]
    pub const fn last(self, bytes: u64) -> Self {
        self.after(self.length.saturating_sub(bytes))
    }

    /// Whether `part` is inside.
    #[must_use]
    pub const fn has(self, part: Self) -> bool {
        self.start <= part.start && part.end() <= self.end()
    }
}
