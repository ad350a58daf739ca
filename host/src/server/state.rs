//! The state of a server, as others see it.

use std::sync::Arc;
use std::time::SystemTime;

use super::end::StopRequest;
use crate::accept::dispatch::Dispatcher;
use crate::report::counters::{Counters, Counts};
use crate::wasi::counters::Observed;

/// Facts that its handle and an observer read of a server, also after its end.
pub(super) struct ServerState {
    pub(super) counts: Counts,
    pub(super) dispatcher: Dispatcher,
    pub(super) stop: Arc<StopRequest>,
}

impl Observed for ServerState {
    fn counters(&self) -> Counters {
        self.counts.snapshot(self.dispatcher.open())
    }

    fn started(&self) -> SystemTime {
        self.counts.started()
    }

    fn is_ready(&self) -> bool {
        self.stop.asked().is_none() && self.dispatcher.is_listening()
    }
}
