//! The component for the host of this workspace. It passes on to its host what
//! `wit/extended.wit` has beyond WASI 0.3.

#![no_std]

extern crate alloc;

#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "porthole:server/extension",
    });
}

use alloc::rc::Rc;
use core::net::Ipv6Addr;

use bindings::porthole::server::usage;
use guest::bindings::exports::wasi::cli::run::Guest;
use guest::host::{Host, Meter};

struct Extended;

impl Host for Extended {
    fn spend(&self, client: Ipv6Addr, meter: Meter, cost: u64, most: u64) -> Option<u64> {
        usage::spend(halves(client), passed(meter), cost, most)
    }

    fn give_back(&self, client: Ipv6Addr, meter: Meter, cost: u64) {
        usage::give_back(halves(client), passed(meter), cost);
    }
}

fn halves(client: Ipv6Addr) -> usage::Client {
    let bits = client.to_bits();
    usage::Client {
        high: (bits >> 64) as u64,
        low: bits as u64,
    }
}

fn passed(meter: Meter) -> usage::Meter {
    match meter {
        Meter::Requests => usage::Meter::Requests,
        Meter::Bytes => usage::Meter::Bytes,
    }
}

struct Component;

impl Guest for Component {
    fn run() -> Result<(), ()> {
        guest::run(Rc::new(Extended))
    }
}

guest::bindings::export!(Component with_types_in guest::bindings);
