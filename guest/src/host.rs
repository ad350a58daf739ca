//! What the component asks of its host beyond WASI 0.3.

use core::net::Ipv6Addr;

pub use usage::Meter;

/// What the component asks of its host beyond WASI 0.3. The extended component passes it on to
/// a host that has it. The portable one does without: it counts for its own instance.
pub trait Host {
    /// Adds `cost`, in nanoseconds, to the time at which all that the client has used will be
    /// allowed again. Returns how far that is ahead of now. If it would be more than `most`,
    /// returns nothing and adds nothing.
    fn spend(&self, client: Ipv6Addr, meter: Meter, cost: u64, most: u64) -> Option<u64>;

    /// Subtracts a cost of what was not used after all.
    fn give_back(&self, client: Ipv6Addr, meter: Meter, cost: u64);
}
