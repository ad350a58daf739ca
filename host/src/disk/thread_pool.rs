//! Threads that wait for file systems, beside the thread that serves.
//!
//! Each file system gets a limited number of threads, so that one that hangs leaves
//! threads to the others. Further work waits in the order in which it came, or is refused
//! at once if all threads of its file system have waited for long.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use tokio::sync::oneshot;

use crate::limits::{
    DISK_QUEUE, DISK_STUCK, DISK_THREAD_IDLE, DISK_THREADS, DISK_THREADS_PER_FILE_SYSTEM,
    DISK_TIMEOUT,
};

/// Threads of one worker. They outlive its instances, and do not delay its end.
#[derive(Debug)]
pub(crate) struct ThreadPool<K>(Arc<Shared<K>>);

#[derive(Debug)]
struct Shared<K> {
    state: Mutex<State<K>>,
    arrived: Condvar,
    limits: PoolLimits,
}

#[derive(Clone, Copy, Debug)]
struct PoolLimits {
    threads: usize,
    per_file_system: usize,
    queue: usize,
    timeout: Duration,
    stuck: Duration,
    idle: Duration,
}

#[derive(Debug)]
struct State<K> {
    queue: VecDeque<Job<K>>,
    /// Beginnings of the jobs that occupy threads, by file system.
    running: HashMap<K, Vec<Instant>>,
    threads: usize,
    idle: usize,
    /// Whether the pool was dropped.
    closed: bool,
}

struct Job<K> {
    of: K,
    work: Box<dyn Work>,
}

impl<K> std::fmt::Debug for Job<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

/// Future of the result of a call that is made on another thread.
pub(crate) type Completion<T> = Pin<Box<dyn Future<Output = Result<T, Errno>> + Send>>;

/// Work for a thread, and whether someone still waits for it.
trait Work: Send {
    fn is_wanted(&self) -> bool;
    fn run(self: Box<Self>);
}

struct Call<F, T> {
    ask: F,
    result: oneshot::Sender<T>,
}

impl<F: FnOnce() -> T + Send, T: Send> Work for Call<F, T> {
    fn is_wanted(&self) -> bool {
        !self.result.is_closed()
    }

    fn run(self: Box<Self>) {
        // The asking task may be gone by now.
        let _ = self.result.send((self.ask)());
    }
}

impl<K: Copy + Eq + Hash + Send + 'static> ThreadPool<K> {
    pub(crate) fn new() -> Self {
        Self::within(PoolLimits {
            threads: DISK_THREADS,
            per_file_system: DISK_THREADS_PER_FILE_SYSTEM,
            queue: DISK_QUEUE,
            timeout: DISK_TIMEOUT,
            stuck: DISK_STUCK,
            idle: DISK_THREAD_IDLE,
        })
    }

    fn within(limits: PoolLimits) -> Self {
        let state = State {
            queue: VecDeque::new(),
            running: HashMap::new(),
            threads: 0,
            idle: 0,
            closed: false,
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            arrived: Condvar::new(),
            limits,
        }))
    }

    /// Runs `ask`, which waits for the file system `of`, on another thread.
    ///
    /// # Errors
    /// [`Errno::TIMEDOUT`] when it takes longer than anyone may wait; the thread's result
    /// is then dropped. [`Errno::BUSY`] when too many calls wait already, or when the
    /// file system hangs, and [`Errno::NOMEM`] when there is no thread.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        of: K,
        ask: impl FnOnce() -> Result<T, Errno> + Send + 'static,
    ) -> Completion<T> {
        let (result, completed) = oneshot::channel();
        let work = Box::new(Call { ask, result });
        let begun = self.begin(Job { of, work });
        let limit = self.0.limits.timeout;
        Box::pin(async move {
            begun?;
            match tokio::time::timeout(limit, completed).await {
                Ok(Ok(result)) => result,
                // The thread has panicked, and the panic hook has reported it.
                Ok(Err(_)) => Err(Errno::IO),
                Err(_) => Err(Errno::TIMEDOUT),
            }
        })
    }

    fn begin(&self, job: Job<K>) -> Result<(), Errno> {
        let mut state = self.0.lock();
        if state.hangs(job.of, &self.0.limits) {
            return Err(Errno::BUSY);
        }
        if state.queue.len() >= self.0.limits.queue {
            state.queue.retain(|job| job.work.is_wanted());
        }
        if state.queue.len() >= self.0.limits.queue {
            return Err(Errno::BUSY);
        }
        let may_run = state.may_run(job.of, self.0.limits.per_file_system);
        state.queue.push_back(job);
        // A job that may not run yet is taken by the next thread that is done with its
        // file system.
        if !may_run {
            return Ok(());
        }
        self.0.arrived.notify_one();
        match state.queue.len() > state.idle {
            true => self.add_thread(&mut state),
            false => Ok(()),
        }
    }

    fn add_thread(&self, state: &mut State<K>) -> Result<(), Errno> {
        if state.threads >= self.0.limits.threads {
            return Ok(());
        }
        let shared = Arc::clone(&self.0);
        let started = std::thread::Builder::new()
            .name("disk".to_owned())
            .spawn(move || shared.serve());
        match started {
            Ok(_) => state.threads = state.threads.saturating_add(1),
            // The existing threads will take the job.
            Err(_) if state.threads > 0 => {}
            Err(_) => {
                state.queue.pop_back();
                return Err(Errno::NOMEM);
            }
        }
        Ok(())
    }
}

