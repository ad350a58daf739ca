//! Turns of the worker's thread, between which the component has its own.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;

/// The turns of what the filters do. Whoever wants one waits for those who asked before.
#[derive(Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Turns {
    pub(super) async fn next(&self) -> Turn {
        // It is never closed. Without a permit the turn would only be shared.
        Turn(Arc::clone(&self.0).acquire_owned().await.ok())
    }
}

/// The turn of a task. Without it, the runtime would let dozens of tasks go on before it
/// looks for events and lets the component go on.
pub(super) struct Turn(#[allow(dead_code, reason = "it is held")] Option<OwnedSemaphorePermit>);

impl Turn {
    /// Polls a future as far as it gets by what has arrived so far.
    pub(super) async fn spend<F: Future>(self, mut future: Pin<&mut F>) -> Poll<F::Output> {
        let mut polled = Poll::Pending;
        // The first poll of a new stream registers it, and the runtime then finds out
        // whether bytes have arrived.
        for _ in 0..2 {
            polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
            yield_now().await;
            if polled.is_ready() {
                break;
            }
        }
        polled
    }
}
