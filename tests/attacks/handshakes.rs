//! TLS handshakes: many that never end, garbage, and as many complete ones as a few clients
//! manage. The bystanders speak TLS too.

use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::attacks::support::siege::{Attack, Siege};
use crate::attacks::support::{nginx, scale};
use crate::encryption::support::certificate::{Certificate, OPENSSL};
use crate::encryption::support::secure::{self, Secure};
use crate::support::{Client, Folder, Random, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        unfinished,
        garbage;
        needs [&OPENSSL] => complete
    ]
}

/// Threads that make complete handshakes.
const THREADS: usize = 4;

/// Time after which a handshake is closed, and a margin.
const CUT: Duration = Duration::from_secs(15);

fn siege(certificate: Certificate) -> Siege {
    let folder = Folder::new();
    folder.file("a", "content");
    Siege::secured(folder, certificate)
}

/// Returns the first bytes of a client.
fn client_hello() -> Vec<u8> {
    let config = secure::client(RootCertStore::empty());
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(config, name).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    hello
}

/// A third says nothing, a third half of what opens a handshake, and a third all of it.
fn unfinished() {
    let clients = scale::connections();
    let siege = siege(Certificate::of(&["localhost"]));
    let attack = Attack {
        test: "attacks::handshakes::unfinished",
        what: "TLS handshakes that stop: before, within and after the client's first message",
        clients,
        outcome: "closed after 10 s",
    };
    let hello = client_hello();
    let attacking = |address: SocketAddr| {
        let mut crowd: Vec<_> = (0..clients).map(|_| Client::connect(address)).collect();
        for (number, client) in crowd.iter_mut().enumerate() {
            let length = hello.len() * (number % 3) / 2;
            client.send(&hello[..length]);
        }
        // Whoever has sent everything gets an answer.
        for client in crowd.iter_mut().skip(2).step_by(3) {
            assert!(client.read_until(1) > 0, "closed without an answer");
        }
        thread::sleep(scale::time());
        if scale::is_long() {
            thread::sleep(CUT);
            // nginx waits for a minute.
            if address == siege.porthole.address() {
                crowd.iter_mut().for_each(|client| {
                    client.read_until_cut();
                });
            }
        }
    };
    siege.withstand(&attack, || attacking(siege.porthole.address()));
    nginx::compare(attack.test, &siege, attacking);
}

/// Returns what is no handshake, whatever comes first.
fn nonsense(number: usize, random: &mut Random) -> Vec<u8> {
    let noise: Vec<u8> = (0..2000).map(|_| random.next() as u8).collect();
    let starting = |start: &[u8]| [start, &noise].concat();
    match number % 8 {
        // A record of 16 KiB, of 64 KiB, of none, and of an old version.
        0 => starting(b"\x16\x03\x01\x40\x00"),
        1 => starting(b"\x16\x03\x01\xff\xff"),
        2 => starting(b"\x16\x03\x01\x00\x00"),
        3 => starting(b"\x16\x02\x00\x00\x40"),
        // A message that would be 16 MiB long.
        4 => starting(b"\x16\x03\x01\x00\x10\x01\xff\xff\xff"),
        // An alert, and SSL 2.
        5 => starting(b"\x15\x03\x01\x00\x02\x02\x28"),
        6 => starting(b"\x80\x2e\x01\x00\x02"),
        _ => noise,
    }
}

fn garbage() {
    let clients = scale::connections();
    let siege = siege(Certificate::of(&["localhost"]));
    let attack = Attack {
        test: "attacks::handshakes::garbage",
        what: "garbage at a TLS port: records of wrong lengths and versions, noise, SSL 2",
        clients,
        outcome: "an alert or 400, and close",
    };
    let attacking = |address: SocketAddr| {
        let mut random = Random::new(15);
        scale::again_and_again(|| {
            let mut crowd: Vec<_> = (0..clients).map(|_| Client::connect(address)).collect();
            for (number, client) in crowd.iter_mut().enumerate() {
                client.try_send(nonsense(number, &mut random));
                // What waits for the rest of a record gets the end of it.
                let _ = client.stream().shutdown(Shutdown::Write);
            }
            for client in &mut crowd {
                client.read_until_cut();
            }
        });
    };
    siege.withstand(&attack, || attacking(siege.porthole.address()));
    nginx::compare(attack.test, &siege, attacking);
}

/// Each is a whole handshake, with the key that takes longest to sign.
fn complete() {
    let certificate = Certificate::rsa(&["localhost"]);
    let roots = certificate.trusted();
    let siege = siege(certificate);
    let attack = Attack {
        test: "attacks::handshakes::complete",
        what: "complete TLS handshakes without a request, one after the other, RSA with 2048 bits",
        clients: THREADS,
        outcome: "served, one signature a turn",
    };
    let mut client = ClientConfig::clone(&secure::client(roots));
    client.resumption = Resumption::disabled();
    let client = Arc::new(client);
    let attacking = |address: SocketAddr| {
        let end = Instant::now() + scale::time();
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while Instant::now() < end {
                        Secure::to(address, "localhost", &client).expect("a handshake");
                    }
                });
            }
        });
    };
    siege.withstand(&attack, || attacking(siege.porthole.address()));
    nginx::compare(attack.test, &siege, attacking);
}
