//! The end of a stream, and the future that reports it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use wasmtime::Result;
use wasmtime::component::FutureReader;

/// The sending side. When it is dropped, the stream ended without an error.
pub struct Ending<E>(Slot<E>);

/// The future that returns the result.
pub struct Outcome<E>(Slot<E>);

/// The component's end of it.
pub type OutcomeReader<E> = FutureReader<core::result::Result<(), E>>;

type Slot<E> = Arc<Mutex<State<E>>>;

struct State<E> {
    ended: Option<core::result::Result<(), E>>,
    waiting: Option<Waker>,
}

pub fn outcome<E>() -> (Ending<E>, Outcome<E>) {
    let slot = Arc::new(Mutex::new(State {
        ended: None,
        waiting: None,
    }));
    (Ending(Arc::clone(&slot)), Outcome(slot))
}

impl<E> Ending<E> {
    pub fn end(&self, how: core::result::Result<(), E>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended.get_or_insert(how);
        state.waiting.take().into_iter().for_each(Waker::wake);
    }
}

impl<E> Drop for Ending<E> {
    fn drop(&mut self) {
        self.end(Ok(()));
    }
}

impl<E> Future for Outcome<E> {
    type Output = Result<core::result::Result<(), E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.ended.take() {
            Some(how) => Poll::Ready(Ok(how)),
            None => {
                state.waiting = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