impl<K> Drop for ThreadPool<K> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.arrived.notify_all();
    }
}

impl<K> Shared<K> {
    fn lock(&self) -> MutexGuard<'_, State<K>> {
        // No code panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Shared<K> {
    /// Runs jobs until there were none for a while.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if let Some((job, begun)) = state.take(self.limits.per_file_system) {
                drop(state);
                // A panic costs one request, and the panic hook reports it. A job that
                // nobody waits for any more is dropped here too, while the lock is free:
                // it may hold the last reference to this pool, and dropping the pool
                // takes the lock.
                let _ = catch_unwind(AssertUnwindSafe(|| match job.work.is_wanted() {
                    true => job.work.run(),
                    false => drop(job.work),
                }));
                state = self.lock();
                state.give_back(job.of, begun);
                continue;
            }
            if state.closed {
                break;
            }
            state.idle = state.idle.saturating_add(1);
            let waited = self.arrived.wait_timeout(state, self.limits.idle);
            let (woken, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle = state.idle.saturating_sub(1);
            if timeout.timed_out() && !state.has_work(self.limits.per_file_system) {
                break;
            }
        }
        state.threads = state.threads.saturating_sub(1);
    }
}

impl<K: Copy + Eq + Hash> State<K> {
    fn may_run(&self, of: K, at_once: usize) -> bool {
        self.running.get(&of).map_or(0, Vec::len) < at_once
    }

    /// Whether no thread of a file system has had a result for long.
    fn hangs(&self, of: K, limits: &PoolLimits) -> bool {
        let stuck = |begun: &Instant| begun.elapsed() >= limits.stuck;
        !self.may_run(of, limits.per_file_system)
            && self
                .running
                .get(&of)
                .is_some_and(|jobs| jobs.iter().all(stuck))
    }

    fn has_work(&self, at_once: usize) -> bool {
        self.queue.iter().any(|job| self.may_run(job.of, at_once))
    }

    /// Takes the job that has waited longest, among those that may run.
    fn take(&mut self, at_once: usize) -> Option<(Job<K>, Instant)> {
        let mut queue = self.queue.iter();
        let index = queue.position(|job| self.may_run(job.of, at_once))?;
        let job = self.queue.remove(index)?;
        let begun = Instant::now();
        self.running.entry(job.of).or_default().push(begun);
        Some((job, begun))
    }

    fn give_back(&mut self, of: K, begun: Instant) {
        let jobs = self.running.entry(of).or_default();
        if let Some(index) = jobs.iter().position(|other| *other == begun) {
            jobs.swap_remove(index);
        }
        if jobs.is_empty() {
            self.running.remove(&of);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const BOUNDS: PoolLimits = PoolLimits {
        threads: 4,
        per_file_system: 2,
        queue: 8,
        timeout: Duration::from_secs(60),
        stuck: Duration::from_secs(60),
        idle: Duration::from_secs(60),
    };

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(future)
    }

    /// Returns work that goes on until the sender is dropped.
    fn stalled(until: mpsc::Receiver<()>) -> impl FnOnce() -> Result<(), Errno> + Send + 'static {
        move || {
            let _ = until.recv();
            Ok(())
        }
    }

