//! State that all connections share.

use alloc::rc::Rc;
use core::cell::Cell;

use guest::runtime::buffer_pool::BufferPool;
use guest::runtime::clock::{self, Clock};
use guest::runtime::deadlines::Deadlines;
use guest::runtime::executor::Executor;
use guest::runtime::open_count::OpenCount;
use h1::response::Policy;

use crate::limits::CONNECTIONS;

/// State that all connections share. There is one thread, so there are no locks.
pub struct Shared {
    pub executor: Rc<Executor>,
    pub deadlines: Deadlines,
    pub clock: Clock,
    pub pool: BufferPool,
    pub policy: Policy,
    pub open: OpenCount,
    pub ticking: Cell<bool>,
}

impl Shared {
    pub fn new(executor: Rc<Executor>) -> Self {
        Self {
            executor,
            deadlines: Deadlines::default(),
            clock: Clock::default(),
            pool: BufferPool::new(0, CONNECTIONS),
            policy: Policy::default(),
            open: OpenCount::default(),
            ticking: Cell::new(false),
        }
    }

    pub fn tick(&self) {
        self.clock.renew();
        self.deadlines.advance(clock::monotonic_seconds());
    }
}
