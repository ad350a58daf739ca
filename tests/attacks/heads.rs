//! Heads that arrive slowly, or never end.

use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Client, Folder, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        slow_heads,
        slow_contents,
        requests_in_drips,
        giant_heads,
        endless_heads
    ]
}

/// Time between two bytes of a slow client.
const DRIP: Duration = Duration::from_millis(250);

/// CVE-2007-6750, slowloris: single bytes do not extend the deadline.
fn slow_heads() {
    let clients = scale::connections();
    let siege = Siege::of(Folder::new());
    let attack = Attack {
        test: "attacks::heads::slow_heads",
        what: "a head that gets a byte four times a second and never ends",
        clients,
        outcome: "408 after 10 s, close",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for client in &mut crowd {
            client.send("GET / HTTP/1.1\r\nX: ");
        }
        drip_until_refused(&mut crowd, "y");
    });
}

/// Slow content instead of a slow head: R.U.D.Y.
fn slow_contents() {
    let clients = scale::connections();
    let siege = Siege::of(Folder::new());
    let attack = Attack {
        test: "attacks::heads::slow_contents",
        what: "a request whose content gets a byte four times a second",
        clients,
        outcome: "408 after 10 s, close",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for client in &mut crowd {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
        }
        drip_until_refused(&mut crowd, "y");
    });
}

/// Sends bytes slowly until every client has received a 408.
fn drip_until_refused(crowd: &mut [Client], byte: &str) {
    let begun = Instant::now();
    while crowd[0].read_within(DRIP).is_none_or(|response| {
        assert_eq!(response.status, 408);
        false
    }) {
        for client in &mut *crowd {
            client.try_send(byte);
        }
        assert!(begun.elapsed() < TIMEOUT, "bytes extend the deadline");
    }
    for client in &mut crowd[1..] {
        let response = client.read();
        assert!(response.status == 408 && response.closes());
    }
}

/// Clients take turns in sending complete requests, one byte in each packet.
fn requests_in_drips() {
    let clients = scale::connections();
    let folder = Folder::new();
    folder.file("a", "content");
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::heads::requests_in_drips",
        what: "complete requests, a byte a packet, all clients in turn",
        clients,
        outcome: "200",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        scale::again_and_again(|| {
            for byte in "GET /a HTTP/1.1\r\nHost: a\r\n\r\n".chars() {
                for client in &mut crowd {
                    client.send(byte.to_string());
                }
            }
            for client in &mut crowd {
                assert_eq!(client.read().text(), "content");
            }
        });
    });
}

fn giant_heads() {
    const GIANT: usize = 1 << 20;
    let clients = scale::connections();
    let siege = Siege::of(Folder::new());
    let attack = Attack {
        test: "attacks::heads::giant_heads",
        what: "targets, fields, methods and lists of 1 MiB",
        clients,
        outcome: "414, 431 or 501 after 16 KiB, close",
    };
    let rows = [
        (format!("GET /{}", "a".repeat(GIANT)), 414),
        (format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(GIANT)), 431),
        (
            format!("GET / HTTP/1.1\r\n{}", "X: a\r\n".repeat(GIANT / 6)),
            431,
        ),
        (
            format!("GET / HTTP/1.1\r\nRange: bytes={}", "0-,".repeat(GIANT / 3)),
            431,
        ),
        ("A".repeat(GIANT), 501),
    ];
    siege.withstand(&attack, || {
        scale::again_and_again(|| {
            each(&rows.each_ref().map(|row| row.1), |status| {
                let (head, _) = rows.iter().find(|row| row.1 == *status).unwrap();
                let mut crowd = siege.clients(clients / rows.len());
                for client in &mut crowd {
                    client.try_send(head);
                }
                for client in &mut crowd {
                    assert_eq!(client.read().status, *status);
                }
            });
        });
    });
}

/// Clients send without end, whatever the response. The server stops reading.
fn endless_heads() {
    /// Bytes that the server reads before it closes, and bytes that fit into the buffers
    /// between client and server.
    const TAKEN: usize = (16 + 128) << 20;
    let clients = scale::connections() / 10;
    let siege = Siege::of(Folder::new());
    let attack = Attack {
        test: "attacks::heads::endless_heads",
        what: "heads, contents and chunks that never end, at full speed",
        clients,
        outcome: "431, 413 or 400, then at most 16 MiB or 2 s more, close",
    };
    let starts = [
        "GET / HTTP/1.1\r\nX: ",
        "GET /",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ];
    let piece = "y".repeat(64 << 10);
    siege.withstand(&attack, || {
        thread::scope(|scope| {
            for number in 0..clients {
                let (mut client, piece) = (siege.client(), &piece);
                scope.spawn(move || {
                    client.send(starts[number % starts.len()]);
                    let mut taken = 0;
                    while client.takes(piece) {
                        taken += piece.len();
                        assert!(taken < TAKEN, "it takes all and everything");
                    }
                });
            }
        });
    });
}
