//! Much work for few bytes. A client that wants only a file waits for a few turns of the
//! others, not for all their requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use libtest_mimic::Trial;

use crate::attacks::support::latency::Summary;
use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Client, Folder, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        pipelines_of_errors,
        pipelines_of_listings,
        contents_behind_long_heads,
        guesses_of_passwords
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

/// Of "pässword", with the costs of `porthole hash-password`.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$\
                    tmg8kTzmJLkguc2kOGId3nFi6amvRKU5PrSeYJW6QRk";

/// Returns the fields of a guess, each of another client, so that none is locked out.
fn guess(user: &str, number: usize) -> String {
    let credentials = Base64::encode_string(format!("{user}:{number}").as_bytes());
    let [.., a, b, c] = number.to_be_bytes();
    format!("Authorization: Basic {credentials}\r\nX-Forwarded-For: 10.{a}.{b}.{c}\r\n")
}

/// A guess takes a processor for 30 ms.
fn guesses_of_passwords() {
    // Where nothing else runs they are answered within a second.
    let clients = if scale::is_long() { 64 } else { 8 };
    let (folder, secrets) = (Folder::new(), Folder::new());
    folder.file("closed/a", "content");
    let users = secrets.file("users", format!("ann:{HASH}\n"));
    let flags = ["--quiet", "--auth-file", users.to_str().unwrap()];
    let open = ["--auth-for=/=*", "--auth-for=/closed=ann"];
    let proxy = ["--trust-proxy=127.0.0.1"];
    let siege = Siege::with(folder, &[&flags[..], &open, &proxy].concat());
    let attack = Attack {
        test: "attacks::work::guesses_of_passwords",
        what: "wrong passwords without pause, each from another address",
        clients,
        outcome: "401, one or two of them compared at once, where a processor is free",
    };
    let next = AtomicUsize::new(0);
    let served = siege.withstand(&attack, || {
        let end = Instant::now() + scale::time().max(Duration::from_secs(2));
        thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    let mut client = siege.client();
                    while Instant::now() < end {
                        let fields = guess("ann", next.fetch_add(1, Ordering::Relaxed));
                        assert_eq!(client.get("/closed/a", &fields).status, 401);
                    }
                });
            }
        });
    });
    let guesses = next.load(Ordering::Relaxed);
    eprintln!("{}: {guesses} guesses", attack.test);
    assert_prompt(&served);
    if scale::is_long() {
        compare_names(&siege, &attack, guesses);
    }
}

/// Prints how long guesses take for a user, and for a name that none has.
fn compare_names(siege: &Siege, attack: &Attack, guesses: usize) {
    let mut times = [Vec::new(), Vec::new()];
    let mut client = siege.client();
    for number in 0..400 {
        let (which, user) = [(0, "ann"), (1, "eve")][number % 2];
        let fields = guess(user, guesses + number);
        let begun = Instant::now();
        assert_eq!(client.get("/closed/a", &fields).status, 401);
        times[which].push(begun.elapsed().as_secs_f64());
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2] * 1e3
    });
    let ratio = unknown / known;
    eprintln!(
        "{}: a user takes {known:.2} ms, an unknown name {unknown:.2} ms: {ratio:.3} times",
        attack.test
    );
}
