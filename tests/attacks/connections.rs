//! Many connections, and connections that end in an unusual way.

use std::net::Shutdown;
use std::thread;
use std::time::Instant;

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Client, Folder, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        floods,
        floods_beyond_the_bound,
        churn,
        resets_at_every_stage,
        half_open
    ]
}

const FILM: &str = "GET /film HTTP/1.1\r\nHost: a\r\n\r\n";

fn siege(flags: &[&str]) -> Siege {
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    folder.file("a", "content");
    Siege::with(folder, flags)
}

/// Connections arrive all at once, and send nothing.
fn floods() {
    let clients = 3 * scale::connections();
    let siege = siege(&[]);
    let attack = Attack {
        test: "attacks::connections::floods",
        what: "connections at once that say nothing",
        clients,
        outcome: "held until idle for 60 s",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        thread::sleep(scale::time());
        // A client that is still connected is served.
        if let Some(client) = crowd.last_mut() {
            client.ask_if_open("/a");
        }
    });
}

/// More connections than allowed arrive. Those that have been silent for longest are
/// closed for new ones.
fn floods_beyond_the_bound() {
    let clients = scale::connections();
    let siege = siege(&["--max-connections", "32"]).crowded();
    let attack = Attack {
        test: "attacks::connections::floods_beyond_the_bound",
        what: "silent connections, many times as many as `--max-connections`",
        clients,
        outcome: "the oldest idle ones are closed",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for client in &mut crowd[..clients / 2] {
            client.expect_end();
        }
    });
}

fn churn() {
    let rounds = 5 * scale::connections();
    let siege = siege(&[]);
    let attack = Attack {
        test: "attacks::connections::churn",
        what: "connections that come and go, with and without a request, from 4 threads",
        clients: 4,
        outcome: "served",
    };
    siege.withstand(&attack, || {
        let end = Instant::now() + scale::time();
        let churn = |number: usize| {
            for round in 0.. {
                if round >= rounds && Instant::now() > end {
                    return;
                }
                let mut client = siege.client();
                match (number + round) % 4 {
                    0 => {}
                    1 => client.reset(),
                    2 => assert_eq!(client.get("/a", "").text(), "content"),
                    _ => client.try_send("GET /a HT"),
                }
            }
        };
        thread::scope(|scope| {
            for number in 0..4 {
                scope.spawn(move || churn(number));
            }
        });
    });
}

fn resets_at_every_stage() {
    type Stage = fn(&mut Client);
    let stages: [(&str, Stage); 8] = [
        ("connected", |_| {}),
        ("within the request line", |client| {
            client.try_send("GET /fi")
        }),
        ("within the fields", |client| {
            client.try_send("GET /film HTTP/1.1\r\nHos");
        }),
        ("asked", |client| client.try_send(FILM)),
        ("within the content that it sends", |client| {
            client.try_send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234");
        }),
        ("within the response", |client| {
            client.send(FILM).head();
        }),
        ("within a pipeline", |client| {
            client.send(FILM.repeat(20)).head();
        }),
        ("between two requests", |client| {
            client.get("/a", "");
        }),
    ];
    let clients = scale::connections();
    let siege = siege(&[]);
    let attack = Attack {
        test: "attacks::connections::resets_at_every_stage",
        what: "resets: connected, within the head, the content, the response, a pipeline",
        clients,
        outcome: "forgotten at once",
    };
    siege.withstand(&attack, || {
        for (stage, go) in stages {
            let mut crowd = siege.clients(clients);
            crowd.iter_mut().for_each(go);
            crowd.into_iter().for_each(Client::reset);
            assert_eq!(siege.porthole.get("/a").text(), "content", "{stage}");
        }
    });
}

/// One direction is closed, or a peer disappears without closing. To the server that peer
/// looks the same as one that falls silent in the middle of something.
fn half_open() {
    let clients = scale::connections();
    let siege = siege(&[]);
    let attack = Attack {
        test: "attacks::connections::half_open",
        what: "half of the connection is closed, or the peer falls silent half-way",
        clients,
        outcome: "408 after 10 s within a head; else closed",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for (number, client) in crowd.iter_mut().enumerate() {
            match number % 4 {
                0 => client.try_send("GET /a HTTP/1.1\r\n"),
                1 => drop(client.send("GET /a HT").finish()),
                2 => drop(client.send(FILM).finish()),
                _ => {
                    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
                    client.stream().shutdown(Shutdown::Read).unwrap();
                }
            }
        }
        for client in crowd.iter_mut().step_by(4) {
            assert_eq!(client.read().status, 408);
        }
        for client in crowd.iter_mut().skip(1).step_by(4) {
            client.expect_end();
        }
    });
}
