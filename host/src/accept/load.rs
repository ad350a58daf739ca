//! The load of each worker: its connections, and which of them wait for their clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::accept::client_limit::ClientPermit;
use crate::report::counters::Traffic;

/// Counts of one worker's connections. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Load(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    /// Connections from which on the component closes an idle one for each new one.
    share: usize,
    open: AtomicUsize,
    /// Open connections that wait for bytes of their clients, or that the component has
    /// not seen yet.
    waiting: AtomicUsize,
    /// Whether an instance listens.
    up: AtomicBool,
    traffic: Traffic,
}

impl Load {
    pub(crate) fn new(share: usize, traffic: Traffic) -> Self {
        Self(Arc::new(Counts {
            share,
            open: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            up: AtomicBool::new(false),
            traffic,
        }))
    }

    pub(crate) fn connections(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }

    pub(crate) fn is_up(&self) -> bool {
        self.0.up.load(Ordering::Relaxed)
    }

    pub(crate) fn set_up(&self, up: bool) {
        self.0.up.store(up, Ordering::Relaxed);
    }

    /// Returns the rank for a new connection. The lowest rank is the best.
    ///
    /// A worker that is down comes last: it has lost its connections, and would otherwise
    /// get all new ones. Full workers are equally loaded, whatever they are about to
    /// close. Among them, a worker with connections that wait for their clients comes
    /// first, because it can close one of those.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let load = self.connections().min(self.0.share);
        let stuck = self.0.waiting.load(Ordering::Relaxed) == 0;
        (!self.is_up(), load, stuck)
    }

    /// Counts one more connection as long as the permit lives.
    pub(crate) fn acquire(&self, client: Option<ClientPermit>) -> ConnectionPermit {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        ConnectionPermit {
            load: self.clone(),
            waiting: AtomicBool::new(true),
            client,
        }
    }
}

/// Permit for one open connection.
#[derive(Debug)]
pub(crate) struct ConnectionPermit {
    load: Load,
    waiting: AtomicBool,
    client: Option<ClientPermit>,
}

impl ConnectionPermit {
    /// Counts bytes that were received on this connection.
    pub(crate) fn count_received(&self, bytes: usize) {
        self.load.0.traffic.add_received(bytes);
    }

    /// Counts bytes that were sent on this connection.
    pub(crate) fn count_sent(&self, bytes: usize) {
        self.load.0.traffic.add_sent(bytes);
    }

    /// Counts the connection for a client that has become known.
    pub(crate) fn count_for(&mut self, client: Option<ClientPermit>) {
        self.client = client;
    }

    /// Notes whether the component waits for bytes of the client. Only one thread may
    /// call it.
    pub(crate) fn set_waiting(&self, waiting: bool) {
        if self.waiting.load(Ordering::Relaxed) == waiting {
            return;
        }
        self.waiting.store(waiting, Ordering::Relaxed);
        let counts = &self.load.0.waiting;
        if waiting {
            counts.fetch_add(1, Ordering::Relaxed);
        } else {
            counts.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.set_waiting(false);
        self.load.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_counts_while_its_permit_lives() {
        let load = Load::new(1, Traffic::default());
        let first = load.acquire(None);
        let second = load.acquire(None);
        assert_eq!(load.connections(), 2);
        drop(first);
        assert_eq!(load.connections(), 1);
        drop(second);
        assert_eq!(load.connections(), 0);
    }

    #[test]
    fn the_least_loaded_running_worker_is_chosen() {
        let [none, one, waiting, busy, down] =
            std::array::from_fn(|_| Load::new(2, Traffic::default()));
        for load in [&none, &one, &waiting, &busy] {
            load.set_up(true);
        }
        let _one = one.acquire(None);
        // Full: connections beyond its share do not count.
        let _waiting = [(); 3].map(|()| waiting.acquire(None));
        let _busy = [(); 2].map(|()| {
            let permit = busy.acquire(None);
            permit.set_waiting(false);
            permit
        });
        let mut order = [
            (&down, "down"),
            (&busy, "busy"),
            (&waiting, "waiting"),
            (&one, "one"),
            (&none, "none"),
        ];
        order.sort_by_key(|(load, _)| load.rank());
        assert_eq!(
            order.map(|(_, name)| name),
            ["none", "one", "waiting", "busy", "down"]
        );
    }

    #[test]
    fn dropping_a_permit_clears_waiting() {
        let load = Load::new(1, Traffic::default());
        let permit = load.acquire(None);
        permit.set_waiting(false);
        assert_eq!(load.0.waiting.load(Ordering::Relaxed), 0);
        permit.set_waiting(true);
        permit.set_waiting(true);
        assert_eq!(load.0.waiting.load(Ordering::Relaxed), 1);
        drop(permit);
        assert_eq!(load.0.waiting.load(Ordering::Relaxed), 0);
    }
}
