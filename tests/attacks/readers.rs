//! Clients that send requests and do not read the responses.

use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Client, Folder, trials};

pub fn trials() -> Vec<Trial> {
    trials![slow_readers, zero_windows]
}

const FILM: &str = "GET /film HTTP/1.1\r\nHost: a\r\n\r\n";

/// A sparse file, larger than every buffer.
const FILM_BYTES: u64 = 1 << 30;

fn siege() -> Siege {
    let folder = Folder::new();
    folder.sparse("film", FILM_BYTES);
    Siege::of(folder)
}

fn crowd(siege: &Siege, count: usize) -> Vec<Client> {
    let asking = |_| {
        let mut client = Client::with_a_small_window(siege.porthole.address());
        client.send(FILM);
        client
    };
    (0..count).map(asking).collect()
}

fn slow_readers() {
    let clients = scale::connections();
    let siege = siege();
    let attack = Attack {
        test: "attacks::readers::slow_readers",
        what: "a download by 500 bytes four times a second, through the smallest window",
        clients,
        outcome: "served at that pace, from a bounded buffer",
    };
    siege.withstand(&attack, || {
        let mut crowd = crowd(&siege, clients);
        let end = Instant::now() + scale::time();
        while Instant::now() < end {
            for client in &mut crowd {
                assert!(client.read_until(500) >= 500, "cut, though it reads");
            }
            thread::sleep(Duration::from_millis(250));
        }
    });
}

/// Time after which the server closes the connection, and a margin.
const CUT: Duration = Duration::from_secs(65);

/// The client reads nothing, so its window closes and stays closed.
fn zero_windows() {
    let clients = scale::connections();
    let siege = siege();
    let attack = Attack {
        test: "attacks::readers::zero_windows",
        what: "a download of which nothing is read: a zero window",
        clients,
        outcome: "cut after 60 s without progress",
    };
    siege.withstand(&attack, || {
        let mut crowd = crowd(&siege, clients);
        thread::sleep(scale::time());
        if scale::is_long() {
            // The bytes that have arrived can still be read.
            thread::sleep(CUT);
            for client in &mut crowd {
                assert!(client.read_until_cut() < FILM_BYTES);
            }
        }
    });
}
