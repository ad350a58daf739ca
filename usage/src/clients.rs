//! Use by the most recently seen clients.

use core::net::Ipv6Addr;
use core::num::NonZeroUsize;

use lru::LruCache;

use crate::limits::CLIENTS;

/// Use by the most recently seen clients, up to [`CLIENTS`]. Beyond that, the client that was
/// not seen for longest is forgotten and starts anew. A client with that many addresses has
/// that many times the rate anyway.
#[derive(Debug)]
pub struct Usage(LruCache<Ipv6Addr, Meters>);

/// Each client has one count of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meter {
    /// Requests per second.
    Requests,
    /// Bytes per second.
    Bytes,
    /// Passwords that were wrong, and those that are being compared.
    Failures,
}

#[derive(Clone, Copy, Debug, Default)]
struct Meters {
    requests: Used,
    bytes: Used,
    failures: Used,
}

/// The nanosecond at which everything that was used will be allowed again. A rate needs no
/// more than this one number.
#[derive(Clone, Copy, Debug, Default)]
struct Used(u64);

impl Default for Usage {
    fn default() -> Self {
        let clients = NonZeroUsize::new(CLIENTS).unwrap_or(NonZeroUsize::MIN);
        Self(LruCache::new(clients))
    }
}

impl Usage {
    /// Adds `cost` to the time at which all that the client has used will be allowed again.
    /// Returns how far that is ahead of `now`. If it would be more than `most`, returns
    /// nothing and adds nothing. All are nanoseconds. Time in which nothing was used is not
    /// saved up.
    pub fn spend(
        &mut self,
        (client, meter): (Ipv6Addr, Meter),
        now: u64,
        cost: u64,
        most: u64,
    ) -> Option<u64> {
        let used = self.used(client, meter);
        let until = used.0.max(now).saturating_add(cost);
        let ahead = until.saturating_sub(now);
        if ahead > most {
            return None;
        }
        used.0 = until;
        Some(ahead)
    }

    /// Subtracts a cost, in nanoseconds, of what was not used after all.
    pub fn give_back(&mut self, (client, meter): (Ipv6Addr, Meter), cost: u64) {
        let used = self.used(client, meter);
        used.0 = used.0.saturating_sub(cost);
    }

    fn used(&mut self, client: Ipv6Addr, meter: Meter) -> &mut Used {
        let meters = self.0.get_or_insert_mut(client, Meters::default);
        match meter {
            Meter::Requests => &mut meters.requests,
            Meter::Bytes => &mut meters.bytes,
            Meter::Failures => &mut meters.failures,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: (Ipv6Addr, Meter) = (Ipv6Addr::LOCALHOST, Meter::Requests);
    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn one_second_of_burst_then_the_rate() {
        for per_second in [1, 7, 1_000] {
            let cost = SECOND / per_second;
            let mut usage = Usage::default();
            let mut now = 5 * SECOND;
            let mut taken = 0;
            // Ten seconds of trying, a hundred times more often than is allowed.
            while now < 15 * SECOND {
                taken += u64::from(usage.spend(ONE, now, cost, SECOND).is_some());
                now += cost / 100;
            }
            assert!(
                (10 * per_second..=11 * per_second).contains(&taken),
                "{taken} at {per_second} per second"
            );
        }
    }

    #[test]
    fn what_is_not_allowed_costs_nothing() {
        let mut usage = Usage::default();
        assert_eq!(usage.spend(ONE, SECOND, SECOND, SECOND), Some(SECOND));
        for _ in 0..1_000 {
            assert_eq!(usage.spend(ONE, SECOND, SECOND / 2, SECOND), None);
        }
        let then = SECOND + SECOND / 2;
        assert_eq!(usage.spend(ONE, then - 1, SECOND / 2, SECOND), None);
        assert_eq!(usage.spend(ONE, then, SECOND / 2, SECOND), Some(SECOND));
    }

    #[test]
    fn time_without_use_is_not_saved_up() {
        let mut usage = Usage::default();
        let mut now = 0;
        for _ in 0..60 {
            let ahead = usage.spend(ONE, now, SECOND, u64::MAX).unwrap();
            now += ahead.saturating_sub(SECOND);
        }
        assert_eq!(now, 59 * SECOND, "the first second's worth came at once");
        now += 3_600 * SECOND;
        assert_eq!(
            usage.spend(ONE, now, 2 * SECOND, u64::MAX),
            Some(2 * SECOND)
        );
    }

    #[test]
    fn what_is_given_back_is_available_again() {
        let mut usage = Usage::default();
        usage.spend(ONE, SECOND, 61 * SECOND, u64::MAX);
        usage.give_back(ONE, 61 * SECOND);
        assert_eq!(usage.spend(ONE, SECOND, SECOND, SECOND), Some(SECOND));
        usage.give_back(ONE, u64::MAX);
        assert_eq!(usage.spend(ONE, SECOND, 0, u64::MAX), Some(0));
    }

    #[test]
    fn nothing_overflows() {
        let mut usage = Usage::default();
        assert_eq!(usage.spend(ONE, 0, u64::MAX, SECOND), None);
        assert_eq!(usage.spend(ONE, u64::MAX, u64::MAX, u64::MAX), Some(0));
        assert_eq!(usage.spend(ONE, 0, 1, SECOND), None);
    }

    #[test]
    fn clients_and_meters_are_counted_apart() {
        let mut usage = Usage::default();
        assert!(usage.spend(ONE, 0, SECOND, SECOND).is_some());
        assert!(usage.spend(ONE, 0, SECOND, SECOND).is_none());
        for other in [
            (Ipv6Addr::LOCALHOST, Meter::Bytes),
            (Ipv6Addr::LOCALHOST, Meter::Failures),
            (Ipv6Addr::UNSPECIFIED, Meter::Requests),
        ] {
            assert!(usage.spend(other, 0, SECOND, SECOND).is_some(), "{other:?}");
        }
    }

    #[test]
    fn a_flood_of_clients_is_forgotten() {
        let mut usage = Usage::default();
        for number in 0..CLIENTS as u128 * 3 {
            let client = (Ipv6Addr::from_bits(number), Meter::Requests);
            assert!(usage.spend(client, 0, SECOND, SECOND).is_some());
        }
        assert_eq!(usage.0.len(), CLIENTS);
    }
}
