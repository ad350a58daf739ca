//! `porthole:server/usage`.

use std::net::Ipv6Addr;

use usage::Meter;
use wasmtime::Result;

use crate::host::State;
use crate::host::bindings::porthole::server::usage as wit;

impl wit::Host for &mut State {
    fn spend(
        &mut self,
        client: wit::Client,
        meter: wit::Meter,
        cost: u64,
        most: u64,
    ) -> Result<Option<u64>> {
        let mut world = self.world.lock();
        world.trace.call("spend", cost, most);
        let now = world.now;
        Ok((world.usage).spend(counted(client, meter), now, cost, most))
    }

    fn give_back(&mut self, client: wit::Client, meter: wit::Meter, cost: u64) -> Result<()> {
        let mut world = self.world.lock();
        world.trace.call("give-back", cost, 0);
        world.usage.give_back(counted(client, meter), cost);
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
