//! `porthole:admin/counters`: the counters of another server, to be read.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wasmtime::component::{HasData, Linker};

use super::bindings::admin::porthole::admin::counters as wit;
use crate::report::counters::Counters;
use crate::report::handshakes::Handshakes;
use crate::report::responses::{Histogram, Method, PasswordOutcome, Responses, StatusClass};
use crate::report::worker_counts::WorkerCounters;

/// A server whose counters are granted.
pub(crate) trait Observed: Send + Sync {
    fn counters(&self) -> Counters;

    fn started(&self) -> SystemTime;

    /// Whether it accepts connections, and is not about to end.
    fn is_ready(&self) -> bool;
}

/// The grant: none for every other server.
pub(crate) type Observer = Option<Arc<dyn Observed>>;

/// The key under which the generated code finds the [`Observer`].
pub(crate) struct Observers;

impl HasData for Observers {
    type Data<'a> = &'a mut Observer;
}

pub(crate) trait HasObserver: Send {
    fn observer(&mut self) -> &mut Observer;
}

pub(super) fn add_to_linker<T: HasObserver + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Observers>(linker, T::observer)
}

impl wit::Host for Observer {
    fn read(&mut self) -> wasmtime::Result<wit::Snapshot> {
        let observed = granted(self)?;
        let started = observed.started().duration_since(UNIX_EPOCH);
        Ok(snapshot(
            &observed.counters(),
            observed.is_ready(),
            started.unwrap_or_default(),
        ))
    }

    fn is_ready(&mut self) -> wasmtime::Result<bool> {
        Ok(granted(self)?.is_ready())
    }
}

fn granted(observer: &Observer) -> wasmtime::Result<&Arc<dyn Observed>> {
    let none = || wasmtime::format_err!("no counters are granted");
    observer.as_ref().ok_or_else(none)
}

fn snapshot(counters: &Counters, ready: bool, started: Duration) -> wit::Snapshot {
    wit::Snapshot {
        ready,
        started: u64::try_from(started.as_millis()).unwrap_or(u64::MAX),
        connections: wit::Connections {
            open: counters.open as u64,
            most_open: counters.most_open as u64,
            accepted: counters.accepted,
            refused_address: counters.refused,
            refused_header: counters.headerless,
            received_bytes: counters.received,
            sent_bytes: counters.sent,
        },
        handshakes: handshakes(&counters.handshakes),
        responses: responses(&counters.responses),
        instances: wit::Instances {
            failures: counters.failures,
            restarts: counters.restarts,
            generations: counters.versions,
            memory: memory(&counters.workers),
        },
        descriptors: descriptors(),
    }
}

#[cfg(unix)]
fn descriptors() -> Option<wit::Descriptors> {
    let (open, most) = (crate::descriptors::count()?, crate::descriptors::most());
    Some(wit::Descriptors { open, most })
}

#[cfg(not(unix))]
fn descriptors() -> Option<wit::Descriptors> {
    None
}

fn handshakes(handshakes: &Handshakes) -> wit::Handshakes {
    wit::Handshakes {
        tls12: handshakes.tls12,
        tls13: handshakes.tls13,
        plain: handshakes.plain,
        alert: handshakes.alert,
        protocol: handshakes.protocol,
        closed: handshakes.closed,
        given_up: handshakes.given_up,
    }
}

fn responses(responses: &Responses) -> wit::Responses {
    let statuses = |method| {
        let count = |status| responses.count(method, status);
        wit::Statuses {
            informational: count(StatusClass::Informational),
            successful: count(StatusClass::Successful),
            redirection: count(StatusClass::Redirection),
            client_error: count(StatusClass::ClientError),
            server_error: count(StatusClass::ServerError),
        }
    };
    wit::Responses {
        get: statuses(Method::Get),
        head: statuses(Method::Head),
        options: statuses(Method::Options),
        other: statuses(Method::Other),
        bytes: responses.bytes,
        cache_hits: responses.cache_hits,
        cache_misses: responses.cache_misses,
        passwords_right: responses.passwords(PasswordOutcome::Right),
        passwords_wrong: responses.passwords(PasswordOutcome::Wrong),
        passwords_refused: responses.passwords(PasswordOutcome::Refused),
        first_byte: histogram(&responses.first_byte),
        duration: histogram(&responses.duration),
    }
}

fn histogram(histogram: &Histogram) -> wit::Histogram {
    let buckets = histogram.buckets.iter();
    wit::Histogram {
        buckets: buckets
            .map(|(bound, count)| (micros(*bound), *count))
            .collect(),
        longer: histogram.longer,
        sum: micros(histogram.sum),
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Returns the memory of each worker by its number, in all versions together.
fn memory(workers: &[WorkerCounters]) -> Vec<u64> {
    let mut memory: Vec<u64> = Vec::new();
    for worker in workers {
        if memory.len() <= worker.number {
            memory.resize(worker.number.saturating_add(1), 0);
        }
        if let Some(bytes) = memory.get_mut(worker.number) {
            *bytes = bytes.saturating_add(worker.memory as u64);
        }
    }
    memory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_a_worker_count_together() {
        let worker = |number, memory| WorkerCounters { number, memory };
        let workers = [worker(2, 5), worker(0, 1), worker(2, 7)];
        assert_eq!(memory(&workers), [1, 0, 12]);
        assert!(memory(&[]).is_empty());
    }

    #[test]
    fn without_a_grant_nothing_can_be_read() {
        use wit::Host as _;
        let mut none: Observer = None;
        assert!(none.read().is_err() && none.is_ready().is_err());
    }
}
