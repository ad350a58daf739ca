//! The inboxes, in which accepted connections wait for a worker.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::mpsc;

use crate::accept::load::{ConnectionPermit, Load};
use crate::net::stream::{Stream, TlsVersion};

/// A connection on its way to a worker.
pub(crate) struct Accepted {
    pub(crate) stream: Stream,
    /// `None` if the embedder does not know it.
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) tls: TlsVersion,
    pub(crate) permit: ConnectionPermit,
}

/// Inbox in which one listener's connections wait for one worker.
///
/// It belongs to the worker, not to the instance: connections that arrive while an
/// instance is being replaced are served by the next one.
#[derive(Clone)]
pub(crate) struct Inbox {
    address: SocketAddr,
    receiver: Arc<Mutex<mpsc::Receiver<Accepted>>>,
    listened: Arc<AtomicBool>,
    load: Load,
    /// Whether a stream of its connections exists.
    taken: Arc<AtomicBool>,
}

impl Inbox {
    pub(crate) fn new(address: SocketAddr, receiver: mpsc::Receiver<Accepted>, load: Load) -> Self {
        Self {
            address,
            receiver: Arc::new(Mutex::new(receiver)),
            listened: Arc::default(),
            load,
            taken: Arc::default(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes the inbox for a stream. Only one stream can have it at a time, until
    /// [`Inbox::give_back`].
    pub(crate) fn take(&self) -> bool {
        !self.taken.swap(true, Ordering::Relaxed)
    }

    /// Lets another stream take the inbox.
    pub(crate) fn give_back(&self) {
        self.taken.store(false, Ordering::Relaxed);
    }

    /// Whether an instance has ever listened.
    pub(crate) fn has_listened(&self) -> bool {
        self.listened.load(Ordering::Relaxed)
    }

    /// Notes that an instance listens.
    pub(crate) fn set_listening(&self) {
        self.listened.store(true, Ordering::Relaxed);
        self.load.set_up(true);
    }

    /// Returns the next connection, or `None` once the host has ended the stream.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Accepted>> {
        // Only this worker's thread locks it, one call at a time.
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.poll_recv(cx)
    }

    /// Whether the host has ended the stream and no connection waits in it.
    fn is_closed(&self) -> bool {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.is_closed() && receiver.is_empty()
    }

    /// Takes no more connections, and closes those that wait.
    fn close(&self) {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.close();
        while receiver.try_recv().is_ok() {}
    }
}

/// One worker's inboxes, one for each granted address.
#[derive(Clone)]
pub(crate) struct Inboxes {
    pub(crate) inboxes: Vec<Inbox>,
    pub(crate) load: Load,
}

impl Inboxes {
    pub(crate) fn find(&self, address: SocketAddr) -> Option<&Inbox> {
        self.inboxes.iter().find(|inbox| inbox.address == address)
    }

    /// Whether the host has ended every stream and no connection waits in any.
    pub(crate) fn are_closed(&self) -> bool {
        self.inboxes.iter().all(Inbox::is_closed)
    }

    /// Whether an instance has ever listened.
    pub(crate) fn have_listened(&self) -> bool {
        self.inboxes.iter().any(Inbox::has_listened)
    }

    /// Closes all inboxes, so that no client waits when no further instance will be
    /// started.
    pub(crate) fn close(&self) {
        self.inboxes.iter().for_each(Inbox::close);
    }
}
