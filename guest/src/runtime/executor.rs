//! Runs tasks on the component's one thread.
//!
//! Tasks that were woken stand in a queue, and each has one turn. A turn is bounded:
//! everything that takes time is counted as work ([`Executor::spend`]), and a task that has
//! done its share of work yields ([`Executor::yield_if_due`]). A share covers the time
//! since the host last had a turn, however often the task waited for other tasks in
//! between. Tasks that yielded resume a few at a time, so that new events wait for these
//! few only. [`crate::runtime::waitables`] has what tasks wait for.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::mem::replace;
use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use crate::limits::{
    BYTES_PER_WORK, CALL_WORK, DROPPED_PER_WORK, ENTRY_WORK, HOST_YIELD_AFTER_WORK,
    RESUMED_PER_ROUND, YIELD_AFTER_WORK,
};

/// Tasks that can run. A task lives for as long as something may wake it.
#[derive(Default)]
pub struct Executor {
    /// Woken tasks, in the order in which they were woken.
    ready: Rc<Queue>,
    /// Tasks that yielded, in the order in which they resume.
    later: RefCell<VecDeque<Later>>,
    /// Work of the running task in this round.
    work: Cell<u32>,
    /// Number of the current round.
    round: Cell<u64>,
    /// Work of all tasks since the host's other work last had a turn.
    since_yield: Cell<u32>,
}

/// A task that yielded. It resumes when it is `due`, and not when something else wakes it.
struct Later {
    waker: Waker,
    due: Rc<Cell<bool>>,
}

type Queue = RefCell<VecDeque<Rc<Task>>>;

struct Task {
    /// `None` once the task is done.
    future: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    /// Whether the task is in the queue already.
    queued: Cell<bool>,
    /// The latest round in which the task ran, and its work in that round.
    spent: Cell<(u64, u32)>,
    ready: Rc<Queue>,
}

