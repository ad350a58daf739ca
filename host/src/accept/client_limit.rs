//! The limit on connections of each client.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::Limits;

/// Connections of each client. Clones share the counts. Each entry stands for an open
/// connection, so there are never more entries than connections.
#[derive(Clone, Debug)]
pub(crate) struct ClientLimits {
    /// Most connections of one client.
    most: usize,
    except_loopback: bool,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One counted connection of a client. Dropping it ends the count.
#[derive(Debug)]
pub(crate) struct ClientPermit {
    client: IpAddr,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl ClientLimits {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            most: limits.per_address,
            except_loopback: limits.except_loopback,
            held: Arc::default(),
        }
    }

    /// Counts one more connection, unless the client has as many as it may. Returns
    /// `None` when the client is not counted.
    pub(crate) fn acquire(&self, peer: IpAddr) -> Result<Option<ClientPermit>, AtLimit> {
        let client = client(peer);
        if self.except_loopback && client.is_loopback() {
            return Ok(None);
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(client).or_default();
        if *count >= self.most {
            return Err(AtLimit);
        }
        *count = count.saturating_add(1);
        let held = Arc::clone(&self.held);
        Ok(Some(ClientPermit { client, held }))
    }
}

/// The client has as many connections as it may.
#[derive(Debug)]
pub(crate) struct AtLimit;

impl Drop for ClientPermit {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut entry) = held.entry(self.client) {
            match entry.get() {
                0 | 1 => drop(entry.remove()),
                count => *entry.get_mut() = count.saturating_sub(1),
            }
        }
    }
}

/// Returns the client at an address. An IPv6 /64 counts as one client, because its owner
/// has every address in it. The component counts requests in the same way
/// (`guest/src/rate_limit/mod.rs`), except for loopback addresses, which are not counted
/// here.
fn client(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        as_it_is => as_it_is,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(per_address: usize) -> ClientLimits {
        ClientLimits::new(&Limits {
            per_address,
            ..Limits::default()
        })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn connections_of_one_client_are_capped() {
        let limits = at_most(2);
        let mut permits: Vec<_> = ["192.0.2.1", "::ffff:192.0.2.1"]
            .map(|text| limits.acquire(ip(text)).unwrap().unwrap())
            .into();
        assert!(limits.acquire(ip("192.0.2.1")).is_err());
        assert!(limits.acquire(ip("192.0.2.2")).is_ok(), "another client");
        permits.pop();
        permits.push(limits.acquire(ip("192.0.2.1")).unwrap().unwrap());
        assert!(limits.acquire(ip("192.0.2.1")).is_err());
        permits.clear();
        assert!(
            limits.held.lock().unwrap().is_empty(),
            "nothing is left behind"
        );
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let limits = at_most(1);
        let _permit = limits.acquire(ip("2001:db8::1")).unwrap();
        assert!(limits.acquire(ip("2001:db8::2:3:4:5")).is_err());
        assert!(limits.acquire(ip("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn loopback_connections_are_not_counted() {
        let limits = at_most(0);
        for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(
                limits
                    .acquire(ip(text))
                    .is_ok_and(|permit| permit.is_none()),
                "{text}"
            );
        }
        assert!(limits.acquire(ip("192.0.2.1")).is_err());
    }
}
