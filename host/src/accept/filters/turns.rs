//! Turns of the worker's thread, between which the component has its own.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::sync::oneshot;
use tokio::task::yield_now;

/// The turns of what the filters do. Without them, the runtime would let dozens of tasks go on
/// before it looks for events and lets the component go on.
///
/// Of those of the same rank that wait for a turn, the one that has asked last has the next. In
/// a flood of which all ask at once, the first of them would otherwise hold up all others, and
/// they may have been given up already.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<Asked>>);

/// Ranks of those who wait for a turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rank {
    First,
    Last,
}

/// Connections that wait for a turn, of each rank. The one that has asked last is the last one. The
/// connections that are not the component's yet bound them.
#[derive(Default)]
struct Asked {
    is_taken: bool,
    first: Vec<oneshot::Sender<Turn>>,
    last: Vec<oneshot::Sender<Turn>>,
}

/// The turn of a task, which ends when it is dropped.
struct Turn(Option<Turns>);

impl Turns {
    /// Runs a future. Each time that it can go on, it waits for a turn. Between two turns the
    /// runtime looks for events and lets the component go on.
    pub(super) async fn run<F: Future>(&self, rank: Rank, future: F) -> F::Output {
        let mut future = pin!(future);
        let task = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let woken = Arc::new(Woken {
            is_woken: AtomicBool::new(false),
            task,
        });
        let waker = Waker::from(Arc::clone(&woken));
        loop {
            let turn = self.next(rank).await;
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            yield_now().await;
            drop(turn);
            if let Poll::Ready(output) = polled {
                return output;
            }
            poll_fn(|_| woken.poll()).await;
        }
    }

    async fn next(&self, rank: Rank) -> Turn {
        let granted = {
            let mut asked = self.asked();
            if !asked.is_taken {
                asked.is_taken = true;
                return Turn(Some(self.clone()));
            }
            let (grant, granted) = oneshot::channel();
            match rank {
                Rank::First => asked.first.push(grant),
                Rank::Last => asked.last.push(grant),
            }
            granted
        };
        // It waits among those that asked until it is granted. Without a turn it would only
        // share one.
        granted.await.unwrap_or(Turn(None))
    }

    /// Gives the turn that has ended to the next.
    fn pass_on(&self) {
        let mut asked = self.asked();
        while let Some(grant) = asked.next() {
            match grant.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // It has been given up. Its turn has never begun, so it does not end.
                Err(mut turn) => drop(turn.0.take()),
            }
        }
        asked.is_taken = false;
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.first.pop().or_else(|| self.last.pop())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass_on();
        }
    }
}

/// The waker of a future that remembers that it was woken. Its task is also woken for turns.
struct Woken {
    is_woken: AtomicBool,
    task: Waker,
}

impl Woken {
    fn poll(&self) -> Poll<()> {
        match self.is_woken.swap(false, Ordering::AcqRel) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}