impl Executor {
    /// Adds a task that is ready to run.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let task = Rc::new(Task {
            future: RefCell::new(Some(Box::pin(future))),
            queued: Cell::new(false),
            spent: Cell::new((0, 0)),
            ready: Rc::clone(&self.ready),
        });
        task.queue();
    }

    /// Runs one round: the tasks that were woken, until none is left.
    pub fn run(&self) {
        let round = self.round.get().wrapping_add(1);
        self.round.set(round);
        loop {
            // The queue is not borrowed while the task runs, because the task may wake
            // others.
            let next = self.ready.borrow_mut().pop_front();
            let Some(task) = next else {
                return;
            };
            self.work.set(task.work_in(round));
            Rc::clone(&task).run();
            task.spent.set((round, self.work.get()));
        }
    }

    /// Counts work of the running task.
    pub fn spend(&self, work: u32) {
        self.work.set(self.work.get().saturating_add(work));
        self.spend_unowned(work);
    }

    /// Counts work that belongs to no task, such as a wait.
    pub fn spend_unowned(&self, work: u32) {
        let all = self.since_yield.get();
        self.since_yield.set(all.saturating_add(work));
    }

    /// Whether the host's other work must have a turn now. If so, the count starts anew.
    pub fn host_is_due(&self) -> bool {
        let owes = self.since_yield.get() >= HOST_YIELD_AFTER_WORK;
        if owes {
            self.since_yield.set(0);
        }
        owes
    }

    /// Counts a read or a write of `bytes`.
    pub fn spend_on_bytes(&self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.spend(CALL_WORK.saturating_add(bytes / BYTES_PER_WORK));
    }

    /// Yields if the task has done its share of work.
    pub async fn yield_if_due(&self) {
        if self.work.get() >= YIELD_AFTER_WORK {
            self.yield_now().await;
        }
    }

    /// Drops many items in turns, because there may be hundreds of thousands.
    /// `with` is kept until then.
    pub fn drop_in_turns<T: 'static>(self: &Rc<Self>, items: Vec<T>, with: impl Sized + 'static) {
        let executor = Rc::clone(self);
        self.spawn(async move {
            let mut items = items;
            while !items.is_empty() {
                items.truncate(items.len().saturating_sub(DROPPED_PER_WORK));
                executor.work(ENTRY_WORK).await;
            }
            drop(with);
        });
    }

    /// Counts work, whatever its result, and yields if the task has done its share of work.
    pub async fn work(&self, work: u32) {
        self.spend(work);
        self.yield_if_due().await;
    }

    /// Lets the tasks that can run by now run first.
    pub async fn yield_to_ready(&self) {
        let mut aside = false;
        poll_fn(|cx| {
            if replace(&mut aside, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Yields like [`Executor::yield_if_due`], for a task that all others wait for, such as
    /// the one that accepts. It is among the next few to resume, however many yielded
    /// before it.
    pub async fn yield_briefly_if_due(&self) {
        if self.work.get() >= YIELD_AFTER_WORK {
            self.pass(VecDeque::push_front).await;
        }
    }

    /// Lets the other tasks that can run, and the host, have a turn.
    pub async fn yield_now(&self) {
        self.pass(VecDeque::push_back).await;
    }

    async fn pass(&self, queue: fn(&mut VecDeque<Later>, Later)) {
        let due = Rc::new(Cell::new(false));
        let mut given = false;
        poll_fn(|cx| {
            if due.get() {
                return Poll::Ready(());
            }
            // If something else woke the task, it has its place in the queue already.
            if !replace(&mut given, true) {
                let later = Later {
                    waker: cx.waker().clone(),
                    due: Rc::clone(&due),
                };
                queue(&mut self.later.borrow_mut(), later);
            }
            Poll::Pending
        })
        .await;
    }

    /// Whether a task has yielded and not resumed yet.
    pub fn has_later(&self) -> bool {
        !self.later.borrow().is_empty()
    }

    /// Wakes a few of the tasks that yielded, in their order.
    pub fn wake_later(&self) {
        for _ in 0..RESUMED_PER_ROUND {
            // The queue is not borrowed while a task is woken.
            let next = self.later.borrow_mut().pop_front();
            match next {
                Some(later) => {
                    later.due.set(true);
                    later.waker.wake();
                }
                None => return,
            }
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

    fn work_in(&self, round: u64) -> u32 {
        match self.spent.get() {
            (latest, work) if latest == round => work,
            _ => 0,
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

/// Returns the waker of a task. A `Waker` must be usable by other threads, and these tasks
/// are not. The component has one thread, and no task is given to code with more threads.
fn waker(task: Rc<Task>) -> Waker {
    // SAFETY: the functions keep the contract of `RawWaker` for a counted reference, except
    // for threads: see above.
    unsafe { Waker::from_raw(raw(task)) }
}

fn raw(task: Rc<Task>) -> RawWaker {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(
        |pointer| {
            // SAFETY: while a waker is cloned, it is alive, and so is its count.
            raw(unsafe { another(pointer) })
        },
        |pointer| {
            // SAFETY: waking consumes the waker, and this call consumes its count.
            unsafe { Rc::from_raw(pointer.cast::<Task>()) }.queue();
        },
        |pointer| {
            // SAFETY: while a waker is used, it is alive, and so is its count.
            unsafe { another(pointer) }.queue();
        },
        |pointer| {
            // SAFETY: the waker is dropped, and this call consumes its count.
            drop(unsafe { Rc::from_raw(pointer.cast::<Task>()) });
        },
    );
    RawWaker::new(Rc::into_raw(task).cast(), &VTABLE)
}

/// Returns the task with one more count.
///
/// # Safety
/// The pointer comes from [`raw`], and its count has not been given up.
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
    use alloc::vec::Vec;
    use core::future::pending;

    /// Spawns `count` tasks that write down their number once a turn, for `turns` turns.
    fn tasks(executor: &Rc<Executor>, count: usize, turns: usize) -> Rc<RefCell<Vec<usize>>> {
        let log = Rc::new(RefCell::new(Vec::new()));
        for number in 0..count {
            let (executor_, log) = (Rc::clone(executor), Rc::clone(&log));
            executor.spawn(async move {
                for _ in 0..turns {
                    log.borrow_mut().push(number);
                    executor_.spend(YIELD_AFTER_WORK);
                    executor_.yield_if_due().await;
                }
            });
        }
        log
    }

    /// A task that is woken by an event waits for a few tasks that yielded, however many
    /// there are.
    #[test]
    fn few_of_those_that_gave_way_go_on_at_once_each_in_turn() {
        let executor = Rc::new(Executor::default());
        let count = 10 * RESUMED_PER_ROUND;
        let log = tasks(&executor, count, 3);
        executor.run();
        while executor.has_later() {
            let before = log.borrow().len();
            executor.wake_later();
            executor.run();
            assert!(log.borrow().len() - before <= RESUMED_PER_ROUND);
        }
        let in_turn: Vec<_> = (0..3 * count).map(|turn| turn % count).collect();
        assert_eq!(*log.borrow(), in_turn);
    }

    #[test]
    fn many_items_are_dropped_in_turns() {
        let executor = Rc::new(Executor::default());
        let (item, kept) = (Rc::new(()), Rc::new(()));
        let a_turn = DROPPED_PER_WORK * YIELD_AFTER_WORK as usize;
        let items: Vec<_> = (0..10 * a_turn).map(|_| Rc::clone(&item)).collect();
        executor.drop_in_turns(items, Rc::clone(&kept));
        executor.run();
        let mut turns = 1;
        while executor.has_later() {
            let left = Rc::strong_count(&item) - 1;
            assert!(left >= 10 * a_turn - turns * a_turn, "{left} after {turns}");
            assert_eq!(Rc::strong_count(&kept), 2);
            executor.wake_later();
            executor.run();
            turns += 1;
        }
        assert!((10..=11).contains(&turns), "{turns}");
        assert_eq!((Rc::strong_count(&item), Rc::strong_count(&kept)), (1, 1));
    }

    /// Many busy tasks must not keep new connections out.
    #[test]
    fn a_brief_yield_resumes_among_the_next_few() {
        let executor = Rc::new(Executor::default());
        tasks(&executor, 100 * RESUMED_PER_ROUND, 3);
        let turns = Rc::new(Cell::new(0));
        executor.spawn({
            let (executor, turns) = (Rc::clone(&executor), Rc::clone(&turns));
            async move {
                for _ in 0..10 {
                    turns.set(turns.get() + 1);
                    executor.spend(YIELD_AFTER_WORK);
                    executor.yield_briefly_if_due().await;
                }
            }
        });
        executor.run();
        for round in 1..10 {
            assert_eq!(turns.get(), round);
            executor.wake_later();
            executor.run();
        }
    }

    #[test]
    fn a_turn_has_its_work_and_no_more() {
        // (work at a time, times in the first turn)
        let cases = [
            (1, YIELD_AFTER_WORK),
            (YIELD_AFTER_WORK / 2, 2),
            (YIELD_AFTER_WORK, 1),
            (u32::MAX, 1),
        ];
        for (work, times) in cases {
            let executor = Rc::new(Executor::default());
            let spent = Rc::new(Cell::new(0));
            executor.spawn({
                let (executor, spent) = (Rc::clone(&executor), Rc::clone(&spent));
                async move {
                    for _ in 0..1_000 {
                        spent.set(spent.get() + 1);
                        executor.spend(work);
                        executor.yield_if_due().await;
                    }
                }
            });
            executor.run();
            assert_eq!(spent.get(), times, "{work} at a time");
            executor.wake_later();
            executor.run();
            assert_eq!(spent.get(), 2 * times, "{work} at a time");
        }
    }

    #[test]
    fn a_task_that_yields_runs_after_all_others() {
        let executor = Rc::new(Executor::default());
        let turns = Rc::new(RefCell::new(Vec::new()));
        for name in ["a", "b"] {
            let (executor_, turns) = (Rc::clone(&executor), Rc::clone(&turns));
            executor.spawn(async move {
                for _ in 0..2 {
                    turns.borrow_mut().push(name);
                    executor_.yield_now().await;
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

    /// Two tasks that wait for each other in turn, and never for the host, do not keep the
    /// host from having a turn.
    #[test]
    fn tasks_that_wake_each_other_give_way_to_the_host() {
        let executor = Rc::new(Executor::default());
        let waiting = Rc::new(RefCell::new(Vec::<Waker>::new()));
        let turns = Rc::new(Cell::new(0));
        for _ in 0..2 {
            let (executor_, waiting) = (Rc::clone(&executor), Rc::clone(&waiting));
            let turns = Rc::clone(&turns);
            executor.spawn(async move {
                for _ in 0..1_000 {
                    turns.set(turns.get() + 1);
                    executor_.spend(YIELD_AFTER_WORK.div_ceil(4));
                    waiting.take().into_iter().for_each(Waker::wake);
                    let mut waited = false;
                    poll_fn(|cx| {
                        if replace(&mut waited, true) {
                            return Poll::Ready(());
                        }
                        waiting.borrow_mut().push(cx.waker().clone());
                        Poll::Pending
                    })
                    .await;
                    executor_.yield_if_due().await;
                }
            });
        }
        executor.run();
        assert!(turns.get() <= 2 * 4, "{} turns in a round", turns.get());
        assert!(executor.has_later());
    }

    #[test]
    fn a_task_that_gave_way_goes_on_when_it_is_due_and_not_when_it_is_woken() {
        let executor = Rc::new(Executor::default());
        let (waker, turns) = (Rc::new(RefCell::new(None)), Rc::new(Cell::new(0)));
        executor.spawn({
            let (executor, waker) = (Rc::clone(&executor), Rc::clone(&waker));
            let turns = Rc::clone(&turns);
            async move {
                poll_fn(|cx| {
                    waker.replace(Some(cx.waker().clone()));
                    Poll::Ready(())
                })
                .await;
                executor.yield_now().await;
                turns.set(1);
            }
        });
        executor.run();
        waker
            .take()
            .into_iter()
            .for_each(|waker: Waker| waker.wake());
        executor.run();
        assert_eq!(turns.get(), 0, "woken by something else");
        executor.wake_later();
        executor.run();
        assert_eq!(turns.get(), 1);
    }

    #[test]
    fn yield_to_ready_stays_in_the_round() {
        let executor = Rc::new(Executor::default());
        let log = Rc::new(RefCell::new(Vec::new()));
        for name in ["a", "b"] {
            let (executor_, log) = (Rc::clone(&executor), Rc::clone(&log));
            executor.spawn(async move {
                for _ in 0..10 {
                    log.borrow_mut().push(name);
                    executor_.spend(YIELD_AFTER_WORK.div_ceil(2));
                    executor_.yield_to_ready().await;
                    executor_.yield_if_due().await;
                }
            });
        }
        executor.run();
        assert_eq!(*log.borrow(), ["a", "b", "a", "b"]);
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
