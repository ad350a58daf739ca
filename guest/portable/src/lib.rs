//! The component for any host of WASI 0.3. It asks nothing else of its host, so each instance
//! counts the use by clients for itself, and compares passwords by itself: others wait
//! meanwhile, and where there are rules for folders, nobody gets through a symbolic link.

#![no_std]

extern crate alloc;

mod real_path;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::net::Ipv6Addr;

use auth::users::Hash;
use guest::bindings::exports::wasi::cli::run::Guest;
use guest::bindings::wasi::cli::environment::get_arguments;
use guest::bindings::wasi::filesystem::types::{Descriptor, ErrorCode};
use guest::bindings::wasi::sockets::types::TcpSocket;
use guest::host::{Busy, CountedResponse, Host, Later, Meter, TlsVersion};
use sha2::{Digest as _, Sha256};
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

    /// Computes the hash in one turn, so that there is never more than one of them at a time.
    fn verify(&self, hash: String, password: Vec<u8>) -> Later<'static, Result<bool, Busy>> {
        Box::pin(async move {
            let hash = Hash::parse(&hash).map_err(|_| Busy)?;
            auth::verify::verify(&hash, &password).map_err(|_| Busy)
        })
    }

    fn verifies_in_place(&self) -> bool {
        true
    }

    /// Returns a hash of all arguments. The hashes of passwords are among them, and nobody
    /// who does not know these can compute it.
    fn secret(&self) -> Vec<u8> {
        let mut digest = Sha256::new();
        digest.update(b"porthole: secret of an instance\0");
        for argument in get_arguments() {
            digest.update(argument.as_bytes());
            digest.update(b"\0");
        }
        digest.finalize().to_vec()
    }

    fn real_path<'a>(
        &'a self,
        root: &'a Descriptor,
        path: &'a str,
    ) -> Later<'a, Result<String, ErrorCode>> {
        Box::pin(real_path::real_path(root, path))
    }

    fn tls(&self, _: &TcpSocket) -> Option<TlsVersion> {
        None
    }

    fn counts_responses(&self) -> bool {
        false
    }

    fn count_response(&self, _: &CountedResponse) {}
}

struct Component;

impl Guest for Component {
    fn run() -> Result<(), ()> {
        guest::run(Rc::<Portable>::default())
    }
}

guest::bindings::export!(Component with_types_in guest::bindings);
