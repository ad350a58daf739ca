//! How many connections each worker holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count of open connections; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load(Arc<AtomicUsize>);

impl Load {
    pub(crate) fn connections(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one more connection for as long as the ticket lives.
    pub(crate) fn ticket(&self) -> Ticket {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ticket(self.clone())
    }
}

/// One open connection.
#[derive(Debug)]
pub(crate) struct Ticket(Load);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_counts_while_its_ticket_lives() {
        let load = Load::default();
        let first = load.ticket();
        let second = load.ticket();
        assert_eq!(load.connections(), 2);
        drop(first);
        assert_eq!(load.connections(), 1);
        drop(second);
        assert_eq!(load.connections(), 0);
    }
}
