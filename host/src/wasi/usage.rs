//! `porthole:server/usage`: what clients have used, counted for all instances of a server.

use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use usage::{Meter, Usage};
use wasmtime::component::{HasData, Linker};

use super::bindings::porthole::server::usage as wit;

/// The counts of one server. Clones share them, over restarts and replacements of its
/// component too. The lock is held for one lookup at a time, which waits for nothing.
#[derive(Clone, Debug)]
pub(crate) struct SharedUsage {
    usage: Arc<Mutex<Usage>>,
    start: Instant,
}

impl SharedUsage {
    pub(crate) fn new() -> Self {
        Self {
            usage: Arc::default(),
            start: Instant::now(),
        }
    }

    /// Returns the nanoseconds since the server started.
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HasData for SharedUsage {
    type Data<'a> = &'a mut Self;
}

pub(crate) trait HasUsage: Send {
    fn usage(&mut self) -> &mut SharedUsage;
}

pub(super) fn add_to_linker<T: HasUsage + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, SharedUsage>(linker, T::usage)
}

impl wit::Host for SharedUsage {
    fn spend(
        &mut self,
        client: wit::Client,
        meter: wit::Meter,
        cost: u64,
        most: u64,
    ) -> wasmtime::Result<Option<u64>> {
        let now = self.now();
        Ok(self.lock().spend(counted(client, meter), now, cost, most))
    }

    fn give_back(
        &mut self,
        client: wit::Client,
        meter: wit::Meter,
        cost: u64,
    ) -> wasmtime::Result<()> {
        self.lock().give_back(counted(client, meter), cost);
        Ok(())
    }
}

fn counted(client: wit::Client, meter: wit::Meter) -> (Ipv6Addr, Meter) {
    let client = u128::from(client.high) << 64 | u128::from(client.low);
    let meter = match meter {
        wit::Meter::Requests => Meter::Requests,
        wit::Meter::Bytes => Meter::Bytes,
        wit::Meter::Failures => Meter::Failures,
    };
    (Ipv6Addr::from_bits(client), meter)
}
