//! Stopping the server and replacing the component under load.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        downloads_beyond_the_grace_time_are_cut_and_counted,
        draining_announces_close_on_kept_connections,
        keep_alive_clients_see_a_replacement_as_a_close,
        a_version_that_fails_leaves_the_old_one_serving,
    ]
}

/// Downloads of minutes run among clients that send request after request. After the
/// grace time the program ends, and the log reports how many downloads were cut.
fn downloads_beyond_the_grace_time_are_cut_and_counted() {
    const DOWNLOADS: usize = 50;
    let folder = Folder::new();
    folder.sparse("film", 1 << 40);
    folder.file("a", "a");
    let mut porthole = Porthole::with(&folder, &["--grace", "1", "--quiet"]);
    let address = porthole.address();
    let downloads: Vec<_> = (0..DOWNLOADS)
        .map(|_| {
            let mut client = porthole.client();
            client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n").head();
            client
        })
        .collect();
    let answered = AtomicUsize::new(0);
    let asked = std::thread::scope(|scope| {
        for _ in 0..8 {
            let answered = &answered;
            scope.spawn(move || {
                while let Some(mut client) = Client::try_connect(address) {
                    while let Some(response) = client.ask_if_open("/a") {
                        assert_eq!(response.text(), "a");
                        answered.fetch_add(1, Ordering::Relaxed);
                        if response.closes() {
                            break;
                        }
                    }
                }
            });
        }
        while answered.load(Ordering::Relaxed) < 1_000 {
            std::thread::yield_now();
        }
        porthole.signal(Signal::TERM);
        Instant::now()
    });
    let cut = format!("cut {DOWNLOADS} connections that had not finished in time");
    porthole.errors().wait_for(&cut);
    assert_eq!(porthole.wait().code(), Some(0));
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    drop(downloads);
}

fn draining_announces_close_on_kept_connections() {
    let folder = Folder::new();
    folder.sparse("film", 64 << 20);
    folder.file("a", "a");
    let mut porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client
        .send("GET /film HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        .send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = client.head();
    assert!(!head.closes());
    porthole.signal(Signal::TERM);
    while Client::try_connect(porthole.address()).is_some() {}
    let mut left = usize::try_from(head.content_length(false)).unwrap();
    let mut chunk = vec![0; 64 << 10];
    while left > 0 {
        let most = left.min(chunk.len());
        left -= client.read_some(&mut chunk[..most]);
    }
    let response = client.read();
    assert_eq!(response.text(), "a");
    assert!(response.closes());
    client.expect_end();
    assert_eq!(porthole.wait().code(), Some(0));
}

/// Each response is complete. A connection ends only between two responses.
fn keep_alive_clients_see_a_replacement_as_a_close() {
    const REPLACEMENTS: usize = 10;
    let folder = Folder::new();
    let content = crate::support::noise(100_000);
    folder.file("a", &content);
    let porthole = Porthole::with(&folder, &["--quiet"]);
    let (over, answered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while over.load(Ordering::Relaxed) == 0 {
                    let mut client = porthole.client();
                    while over.load(Ordering::Relaxed) == 0
                        && let Some(response) = client.ask_if_open("/a")
                    {
                        assert!(response.body == content, "cut");
                        answered.fetch_add(1, Ordering::Relaxed);
                        if response.closes() {
                            client.expect_end();
                            break;
                        }
                    }
                }
            });
        }
        for done in 1..=REPLACEMENTS {
            let enough = answered.load(Ordering::Relaxed) + 20;
            while answered.load(Ordering::Relaxed) < enough {
                std::thread::yield_now();
            }
            porthole.signal(Signal::HUP);
            let replaced = |line: &str| line.contains("reloaded; ");
            porthole
                .errors()
                .wait_for_several(done, replaced, "replaced");
        }
        over.store(1, Ordering::Relaxed);
    });
}

/// Component that the host accepts as a server, but that fails when it starts.
const RETURNS_AN_ERROR: &str = r#"(component
    (core module $run (func (export "run") (result i32) (i32.const 1)))
    (core instance $run (instantiate $run))
    (type $function (func async (result (result))))
    (func $function (type $function) (canon lift (core func $run "run")))
    (instance $interface (export "run" (func $function)))
    (export "wasi:cli/run@0.3.0" (instance $interface)))"#;

/// One version is not a component, one does not start, and one starts.
fn a_version_that_fails_leaves_the_old_one_serving() {
    let folder = Folder::new();
    folder.file("a", "a");
    let elsewhere = Folder::new();
    let file = elsewhere.file("server.wasm", porthole::PORTABLE);
    let porthole = Porthole::with(&folder, &["--component", file.to_str().unwrap()]);
    let mut kept = porthole.client();
    assert_eq!(kept.get("/a", "").text(), "a");
    let rows: [(&[u8], &str); 3] = [
        (
            b"no component",
            "reload failed, the old version goes on: cannot use the component",
        ),
        (
            &wat::parse_str(RETURNS_AN_ERROR).unwrap(),
            "reload failed, the old version goes on: ",
        ),
        (porthole::PORTABLE, "porthole: reloaded; "),
    ];
    for (component, words) in rows {
        std::fs::write(&file, component).unwrap();
        assert_eq!(kept.get("/a", "").text(), "a");
        porthole.signal(Signal::HUP);
        porthole.errors().wait_for(words);
        assert_eq!(porthole.get("/a").text(), "a");
    }
}
