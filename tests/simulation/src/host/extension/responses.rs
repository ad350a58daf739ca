//! `porthole:server/responses`.

use wasmtime::Result;

use crate::host::State;
use crate::host::bindings::porthole::server::responses as wit;
use crate::host::clocks::ORIGIN;

impl wit::Host for &mut State {
    fn finished(&mut self, response: wit::Response) -> Result<()> {
        let mut world = self.world.lock();
        let class = response.status as u8;
        world
            .trace
            .call("finished", u64::from(class), response.bytes);
        let now = ORIGIN + world.now;
        let first_byte = response.first_byte.unwrap_or(now);
        if !(response.started <= first_byte && first_byte <= now) {
            world.break_("times", || format!("{response:?} at {now}"));
        }
        world.reports.push((class, response.bytes));
        Ok(())
    }
}
