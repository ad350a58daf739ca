//! `wasi:clocks` and `wasi:cli/environment`.

use wasmtime::Result;
use wasmtime::component::Accessor;

use super::bindings::wasi::cli::environment;
use super::bindings::wasi::clocks::{monotonic_clock, system_clock, types};
use super::{Fakes, State};

/// Value of the monotonic clock when the world begins.
pub(super) const ORIGIN: u64 = 7_300_000_000;

impl types::Host for &mut State {}

impl monotonic_clock::Host for &mut State {
    fn now(&mut self) -> Result<u64> {
        let mut world = self.world.lock();
        let now = world.now;
        world.trace.call("now", now, 0);
        Ok(ORIGIN + now)
    }
}

impl monotonic_clock::HostWithStore<State> for Fakes {
    async fn wait_for(accessor: &Accessor<State, Self>, nanoseconds: u64) -> Result<()> {
        let sleep = accessor.with(|mut store| {
            super::note(&mut store);
            let world = &store.get().world;
            world.lock().trace.call("wait-for", nanoseconds, 0);
            world.sleep(nanoseconds)
        });
        sleep.await;
        Ok(())
    }
}

impl system_clock::Host for &mut State {
    fn now(&mut self) -> Result<system_clock::Instant> {
        let (seconds, nanoseconds) = self.world.lock().wall_clock();
        Ok(system_clock::Instant {
            seconds,
            nanoseconds,
        })
    }
}

impl environment::Host for &mut State {
    fn get_arguments(&mut self) -> Result<Vec<String>> {
        Ok(self.world.lock().arguments.clone())
    }
}
