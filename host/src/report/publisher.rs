//! The way of events to those who want to know of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

use crate::limits::EVENT_QUEUE;
use crate::report::event::Event;

/// Receives events. Any of the server's threads may call it, and waits until it returns.
pub type Reporter = Arc<dyn Fn(Event) + Send + Sync>;

/// Passes an event to an embedder's reporter. If the reporter panics, the panic hook has
/// reported that, and it must not end any of the server's threads.
pub(crate) fn deliver(report: &Reporter, event: Event) {
    let _ = catch_unwind(AssertUnwindSafe(|| report(event)));
}

/// Publisher of a server's events. Clones publish to the same subscribers.
#[derive(Clone)]
pub(crate) struct Publisher(Arc<Mutex<Subscribers>>);

#[derive(Default)]
struct Subscribers {
    reporter: Option<Reporter>,
    streams: Vec<Subscription>,
}

struct Subscription {
    queue: mpsc::Sender<Event>,
    missed: Arc<AtomicU64>,
}

/// The events of a server from the time on at which they were subscribed to. It is a
/// [`Stream`], which ends after the server's last event.
///
/// The queue is bounded: a reader that is too slow gets [`Event::Missed`] in the place of
/// what it has missed.
#[derive(Debug)]
pub struct Events {
    queue: mpsc::Receiver<Event>,
    missed: Arc<AtomicU64>,
}

impl Publisher {
    pub(crate) fn new(reporter: Option<Reporter>) -> Self {
        Self(Arc::new(Mutex::new(Subscribers {
            reporter,
            streams: Vec::new(),
        })))
    }

    fn subscribers(&self) -> MutexGuard<'_, Subscribers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes an event on. Waits for the reporter, and never for a stream.
    pub(crate) fn publish(&self, event: Event) {
        #[cfg(feature = "tracing")]
        match event.is_warning() {
            true => tracing::warn!(target: "porthole", "{event}"),
            false => tracing::info!(target: "porthole", "{event}"),
        }
        let mut subscribers = self.subscribers();
        let streams = &mut subscribers.streams;
        streams.retain(|subscription| subscription.offer(&event));
        let reporter = subscribers.reporter.clone();
        drop(subscribers);
        if let Some(reporter) = reporter {
            deliver(&reporter, event);
        }
    }

    pub(crate) fn subscribe(&self) -> Events {
        let (sender, queue) = mpsc::channel(EVENT_QUEUE);
        let missed = Arc::<AtomicU64>::default();
        self.subscribers().streams.push(Subscription {
            queue: sender,
            missed: Arc::clone(&missed),
        });
        Events { queue, missed }
    }

    /// Lets go of all subscribers. The streams still yield what was published before.
    pub(crate) fn close(&self) {
        let subscribers = std::mem::take(&mut *self.subscribers());
        drop(subscribers);
    }
}

impl Subscription {
    /// Adds an event to the queue if there is room, and returns whether anyone reads it.
    fn offer(&self, event: &Event) -> bool {
        match self.queue.try_send(event.clone()) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.missed.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

impl Events {
    /// Waits for the next event. Returns `None` after the last one.
    pub async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        // What was missed comes after the queue, which was full at that time.
        if self.queue.is_empty() {
            let events = self.missed.swap(0, Ordering::Relaxed);
            if events > 0 {
                return Poll::Ready(Some(Event::Missed { events }));
            }
        }
        self.queue.poll_recv(cx)
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn ready(events: &mut Events) -> Option<Option<Event>> {
        match events.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => Some(event),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_slow_reader_is_told_how_much_it_has_missed() {
        let publisher = Publisher::new(None);
        let mut events = publisher.subscribe();
        for connections in 0..EVENT_QUEUE + 3 {
            publisher.publish(Event::Cut { connections });
        }
        for expected in 0..EVENT_QUEUE {
            let event = ready(&mut events).flatten();
            assert!(
                matches!(event, Some(Event::Cut { connections }) if connections == expected),
                "{event:?}"
            );
        }
        let missed = ready(&mut events).flatten();
        assert!(
            matches!(missed, Some(Event::Missed { events: 3 })),
            "{missed:?}"
        );
        assert!(ready(&mut events).is_none());
        publisher.publish(Event::Replaced);
        publisher.close();
        assert!(matches!(ready(&mut events), Some(Some(Event::Replaced))));
        assert!(matches!(ready(&mut events), Some(None)));
    }

    #[test]
    fn readers_that_are_gone_cost_nothing() {
        let publisher = Publisher::new(None);
        for _ in 0..10 {
            publisher.subscribe();
            publisher.publish(Event::Replaced);
        }
        assert!(publisher.subscribers().streams.is_empty());
    }
}
