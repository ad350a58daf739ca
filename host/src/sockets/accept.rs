//! The stream of accepted connections.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, Resource, StreamProducer, StreamResult};

use super::{Socket, View};
use crate::acceptor::Accepted;
use crate::load::Load;

/// Where one listener's connections wait for one worker.
///
/// It belongs to the worker, not to the instance: what arrives while an instance
/// is being replaced is served by the next.
#[derive(Clone)]
pub struct Inbox {
    address: SocketAddr,
    receiver: Arc<Mutex<mpsc::Receiver<Accepted>>>,
    listened: Arc<AtomicBool>,
    load: Load,
    /// Whether there is a stream of its connections.
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

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes the inbox for a stream; there is one at a time. What comes of it is to be
    /// made a [`Producer`], which gives it back.
    pub(super) fn take(&self) -> bool {
        !self.taken.swap(true, Ordering::Relaxed)
    }

    /// The next connection; `None` once the host has ended the stream.
    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Accepted>> {
        // Only this worker's thread locks it, one call at a time.
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.poll_recv(cx)
    }

    /// Whether the host has ended the stream and nothing waits in it.
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
    pub(super) fn find(&self, address: SocketAddr) -> Option<&Inbox> {
        self.inboxes.iter().find(|inbox| inbox.address == address)
    }

    /// Whether the host has ended every stream and nothing waits in any.
    pub(crate) fn are_closed(&self) -> bool {
        self.inboxes.iter().all(Inbox::is_closed)
    }

    /// Whether an instance has ever come as far as listening.
    pub(crate) fn have_listened(&self) -> bool {
        self.inboxes
            .iter()
            .any(|inbox| inbox.listened.load(Ordering::Relaxed))
    }

    /// To be called when there will be no further instance: no one is to wait for it.
    pub(crate) fn close(&self) {
        self.inboxes.iter().for_each(Inbox::close);
    }
}

pub(super) struct Producer<T: 'static> {
    inbox: Inbox,
    getter: for<'a> fn(&'a mut T) -> View<'a>,
}

impl<T: 'static> Producer<T> {
    pub(super) fn new(inbox: Inbox, getter: for<'a> fn(&'a mut T) -> View<'a>) -> Self {
        inbox.listened.store(true, Ordering::Relaxed);
        inbox.load.set_up(true);
        Self { inbox, getter }
    }
}

impl<T: 'static> Drop for Producer<T> {
    fn drop(&mut self) {
        self.inbox.taken.store(false, Ordering::Relaxed);
    }
}

impl<T: Send + 'static> StreamProducer<T> for Producer<T> {
    type Item = Resource<Socket>;
    type Buffer = Option<Resource<Socket>>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, T>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        // A zero-length read asks whether a connection waits. An inbox can't be
        // looked into without taking one out, so the answer is "try".
        if destination.remaining(&mut store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let accepted = match self.inbox.poll(cx) {
            Poll::Ready(Some(accepted)) => accepted,
            Poll::Ready(None) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
        };
        let table = (self.getter)(store.data_mut()).table;
        destination.set_buffer(Some(table.push(Socket::Accepted(accepted.open()))?));
        Poll::Ready(Ok(StreamResult::Completed))
    }
}
