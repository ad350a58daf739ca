//! Use of `--rate` and `--throttle` by each client address.

pub mod bucket;

use core::cell::RefCell;
use core::net::{IpAddr, Ipv6Addr, SocketAddr};
use core::num::NonZeroUsize;

use lru::LruCache;

use crate::limits::{RATE_LIMITED_ADDRESSES, SMALL_BUFFER, THROTTLED_SECONDS};
use crate::runtime::clock;
use bucket::{Rate, TokenBucket};

/// The most recently seen addresses, up to [`RATE_LIMITED_ADDRESSES`]. Beyond that, the
/// address that was not seen for longest is forgotten and starts anew. A client with that
/// many addresses has that many times the rate anyway.
pub struct RateLimiter {
    requests: Option<Rate>,
    bytes: Option<Rate>,
    used: RefCell<LruCache<IpAddr, Used>>,
}

#[derive(Clone, Copy, Default)]
struct Used {
    requests: TokenBucket,
    bytes: TokenBucket,
}

/// One address whose bytes are counted.
#[derive(Clone, Copy)]
pub struct Throttle<'v> {
    rate_limiter: &'v RateLimiter,
    rate: Rate,
    client: IpAddr,
}

/// Error: the bytes for the client would have to wait for too long.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMuch;

impl RateLimiter {
    /// `None` when neither rate is limited: then nothing is counted.
    pub fn new(requests: Option<Rate>, bytes: Option<Rate>) -> Option<Self> {
        if requests.is_none() && bytes.is_none() {
            return None;
        }
        let bound = NonZeroUsize::new(RATE_LIMITED_ADDRESSES)?;
        Some(Self {
            requests,
            bytes,
            used: RefCell::new(LruCache::new(bound)),
        })
    }

    /// Whether the client may send another request. `now` is in nanoseconds.
    pub fn allow(&self, peer: SocketAddr, now: u64) -> bool {
        self.requests
            .is_none_or(|rate| self.with(client(peer), |used| used.requests.take(now, 1, rate)))
    }

    /// Returns the throttle for bytes to the client, if they are counted.
    pub fn throttle(&self, peer: SocketAddr) -> Option<Throttle<'_>> {
        Some(Throttle {
            rate_limiter: self,
            rate: self.bytes?,
            client: client(peer),
        })
    }

    fn with<R>(&self, client: IpAddr, count: impl FnOnce(&mut Used) -> R) -> R {
        count(
            self.used
                .borrow_mut()
                .get_or_insert_mut(client, Used::default),
        )
    }
}

impl Throttle<'_> {
    /// Returns the bytes to send at once: a quarter of those of a second, so that they flow
    /// evenly.
    pub fn portion(&self) -> u64 {
        (self.rate.units() / 4).max(SMALL_BUFFER as u64)
    }

    /// Counts `bytes` more. Returns the nanoseconds to wait before they are sent.
    ///
    /// # Errors
    /// If the wait is longer than [`THROTTLED_SECONDS`]. The bytes are counted
    /// nevertheless.
    pub fn spend(&self, bytes: u64) -> Result<u64, TooMuch> {
        self.spend_at(clock::monotonic(), bytes)
    }

    fn spend_at(&self, now: u64, bytes: u64) -> Result<u64, TooMuch> {
        let pause = self
            .rate_limiter
            .with(self.client, |used| used.bytes.spend(now, bytes, self.rate));
        match pause > THROTTLED_SECONDS.saturating_mul(1_000_000_000) {
            true => Err(TooMuch),
            false => Ok(pause),
        }
    }

    /// Returns the nanoseconds until all counted bytes may have been sent. No response
    /// waits for longer, even if it was behind others that have gone.
    pub fn owed(&self) -> u64 {
        self.owed_at(clock::monotonic())
    }

    fn owed_at(&self, now: u64) -> u64 {
        self.rate_limiter
            .with(self.client, |used| used.bytes.spend(now, 0, self.rate))
    }

    /// Subtracts `bytes` that were counted but not sent.
    pub fn give_back(&self, bytes: u64) {
        self.rate_limiter
            .with(self.client, |used| used.bytes.give_back(bytes, self.rate));
    }
}

/// Returns the client of an address. An IPv6 /64 counts as one client, because its owner
/// has every address in it. The host counts connections in the same way
/// (`host/src/accept/client_limit.rs`).
fn client(peer: SocketAddr) -> IpAddr {
    match peer.ip().to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use core::num::NonZeroU64;

    fn rate_limiter() -> RateLimiter {
        let rate = |units| NonZeroU64::new(units).map(Rate::per_second);
        RateLimiter::new(rate(2), rate(1_000)).unwrap()
    }

    fn peer(ip: &str) -> SocketAddr {
        SocketAddr::new(ip.parse().unwrap(), 1)
    }

    #[test]
    fn addresses_of_one_client_count_together() {
        let cases = [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "::ffff:10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("2001:db8::1", "2001:db8::ffff:1:2:3", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
        ];
        for (one, other, same) in cases {
            let rate_limiter = rate_limiter();
            assert!(rate_limiter.allow(peer(one), 0) && rate_limiter.allow(peer(one), 0));
            assert_eq!(!rate_limiter.allow(peer(other), 0), same, "{one} {other}");
        }
    }

    #[test]
    fn a_flood_of_addresses_is_forgotten() {
        let rate_limiter = rate_limiter();
        for number in 0..RATE_LIMITED_ADDRESSES * 3 {
            let (high, low) = (number >> 16, number & 0xffff);
            assert!(rate_limiter.allow(peer(&format!("2001:db8:{high:x}:{low:x}::")), 0));
        }
        assert_eq!(rate_limiter.used.borrow().len(), RATE_LIMITED_ADDRESSES);
    }

    #[test]
    fn without_limits_nothing_is_counted() {
        assert!(RateLimiter::new(None, None).is_none());
    }

    #[test]
    fn throttled_waits_are_bounded() {
        let rate_limiter = rate_limiter();
        let throttle = rate_limiter.throttle(peer("10.0.0.1")).unwrap();
        // The bytes of one second may be sent at once.
        let most = (THROTTLED_SECONDS + 1) * 1_000;
        assert_eq!(
            throttle.spend_at(0, most),
            Ok(THROTTLED_SECONDS * 1_000_000_000)
        );
        assert_eq!(throttle.spend_at(0, 1), Err(TooMuch));
        throttle.give_back(most);
        assert_eq!(throttle.owed_at(0), 0);
        assert_eq!(throttle.spend_at(0, 1), Ok(0));
        let other = rate_limiter.throttle(peer("10.0.0.2")).unwrap();
        assert_eq!(other.spend_at(0, 1_000), Ok(0));
    }

    #[test]
    fn throttled_writes_are_not_tiny() {
        let rate_limiter = rate_limiter();
        let throttle = rate_limiter.throttle(peer("10.0.0.1")).unwrap();
        assert_eq!(throttle.portion(), SMALL_BUFFER as u64);
    }
}
