//! Results that the server's own thread will have.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// Result of something that a server does on a thread of its own. It is a future that any
/// runtime can await; a thread without one can wait for it.
#[must_use = "its result, or the reason why there is none, is lost"]
pub struct Operation<T>(Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>);

impl<T> Operation<T> {
    pub(crate) fn new(result: impl Future<Output = Result<T, Error>> + Send + 'static) -> Self {
        Self(Box::pin(result))
    }

    /// Waits for the result. It holds up the thread: in a task of a runtime, await the
    /// operation instead.
    ///
    /// # Errors
    /// As for the operation.
    pub fn wait(mut self) -> Result<T, Error> {
        loop {
            if let Some(result) = self.wait_until(None) {
                return result;
            }
        }
    }

    /// Waits for the result, but not longer than `time`. Call it no more once it has
    /// returned a result.
    ///
    /// # Errors
    /// As for the operation.
    pub fn wait_for(&mut self, time: Duration) -> Option<Result<T, Error>> {
        self.wait_until(Instant::now().checked_add(time))
    }

    fn wait_until(&mut self, deadline: Option<Instant>) -> Option<Result<T, Error>> {
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut cx = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(result) = self.0.as_mut().poll(&mut cx) {
                return Some(result);
            }
            let Some(deadline) = deadline else {
                std::thread::park();
                continue;
            };
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return None;
            }
            std::thread::park_timeout(rest);
        }
    }
}

impl<T> Future for Operation<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<T> std::fmt::Debug for Operation<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation").finish_non_exhaustive()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    fn operation() -> (oneshot::Sender<u8>, Operation<u8>) {
        let (sender, receiver) = oneshot::channel();
        let gone = |_| Error::ThreadEnded("the sender");
        (
            sender,
            Operation::new(async move { receiver.await.map_err(gone) }),
        )
    }

    #[test]
    fn a_thread_can_wait_for_a_while_and_then_again() {
        let (sender, mut operation) = operation();
        assert!(operation.wait_for(Duration::ZERO).is_none());
        assert!(operation.wait_for(Duration::from_millis(2)).is_none());
        sender.send(7).unwrap();
        assert_eq!(operation.wait_for(Duration::ZERO).unwrap().unwrap(), 7);
    }

    #[test]
    fn a_result_from_another_thread_ends_the_wait() {
        let (sender, operation) = operation();
        let thread = std::thread::spawn(move || sender.send(7));
        assert_eq!(operation.wait().unwrap(), 7);
        thread.join().unwrap().unwrap();
    }
}
