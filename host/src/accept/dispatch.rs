//! The choice of a worker for a new connection, and the cap on all connections.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use crate::accept::client_limit::ClientPermit;
use crate::accept::filters::{Filters, Outside};
use crate::accept::inbox::{Accepted, Inbox, Inboxes};
use crate::accept::load::Load;
use crate::limits::{self, Limits};
use crate::net::endpoint::Endpoint;
use crate::net::stream::{Stream, TlsVersion};
use crate::report::counters::Traffic;

/// A worker as the acceptor sees it: one inbox per listener, and its load.
pub(crate) struct WorkerQueue {
    senders: Vec<mpsc::Sender<Accepted>>,
    load: Load,
}

/// Work that the worker's runtime does beside its instance.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

impl WorkerQueue {
    /// Creates a worker's queue, the inboxes at its other end, and the tasks between them.
    pub(crate) fn new(
        share: usize,
        traffic: Traffic,
        endpoints: &[Endpoint],
        outside: &Outside,
    ) -> (Self, Inboxes, Vec<Task>) {
        let load = Load::new(share, traffic);
        let (mut senders, mut inboxes) = (Vec::new(), Vec::new());
        let mut tasks: Vec<Task> = Vec::new();
        for endpoint in endpoints {
            let (sender, receiver) = mpsc::channel(limits::INBOX);
            senders.push(sender);
            if !endpoint.is_filtered() {
                inboxes.push(Inbox::new(endpoint.address, receiver, load.clone()));
                continue;
            }
            let (filters, behind) = Filters::new(endpoint, receiver, outside, share, &load);
            inboxes.extend(behind);
            tasks.push(Box::pin(filters.run()));
        }
        let inboxes = Inboxes {
            inboxes,
            load: load.clone(),
        };
        let queue = Self { senders, load };
        (queue, inboxes, tasks)
    }

    fn has_capacity(&self, listener: usize) -> bool {
        let sender = self.senders.get(listener);
        sender.is_some_and(|sender| sender.capacity() > 0 && !sender.is_closed())
    }

    /// Sends to a queue that has capacity, which remains so because nothing else sends.
    /// If the worker has given up since, the connection is closed.
    fn send(&self, pending: Pending) {
        if let Some(sender) = self.senders.get(pending.listener) {
            let _ = sender.try_send(Accepted {
                stream: pending.stream,
                peer: pending.peer,
                tls: TlsVersion::None,
                permit: self.load.acquire(pending.permit),
            });
        }
    }
}

/// The queues that new connections go to, and the load of replaced versions.
#[derive(Clone, Default)]
pub(crate) struct Dispatcher(Arc<Mutex<Versions>>);

#[derive(Default)]
struct Versions {
    /// Queues of the newest version. The queue that got the latest connection is the last
    /// one. When they are dropped, every worker's stream of connections ends.
    queues: Vec<WorkerQueue>,
    /// Workers of replaced versions that still have connections.
    replaced: Vec<Load>,
}

impl Versions {
    fn replaced(&self) -> usize {
        self.replaced.iter().map(Load::connections).sum()
    }

    fn open(&self) -> usize {
        let newest = self.queues.iter().map(|queue| queue.load.connections());
        newest.sum::<usize>().saturating_add(self.replaced())
    }
}

impl Dispatcher {
    /// Sends new connections to other queues. Connections in the old queues stay there.
    pub(crate) fn replace(&self, queues: Vec<WorkerQueue>) {
        let mut versions = self.versions();
        let old = std::mem::replace(&mut versions.queues, queues);
        let old = old.into_iter().map(|queue| queue.load);
        versions.replaced.extend(old);
        versions.replaced.retain(|load| load.connections() > 0);
    }

    fn versions(&self) -> MutexGuard<'_, Versions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connections that are open.
    pub(crate) fn open(&self) -> usize {
        self.versions().open()
    }

    /// Whether an instance of the newest version listens.
    pub(crate) fn is_listening(&self) -> bool {
        let versions = self.versions();
        versions.queues.iter().any(|queue| queue.load.is_up())
    }

    /// Connections that are open; `None` when there may be no more.
    pub(super) fn open_below_the_cap(&self, limits: &Limits) -> Option<usize> {
        let versions = self.versions();
        let (open, replaced) = (versions.open(), versions.replaced());
        (open < most(limits, replaced, versions.queues.len())).then_some(open)
    }

    /// Gives the connection to the best ranked worker whose inbox has capacity. Returns
    /// the connection when there is none. Equal workers take turns.
    pub(super) fn dispatch(&self, pending: Pending) -> Option<Pending> {
        let queues = &mut self.versions().queues;
        let best = queues
            .iter()
            .enumerate()
            .filter(|(_, queue)| queue.has_capacity(pending.listener))
            .min_by_key(|(_, queue)| queue.load.rank())
            .map(|(place, _)| place);
        let Some(place) = best else {
            return Some(pending);
        };
        let queue = queues.remove(place);
        queue.send(pending);
        queues.push(queue);
        None
    }
}

/// Returns the most connections that all versions may have together, while replaced
/// versions still have `replaced`. The newest version does not know of those. Instead of
/// closing idle connections it would serve its full number in addition, so new
/// connections wait in the acceptor. But each of its workers may always have one, or old
/// downloads would keep all new clients waiting.
fn most(limits: &Limits, replaced: usize, workers: usize) -> usize {
    match replaced {
        0 => limits.connections,
        _ => limits
            .full
            .max(replaced.saturating_add(workers))
            .min(limits.connections),
    }
}

/// A connection that has no worker yet.
pub(super) struct Pending {
    pub(super) listener: usize,
    pub(super) stream: Stream,
    /// `None` if the embedder does not know it.
    pub(super) peer: Option<SocketAddr>,
    pub(super) permit: Option<ClientPermit>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_versions_together_have_so_many() {
        let limits = Limits::default().serving(20);
        // Connections of replaced versions, and the most that all versions may have.
        for (replaced, expected) in [(0, 276), (1, 20), (18, 20), (20, 22), (22, 24), (400, 276)] {
            assert_eq!(most(&limits, replaced, 2), expected, "{replaced}");
        }
    }
}
