//! Much work for few bytes. A client that wants only a file waits for a few turns of the
//! others, not for all their requests.

use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::attacks::support::latency::Summary;
use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Client, Folder, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        pipelines_of_errors,
        pipelines_of_listings,
        contents_behind_long_heads
    ]
}

/// Clients that pipeline: enough to hold up all others for seconds without fair turns.
const PIPELINES: usize = 300;

/// Checks the longest wait of 99 in a hundred responses to bystanders. The bound is
/// several times as long beside other tests.
fn assert_prompt(served: &Summary) {
    let bound = match scale::is_long() {
        true => Duration::from_millis(100),
        false => Duration::from_millis(400),
    };
    assert!(served.p99 < bound, "{served}");
}

/// A response costs the server more than its bytes suggest.
fn pipelines_of_errors() {
    let siege = Siege::with(Folder::new(), &["--quiet"]);
    let attack = Attack {
        test: "attacks::work::pipelines_of_errors",
        what: "pipelines of requests for what is not there, at full speed",
        clients: scale::connections().max(PIPELINES),
        outcome: "404, a few at a time, taking turns with the others",
    };
    assert_prompt(&pipelines(&siege, &attack, "/x"));
}

/// A few clients send requests that wait for each other's pages, and never for the
/// network.
fn pipelines_of_listings() {
    let folder = Folder::new();
    for name in ["listed/a", "listed/b", "listed/c"] {
        folder.file(name, b"");
    }
    let siege = Siege::with(folder, &["--quiet"]);
    let attack = Attack {
        test: "attacks::work::pipelines_of_listings",
        what: "pipelines of requests for the page of a small folder, at full speed",
        clients: 8,
        outcome: "200, a few at a time, taking turns with the others",
    };
    assert_prompt(&pipelines(&siege, &attack, "/listed/"));
}

/// Attacks with pipelines of requests for a target whose responses all have the same
/// length.
fn pipelines(siege: &Siege, attack: &Attack, target: &str) -> Summary {
    const REQUESTS: usize = 300;
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    let last = format!("GET {target} HTTP/1.0\r\n\r\n");
    let pipeline = request.repeat(REQUESTS);
    let mut client = siege.client();
    client.send([&*request, &*last].concat());
    let both = client.read_to_end().len();
    let responses = (both - siege.client().send(&last).read_to_end().len()) * REQUESTS;
    siege.withstand(attack, || {
        let end = Instant::now() + scale::time().max(Duration::from_secs(2));
        let mut crowd = siege.clients(attack.clients);
        let parts = crowd.chunks_mut(attack.clients.div_ceil(2));
        thread::scope(|scope| {
            for part in parts {
                scope.spawn(|| keep_asking(part, &pipeline, responses as u64, end));
            }
        });
    })
}

/// Sends each client's pipeline again as soon as it has been answered.
fn keep_asking(clients: &mut [Client], pipeline: &str, responses: u64, end: Instant) {
    for client in &mut *clients {
        client.send(pipeline);
    }
    while Instant::now() < end {
        for client in &mut *clients {
            assert_eq!(client.read_until(responses), responses);
            client.send(pipeline);
        }
    }
}

/// The head leaves almost no space in the buffer for the content, which could cost a read
/// for each byte.
fn contents_behind_long_heads() {
    const HEAD: usize = 16 * 1024 - 1;
    const CONTENT: usize = 64 * 1024 - 1;
    let clients = scale::connections().min(60);
    let siege = Siege::with(Folder::new(), &["--quiet"]);
    let attack = Attack {
        test: "attacks::work::contents_behind_long_heads",
        what: "a head of 16,383 bytes with 65,535 bytes of content, at full speed",
        clients,
        outcome: "the content is read in large pieces, and forgotten",
    };
    let start = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {CONTENT}\r\nX: ");
    let padding = "x".repeat(HEAD - start.len() - 4);
    let request = format!("{start}{padding}\r\n\r\n{}", "y".repeat(CONTENT));
    let served = siege.withstand(&attack, || {
        let end = Instant::now() + scale::time().max(Duration::from_secs(2));
        thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    let mut client = siege.client();
                    while Instant::now() < end {
                        assert_eq!(client.send(&request).read().status, 405);
                    }
                });
            }
        });
    });
    assert_prompt(&served);
}
