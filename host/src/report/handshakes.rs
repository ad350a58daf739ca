//! Outcomes of TLS handshakes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers of TLS handshakes by their outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshakes {
    /// Handshakes that have agreed on TLS 1.2.
    pub tls12: u64,
    /// Handshakes that have agreed on TLS 1.3.
    pub tls13: u64,
    /// Connections that began with something other than TLS.
    pub plain: u64,
    /// Clients that have refused with an alert: most of them do not trust the certificate.
    pub alert: u64,
    /// Clients whose part was malformed, or that have no version or cipher in common with the
    /// server.
    pub protocol: u64,
    /// Clients that have gone before the end.
    pub closed: u64,
    /// Handshakes that took too long, or made way for newer ones.
    pub given_up: u64,
}

/// The ways in which a handshake can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "tls"), allow(dead_code))]
pub(crate) enum Outcome {
    Tls12,
    Tls13,
    Plain,
    Alert,
    Protocol,
    Closed,
    GivenUp,
}

/// The counts, which clones share.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandshakeCounts(Arc<[AtomicU64; 7]>);

impl HandshakeCounts {
    /// Begins a handshake.
    #[cfg_attr(not(feature = "tls"), allow(dead_code))]
    pub(crate) fn begin(&self) -> Handshake {
        Handshake {
            counts: self.clone(),
            outcome: Outcome::GivenUp,
        }
    }

    /// Returns the counts at this moment.
    pub(super) fn read(&self) -> Handshakes {
        let [tls12, tls13, plain, alert, protocol, closed, given_up] =
            self.0.each_ref().map(|count| count.load(Ordering::Relaxed));
        Handshakes {
            tls12,
            tls13,
            plain,
            alert,
            protocol,
            closed,
            given_up,
        }
    }
}

/// A handshake that is counted when it is dropped: as one that was given up, unless it has come
/// to an end before.
#[cfg_attr(not(feature = "tls"), allow(dead_code))]
pub(crate) struct Handshake {
    counts: HandshakeCounts,
    outcome: Outcome,
}

impl Handshake {
    #[cfg_attr(not(feature = "tls"), allow(dead_code))]
    pub(crate) fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        if let Some(count) = self.counts.0.get(self.outcome as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handshake_is_counted_once_by_its_outcome() {
        let counts = HandshakeCounts::default();
        drop(counts.begin());
        for outcome in [Outcome::Tls12, Outcome::Tls13, Outcome::Closed] {
            counts.begin().end(outcome);
        }
        let _open = counts.begin();
        let expected = Handshakes {
            tls12: 1,
            tls13: 1,
            closed: 1,
            given_up: 1,
            ..Handshakes::default()
        };
        assert_eq!(counts.read(), expected);
    }
}
