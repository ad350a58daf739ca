//! The component for any host of WASI 0.3. It asks nothing else of its host, so each instance
//! counts the use by clients for itself.

#![no_std]

extern crate alloc;

use alloc::rc::Rc;
use core::cell::RefCell;
use core::net::Ipv6Addr;

use guest::bindings::exports::wasi::cli::run::Guest;
use guest::host::{Host, Meter};
use usage::Usage;

#[derive(Default)]
struct Portable {
    usage: RefCell<Usage>,
}

impl Host for Portable {
    fn spend(&self, client: Ipv6Addr, meter: Meter, cost: u64, most: u64) -> Option<u64> {
        let now = guest::monotonic();
        let mut usage = self.usage.borrow_mut();
        usage.spend((client, meter), now, cost, most)
    }

    fn give_back(&self, client: Ipv6Addr, meter: Meter, cost: u64) {
        self.usage.borrow_mut().give_back((client, meter), cost);
    }
}

struct Component;

impl Guest for Component {
    fn run() -> Result<(), ()> {
        guest::run(Rc::<Portable>::default())
    }
}

guest::bindings::export!(Component with_types_in guest::bindings);
