//! Entries of a directory with the memory that they take.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::mem::{replace, take};

use pages::entries::Entry;

use crate::files::quota::Reservation;
use crate::runtime::executor::Executor;

/// Entries that are dropped in turns: to give the memory of 200,000 names back takes longer
/// than a turn may.
pub(super) struct Listed {
    pub entries: Vec<Entry>,
    pub reservation: Reservation,
    executor: Rc<Executor>,
}

impl Listed {
    pub fn new(entries: Vec<Entry>, reservation: Reservation, executor: &Rc<Executor>) -> Self {
        Self {
            entries,
            reservation,
            executor: Rc::clone(executor),
        }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let none = self.reservation.another();
        let reservation = replace(&mut self.reservation, none);
        self.executor
            .drop_in_turns(take(&mut self.entries), reservation);
    }
}
