//! The `--rate` and `--throttle` of each client address.

pub mod rate;

use alloc::rc::Rc;
use core::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::host::{Host, Meter};
use crate::limits::{SMALL_BUFFER, THROTTLED_SECONDS};
use rate::{Rate, SECOND};

/// The rates that each client is allowed. The host counts what clients have used.
pub struct RateLimiter {
    requests: Option<Rate>,
    bytes: Option<Rate>,
    host: Rc<dyn Host>,
}

/// One client whose bytes are counted.
#[derive(Clone, Copy)]
pub struct Throttle<'v> {
    host: &'v dyn Host,
    rate: Rate,
    client: Ipv6Addr,
}

/// Error: the bytes for the client would have to wait for too long.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMuch;

impl RateLimiter {
    /// `None` when neither rate is limited: then nothing is counted.
    pub fn new(requests: Option<Rate>, bytes: Option<Rate>, host: Rc<dyn Host>) -> Option<Self> {
        (requests.is_some() || bytes.is_some()).then_some(Self {
            requests,
            bytes,
            host,
        })
    }

    /// Whether the client may send another request.
    pub fn allow(&self, peer: SocketAddr) -> bool {
        self.requests.is_none_or(|rate| {
            let spent = (self.host).spend(client(peer), Meter::Requests, rate.cost(1), SECOND);
            spent.is_some()
        })
    }

    /// Returns the throttle for bytes to the client, if they are counted.
    pub fn throttle(&self, peer: SocketAddr) -> Option<Throttle<'_>> {
        Some(Throttle {
            host: &*self.host,
            rate: self.bytes?,
            client: client(peer),
        })
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
        let pause = self.pause_after(bytes);
        match pause > THROTTLED_SECONDS.saturating_mul(SECOND) {
            true => Err(TooMuch),
            false => Ok(pause),
        }
    }

    /// Returns the nanoseconds until all counted bytes may have been sent. No response
    /// waits for longer, even if it was behind others that have gone.
    pub fn owed(&self) -> u64 {
        self.pause_after(0)
    }

    /// Subtracts `bytes` that were counted but not sent.
    pub fn give_back(&self, bytes: u64) {
        self.host
            .give_back(self.client, Meter::Bytes, self.rate.cost(bytes));
    }

    /// Counts `bytes` more. Returns the nanoseconds to pause, so that the rate is kept: the
    /// bytes of one second may be sent at once.
    fn pause_after(&self, bytes: u64) -> u64 {
        let cost = self.rate.cost(bytes);
        let ahead = self.host.spend(self.client, Meter::Bytes, cost, u64::MAX);
        // Any cost is within the most that there is.
        ahead.unwrap_or(u64::MAX).saturating_sub(SECOND)
    }
}

/// Returns the client at an address. An IPv6 /64 counts as one client, because its owner
/// has every address in it. The host counts connections in the same way
/// (`host/src/accept/client_limit.rs`).
pub fn client(peer: SocketAddr) -> Ipv6Addr {
    match peer.ip().to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)
        }
        IpAddr::V4(address) => address.to_ipv6_mapped(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::wasi::sockets::types::TcpSocket;
    use crate::host::{CountedResponse, TlsVersion};
    use alloc::boxed::Box;
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::cell::RefCell;
    use core::num::NonZeroU64;
    use usage::Usage;

    use crate::bindings::wasi::filesystem::types::{Descriptor, ErrorCode};
    use crate::host::{Busy, Later};

    /// A host whose clock stands still.
    #[derive(Default)]
    struct Fake(RefCell<Usage>);

    impl Host for Fake {
        fn spend(&self, client: Ipv6Addr, meter: Meter, cost: u64, most: u64) -> Option<u64> {
            (self.0.borrow_mut()).spend((client, meter), 0, cost, most)
        }

        fn give_back(&self, client: Ipv6Addr, meter: Meter, cost: u64) {
            self.0.borrow_mut().give_back((client, meter), cost);
        }

        fn verify(&self, _: String, _: Vec<u8>) -> Later<'static, Result<bool, Busy>> {
            Box::pin(async { Err(Busy) })
        }

        fn verifies_in_place(&self) -> bool {
            false
        }

        fn secret(&self) -> Vec<u8> {
            Vec::new()
        }

        fn real_path<'a>(
            &'a self,
            _: &'a Descriptor,
            _: &'a str,
        ) -> Later<'a, Result<String, ErrorCode>> {
            Box::pin(async { Err(ErrorCode::Unsupported) })
        }

        fn tls(&self, _: &TcpSocket) -> Option<TlsVersion> {
            None
        }

        fn counts_responses(&self) -> bool {
            false
        }

        fn count_response(&self, _: &CountedResponse) {}
    }

    fn rate_limiter() -> RateLimiter {
        let rate = |units| NonZeroU64::new(units).map(Rate::per_second);
        RateLimiter::new(rate(2), rate(1_000), Rc::<Fake>::default()).unwrap()
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
            assert!(rate_limiter.allow(peer(one)) && rate_limiter.allow(peer(one)));
            assert_eq!(!rate_limiter.allow(peer(other)), same, "{one} {other}");
        }
    }

    #[test]
    fn without_limits_nothing_is_counted() {
        assert!(RateLimiter::new(None, None, Rc::<Fake>::default()).is_none());
    }

    #[test]
    fn throttled_waits_are_bounded() {
        let rate_limiter = rate_limiter();
        let throttle = rate_limiter.throttle(peer("10.0.0.1")).unwrap();
        // The bytes of one second may be sent at once.
        let most = (THROTTLED_SECONDS + 1) * 1_000;
        assert_eq!(throttle.spend(most), Ok(THROTTLED_SECONDS * SECOND));
        assert_eq!(throttle.spend(1), Err(TooMuch));
        throttle.give_back(most);
        assert_eq!(throttle.owed(), 0);
        assert_eq!(throttle.spend(1), Ok(0));
        let other = rate_limiter.throttle(peer("10.0.0.2")).unwrap();
        assert_eq!(other.spend(1_000), Ok(0));
    }

    #[test]
    fn throttled_writes_are_not_tiny() {
        let rate_limiter = rate_limiter();
        let throttle = rate_limiter.throttle(peer("10.0.0.1")).unwrap();
        assert_eq!(throttle.portion(), SMALL_BUFFER as u64);
    }
}
