//! The component's world: a clock, a network, a disk and a log, all of them values.
//! Nothing here runs by itself: [`crate::run`] advances the time.

pub mod content;
pub mod disk;
pub mod faults;
pub mod history;
pub mod meter;
pub mod network;
pub mod passwords;
pub mod trace;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use disk::Disk;
use meter::Meter;
use network::Network;
use passwords::Passwords;
use trace::Trace;
use usage::Usage;

/// Nanoseconds.
pub const MICROSECOND: u64 = 1_000;
pub const MILLISECOND: u64 = 1_000_000;
pub const SECOND: u64 = 1_000_000_000;

/// Unix time in seconds at which every world begins.
pub const EPOCH: i64 = 1_800_000_000;

/// Something that happens at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A client can continue.
    Client(usize),
    /// A wait of the component, or of one of its operations, is over.
    Timer(u64),
    /// The disk changes. The number is that of the change in the plan.
    Change(usize),
    /// No more connections are accepted.
    Drain,
    /// The component must have ended by now.
    End,
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Name of the invariant, in one word.
    pub invariant: &'static str,
    /// Observed behaviour.
    pub what: String,
    /// Nanoseconds since the world began.
    pub at: u64,
}

pub struct World {
    /// Nanoseconds since the world began.
    pub now: u64,
    queue: BinaryHeap<Reverse<(u64, u64, Event)>>,
    order: u64,
    timers: BTreeMap<u64, Waker>,
    /// Seconds by which the wall clock is wrong.
    pub clock_error: i64,
    pub network: Network,
    pub disk: Disk,
    pub meter: Meter,
    pub usage: Usage,
    pub passwords: Passwords,
    pub trace: Trace,
    /// Bytes that the component has written to standard output.
    pub log: Vec<u8>,
    /// Responses that it has reported: the class of the status, from 0, and the bytes.
    pub reports: Vec<(u8, u64)>,
    /// Bytes that it has written to standard error.
    pub complaints: Vec<u8>,
    pub arguments: Vec<String>,
    /// The first broken invariant.
    pub broken: Option<Broken>,
    /// Invariants that need not hold.
    pub without: Vec<String>,
}

/// The world, as the simulated imports and the clients hold it. There is one thread, so
/// the lock is never contended, but the runtime requires that its host can move to
/// another thread.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a number of nanoseconds. With 0 it does not wait.
    pub fn sleep(&self, nanoseconds: u64) -> Sleep {
        let at = self.lock().now.saturating_add(nanoseconds);
        Sleep {
            world: self.clone(),
            at,
            timer: None,
        }
    }
}

impl World {
    pub fn new(arguments: Vec<String>, disk: Disk, meter: Meter) -> Self {
        Self {
            now: 0,
            queue: BinaryHeap::new(),
            order: 0,
            timers: BTreeMap::new(),
            clock_error: 0,
            network: Network::default(),
            disk,
            meter,
            usage: Usage::default(),
            passwords: Passwords::default(),
            trace: Trace::default(),
            log: Vec::new(),
            reports: Vec::new(),
            complaints: Vec::new(),
            arguments,
            broken: None,
            without: Vec::new(),
        }
    }

    pub fn schedule(&mut self, after: u64, event: Event) {
        self.order += 1;
        let at = self.now.saturating_add(after);
        self.queue.push(Reverse((at, self.order, event)));
    }

    /// Returns the next event that is due. With `may_wait` it returns the next event of
    /// all, and the time advances.
    pub fn next(&mut self, may_wait: bool) -> Option<Event> {
        let &Reverse((at, _, event)) = self.queue.peek()?;
        if at > self.now && !may_wait {
            return None;
        }
        self.queue.pop();
        self.now = self.now.max(at);
        if let Event::Timer(timer) = event
            && let Some(waker) = self.timers.remove(&timer)
        {
            waker.wake();
        }
        Some(event)
    }

    /// Records a broken invariant. Only the first one counts.
    pub fn break_(&mut self, invariant: &'static str, what: impl FnOnce() -> String) {
        if self.broken.is_none() && !self.without.iter().any(|name| name == invariant) {
            self.broken = Some(Broken {
                invariant,
                what: what(),
                at: self.now,
            });
        }
    }

    /// Returns the Unix time in seconds, and nanoseconds.
    pub fn wall_clock(&self) -> (i64, u32) {
        let seconds = EPOCH + (self.now / SECOND) as i64 + self.clock_error;
        (seconds, (self.now % SECOND) as u32)
    }
}

/// A wait in the world's time.
pub struct Sleep {
    world: Shared,
    at: u64,
    timer: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.world.clone();
        let mut world = shared.lock();
        if world.now >= self.at {
            return Poll::Ready(());
        }
        let timer = match self.timer {
            Some(timer) => timer,
            None => {
                let after = self.at - world.now;
                let timer = world.order + 1;
                world.schedule(after, Event::Timer(timer));
                self.timer = Some(timer);
                timer
            }
        };
        world.timers.insert(timer, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            self.world.lock().timers.remove(&timer);
        }
    }
}
