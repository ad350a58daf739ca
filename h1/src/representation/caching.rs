//! The time for which caches may use content.

/// A time for which caches may use content without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// As the operator wants it; without a wish, not at all.
    Revalidate,
    /// For ever, because other content would have another address (RFC 8246).
    Immutable,
}
