//! The component for the host of this workspace. It passes on to its host what
//! `wit/extended.wit` has beyond WASI 0.3.

#![no_std]

extern crate alloc;

#[allow(missing_docs, clippy::all, clippy::restriction)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "porthole:server/extension",
        with: {
            "porthole:server/connection@0.1.0": generate,
            "porthole:server/paths@0.1.0": generate,
            "porthole:server/passwords@0.1.0": generate,
            "porthole:server/responses@0.1.0": generate,
            "porthole:server/sendfile@0.1.0": generate,
            "porthole:server/usage@0.1.0": generate,
            "wasi:clocks/system-clock@0.3.0": guest::bindings::wasi::clocks::system_clock,
            "wasi:filesystem/types@0.3.0": guest::bindings::wasi::filesystem::types,
            "wasi:sockets/types@0.3.0": guest::bindings::wasi::sockets::types,
        },
    });
}

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::Ipv6Addr;

use bindings::porthole::server::{connection, passwords, paths, responses, sendfile, usage};
use guest::bindings::exports::wasi::cli::run::Guest;
use guest::bindings::wasi::filesystem::types::{Descriptor, ErrorCode};
use guest::bindings::wasi::sockets::types::TcpSocket;
use guest::host::{
    Busy, Cache, CountedResponse, Host, Later, Meter, Method, NotSent, PasswordOutcome, Sent,
    StatusClass, TlsVersion,
};

struct Extended;

impl Host for Extended {
    fn spend(&self, client: Ipv6Addr, meter: Meter, cost: u64, most: u64) -> Option<u64> {
        usage::spend(halves(client), passed(meter), cost, most)
    }

    fn give_back(&self, client: Ipv6Addr, meter: Meter, cost: u64) {
        usage::give_back(halves(client), passed(meter), cost);
    }

    fn verify(&self, hash: String, password: Vec<u8>) -> Later<'static, Result<bool, Busy>> {
        Box::pin(async move {
            let verified = passwords::verify(hash, password).await;
            // A hash that the host refuses is none of a file that was accepted. Whoever waits
            // for it is not let in.
            verified.map_err(|_| Busy)
        })
    }

    fn verifies_in_place(&self) -> bool {
        false
    }

    fn secret(&self) -> Vec<u8> {
        passwords::secret()
    }

    fn real_path<'a>(
        &'a self,
        root: &'a Descriptor,
        path: &'a str,
    ) -> Later<'a, Result<String, ErrorCode>> {
        Box::pin(async move {
            let path = if path.is_empty() { "." } else { path };
            let real = paths::real_path(root, path.into()).await?;
            Ok(if real == "." { String::new() } else { real })
        })
    }

    fn tls(&self, socket: &TcpSocket) -> Option<TlsVersion> {
        Some(match connection::tls(socket) {
            connection::TlsVersion::None => TlsVersion::None,
            connection::TlsVersion::Tls12 => TlsVersion::Tls12,
            connection::TlsVersion::Tls13 => TlsVersion::Tls13,
        })
    }

    fn sends_files(&self) -> bool {
        true
    }

    fn send_range(
        &self,
        to: &TcpSocket,
        first: &[u8],
        from: &Descriptor,
        (offset, length): (u64, u64),
    ) -> Result<Sent, NotSent> {
        match sendfile::send_range(to, first, from, offset, length) {
            Ok(sendfile::Sent { bytes, has_room }) => Ok(Sent { bytes, has_room }),
            Err(sendfile::Refusal::NotAtHand) => Err(NotSent::NotAtHand),
            Err(sendfile::Refusal::Closed) => Err(NotSent::Closed),
        }
    }

    fn counts_responses(&self) -> bool {
        true
    }

    fn count_response(&self, response: &CountedResponse) {
        responses::finished(counted(response));
    }
}

fn counted(response: &CountedResponse) -> responses::Response {
    responses::Response {
        method: match response.method {
            Method::Get => responses::Method::Get,
            Method::Head => responses::Method::Head,
            Method::Options => responses::Method::Options,
            _ => responses::Method::Other,
        },
        status: match response.status {
            StatusClass::Informational => responses::StatusClass::Informational,
            StatusClass::Successful => responses::StatusClass::Successful,
            StatusClass::Redirection => responses::StatusClass::Redirection,
            StatusClass::ClientError => responses::StatusClass::ClientError,
            StatusClass::ServerError => responses::StatusClass::ServerError,
        },
        cache: match response.cache {
            None => responses::Cache::None,
            Some(Cache::Hit) => responses::Cache::Hit,
            Some(Cache::Miss) => responses::Cache::Miss,
        },
        password: match response.password {
            None => responses::Password::None,
            Some(PasswordOutcome::Right) => responses::Password::Right,
            Some(PasswordOutcome::Wrong) => responses::Password::Wrong,
            Some(PasswordOutcome::Refused) => responses::Password::Refused,
        },
        bytes: response.bytes,
        started: response.started,
        first_byte: response.first_byte,
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
        Meter::Failures => usage::Meter::Failures,
    }
}

struct Component;

impl Guest for Component {
    fn run() -> Result<(), ()> {
        guest::run(Rc::new(Extended))
    }
}

guest::bindings::export!(Component with_types_in guest::bindings);
