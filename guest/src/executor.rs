//! Runs tasks on the component's one thread.
//!
//! Those that were woken stand in a queue, and each has one turn. Those that gave way
//! of their own accord come after them. What tasks wait for is [`crate::waitables`]'
//! concern.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::mem::replace;
use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

/// Tasks that can go on. A task lives for as long as something may wake it.
#[derive(Default)]
pub struct Executor {
    /// In the order in which they were woken.
    ready: Rc<Queue>,
    /// Of those that gave way.
    later: RefCell<Vec<Waker>>,
}

type Queue = RefCell<VecDeque<Rc<Task>>>;

struct Task {
    /// `None` once it is done.
    future: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    /// Whether it stands in the queue already.
    queued: Cell<bool>,
    ready: Rc<Queue>,
}

impl Executor {
    /// Adds a task, ready to begin.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let task = Rc::new(Task {
            future: RefCell::new(Some(Box::pin(future))),
            queued: Cell::new(false),
            ready: Rc::clone(&self.ready),
        });
        task.queue();
    }

    /// Runs the tasks that were woken, until none is left.
    pub fn run(&self) {
        loop {
            // Not held while the task runs: it may wake others.
            let next = self.ready.borrow_mut().pop_front();
            match next {
                Some(task) => task.run(),
                None => return,
            }
        }
    }

    /// Lets every other task that can go on have a turn, and the host.
    pub async fn give_way(&self) {
        let mut given = false;
        poll_fn(|cx| {
            if replace(&mut given, true) {
                return Poll::Ready(());
            }
            self.later.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Whether some task has given way.
    pub fn has_later(&self) -> bool {
        !self.later.borrow().is_empty()
    }

    /// Wakes the tasks that gave way.
    pub fn wake_later(&self) {
        for waker in self.later.take() {
            waker.wake();
        }
    }
}

impl Task {
    fn queue(self: Rc<Self>) {
        if !self.queued.replace(true) {
            let ready = Rc::clone(&self.ready);
            ready.borrow_mut().push_back(self);
        }
    }

    fn run(self: Rc<Self>) {
        self.queued.set(false);
        let waker = waker(Rc::clone(&self));
        let mut future = self.future.borrow_mut();
        let done = future.as_mut().is_some_and(|future| {
            future
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_ready()
        });
        if done {
            *future = None;
        }
    }
}

/// `Waker` asks for what may go to another thread; these do not. The component has
/// one thread, and no task is handed to anyone who has more.
fn waker(task: Rc<Task>) -> Waker {
    // SAFETY: the functions keep the contract of `RawWaker` for a counted reference,
    // but for threads: see above.
    unsafe { Waker::from_raw(raw(task)) }
}

fn raw(task: Rc<Task>) -> RawWaker {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(
        |pointer| {
            // SAFETY: a waker is cloned while it lives, and so does its count.
            raw(unsafe { another(pointer) })
        },
        |pointer| {
            // SAFETY: waking consumes the waker, and this its count.
            unsafe { Rc::from_raw(pointer.cast::<Task>()) }.queue();
        },
        |pointer| {
            // SAFETY: a waker is used while it lives, and so does its count.
            unsafe { another(pointer) }.queue();
        },
        |pointer| {
            // SAFETY: the waker is gone, and this takes its count.
            drop(unsafe { Rc::from_raw(pointer.cast::<Task>()) });
        },
    );
    RawWaker::new(Rc::into_raw(task).cast(), &VTABLE)
}

/// One more count.
///
/// # Safety
/// The pointer is that of [`raw`], and its count has not been given up.
unsafe fn another(pointer: *const ()) -> Rc<Task> {
    let pointer = pointer.cast::<Task>();
    // SAFETY: the caller's promise.
    unsafe {
        Rc::increment_strong_count(pointer);
        Rc::from_raw(pointer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::pending;

    #[test]
    fn who_gives_way_comes_after_all_others() {
        let executor = Rc::new(Executor::default());
        let turns = Rc::new(RefCell::new(Vec::new()));
        for name in ["a", "b"] {
            let (executor_, turns) = (Rc::clone(&executor), Rc::clone(&turns));
            executor.spawn(async move {
                for _ in 0..2 {
                    turns.borrow_mut().push(name);
                    executor_.give_way().await;
                }
            });
        }
        executor.run();
        assert_eq!(*turns.borrow(), ["a", "b"], "not before they are woken");
        while executor.has_later() {
            executor.wake_later();
            executor.run();
        }
        assert_eq!(*turns.borrow(), ["a", "b", "a", "b"]);
    }

    #[test]
    fn a_task_runs_when_it_is_woken_and_once_however_often() {
        let executor = Executor::default();
        let (waiting, turns) = (Rc::new(RefCell::new(None)), Rc::new(Cell::new(0)));
        executor.spawn({
            let (waiting, turns) = (Rc::clone(&waiting), Rc::clone(&turns));
            poll_fn(move |cx| {
                turns.set(turns.get() + 1);
                waiting.replace(Some(cx.waker().clone()));
                match turns.get() {
                    1 | 2 => Poll::Pending,
                    _ => Poll::Ready(()),
                }
            })
        });
        executor.run();
        executor.run();
        assert_eq!(turns.get(), 1, "nobody woke it");
        for (wakes, expected) in [(2, 2), (1, 3), (1, 3)] {
            let waker = waiting.borrow().clone().unwrap();
            (0..wakes).for_each(|_| waker.wake_by_ref());
            executor.run();
            assert_eq!(turns.get(), expected);
        }
    }

    #[test]
    fn a_task_that_nothing_can_wake_is_dropped() {
        let executor = Executor::default();
        let held = Rc::new(());
        let kept = Rc::clone(&held);
        executor.spawn(async move {
            pending::<()>().await;
            drop(kept);
        });
        executor.run();
        assert_eq!(Rc::strong_count(&held), 1);
    }
}