    #[test]
    fn a_file_system_that_hangs_leaves_threads_to_the_others() {
        let threads = ThreadPool::within(BOUNDS);
        let (releases, hanging): (Vec<_>, Vec<_>) = (0..BOUNDS.per_file_system * 2)
            .map(|_| mpsc::channel())
            .map(|(release, until)| (release, threads.run("hangs", stalled(until))))
            .unzip();
        for number in 0..10 {
            let result = threads.run("works", move || Ok(number));
            assert_eq!(block_on(result), Ok(number));
        }
        drop(releases);
        for hung in hanging {
            assert_eq!(block_on(hung), Ok(()));
        }
    }

    /// Waits until the jobs of the file system "hangs" occupy so many threads.
    fn until_occupied(threads: &ThreadPool<&str>, count: usize) {
        while threads.0.lock().running.get("hangs").map_or(0, Vec::len) != count {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_file_system_that_hangs_for_long_is_busy_at_once() {
        let threads = ThreadPool::within(PoolLimits {
            stuck: Duration::ZERO,
            ..BOUNDS
        });
        let (mut releases, mut hanging) = (Vec::new(), Vec::new());
        for number in 1..=BOUNDS.per_file_system {
            let (release, until) = mpsc::channel();
            releases.push(release);
            hanging.push(threads.run("hangs", stalled(until)));
            until_occupied(&threads, number);
        }
        assert_eq!(block_on(threads.run("hangs", || Ok(()))), Err(Errno::BUSY));
        assert_eq!(block_on(threads.run("works", || Ok(()))), Ok(()));
        releases.pop();
        until_occupied(&threads, BOUNDS.per_file_system - 1);
        assert_eq!(block_on(threads.run("hangs", || Ok(()))), Ok(()));
        drop(releases);
    }

    #[test]
    fn waits_end_at_the_timeout() {
        let limits = PoolLimits {
            timeout: Duration::from_millis(1),
            ..BOUNDS
        };
        let threads = ThreadPool::within(limits);
        let (release, until) = mpsc::channel();
        assert_eq!(
            block_on(threads.run("hangs", stalled(until))),
            Err(Errno::TIMEDOUT)
        );
        drop(release);
    }

    #[test]
    fn the_queue_is_bounded_and_cancelled_work_leaves_it() {
        let threads = ThreadPool::within(BOUNDS);
        let (mut releases, mut waiting) = (Vec::new(), Vec::new());
        for number in 0..BOUNDS.per_file_system + BOUNDS.queue {
            let (release, until) = mpsc::channel();
            releases.push(release);
            waiting.push(threads.run("hangs", stalled(until)));
            let running = (number + 1).min(BOUNDS.per_file_system);
            until_occupied(&threads, running);
        }
        assert_eq!(block_on(threads.run("hangs", || Ok(()))), Err(Errno::BUSY));
        drop(waiting);
        let result = threads.run("works", || Ok(1));
        assert_eq!(block_on(result), Ok(1));
        drop(releases);
    }

    #[test]
    fn work_is_done_in_the_order_in_which_it_came() {
        let limits = PoolLimits {
            per_file_system: 1,
            ..BOUNDS
        };
        let threads = ThreadPool::within(limits);
        let (done, order) = mpsc::channel();
        let (release, until) = mpsc::channel();
        let mut waiting = vec![threads.run((), stalled(until))];
        let mut jobs = Vec::new();
        for number in 0..5 {
            let done = done.clone();
            jobs.push(threads.run((), move || done.send(number).map_err(|_| Errno::IO)));
        }
        drop(release);
        assert_eq!(block_on(waiting.remove(0)), Ok(()));
        for result in jobs {
            assert_eq!(block_on(result), Ok(()));
        }
        drop(done);
        assert_eq!(order.iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn idle_threads_end() {
        let threads = ThreadPool::within(PoolLimits {
            idle: Duration::from_millis(1),
            ..BOUNDS
        });
        assert_eq!(block_on(threads.run((), || Ok(1))), Ok(1));
        while threads.0.lock().threads > 0 {
            std::thread::yield_now();
        }
        assert_eq!(block_on(threads.run((), || Ok(2))), Ok(2));
    }

    #[test]
    fn a_panic_is_one_answer_and_the_thread_goes_on() {
        let threads = ThreadPool::within(PoolLimits {
            threads: 1,
            ..BOUNDS
        });
        let failed = threads.run((), || -> Result<(), Errno> { panic!("for the test") });
        assert_eq!(block_on(failed), Err(Errno::IO));
        assert_eq!(block_on(threads.run((), || Ok(1))), Ok(1));
    }
}
