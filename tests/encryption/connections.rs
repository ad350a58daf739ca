//! Responses over TLS, and without it at a port that speaks it.

use std::sync::Barrier;
use std::thread;

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::support::certificate::{Certificate, redirecting};
use super::support::secure::{Secure, client};
use crate::support::{Client, Folder, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        files_and_ranges_arrive_whole,
        addresses_have_the_scheme_of_the_connection,
        strict_transport_is_asked_for_where_the_operator_wants_it,
        a_target_of_the_other_scheme_is_misdirected,
        plain_bytes_at_a_tls_port_are_told_the_address,
        plain_requests_are_redirected,
        many_clients_resume_their_sessions_at_once,
        a_client_that_sends_nothing_does_not_hold_up_the_end,
    ]
}

/// A folder with a page, an album and a film.
fn media() -> Folder {
    let folder = Folder::new();
    folder.file("a.txt", "content");
    folder.file("film.mp4", noise(3_000_000));
    folder
}

fn files_and_ranges_arrive_whole() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &[]);
    let film = std::fs::read(folder.join("film.mp4")).unwrap();
    let mut client = Secure::connect(porthole.address(), &certificate);
    // One connection, large and small ones in turn.
    for _ in 0..3 {
        assert_eq!(client.get("/a.txt", "").text(), "content");
        assert!(client.get("/film.mp4", "").body == film, "another film");
        let part = client.get("/film.mp4", "Range: bytes=1000000-1999999\r\n");
        assert_eq!(part.status, 206);
        assert!(part.body == film[1_000_000..2_000_000], "another part");
    }
}

fn addresses_have_the_scheme_of_the_connection() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &[]);
    let mut client = Secure::connect(porthole.address(), &certificate);
    let playlist = client.get("/?get=m3u", "");
    let text = playlist.text();
    assert!(text.contains("\nhttps://localhost/film.mp4"), "{text}");
    assert!(!text.contains("http://"), "{text}");
}

fn strict_transport_is_asked_for_where_the_operator_wants_it() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let rows = [
        (&[][..], None),
        (&["--hsts"][..], Some("max-age=31536000")),
        (&["--hsts=60"][..], Some("max-age=60")),
    ];
    each(&rows, |(flags, expected)| {
        let porthole = certificate.serving(&folder, flags);
        let mut client = Secure::connect(porthole.address(), &certificate);
        for target in ["/a.txt", "/film.mp4", "/", "/missing"] {
            let field = "Strict-Transport-Security";
            assert_eq!(client.get(target, "").field(field), *expected, "{target}");
        }
    });
}

fn a_target_of_the_other_scheme_is_misdirected() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &[]);
    let mut client = Secure::connect(porthole.address(), &certificate);
    let rows = [
        ("https://localhost/a.txt", 200),
        ("HTTPS://elsewhere/a.txt", 200),
        ("http://localhost/a.txt", 421),
    ];
    for (target, status) in rows {
        assert_eq!(client.get(target, "").status, status, "{target}");
    }
}

fn plain_bytes_at_a_tls_port_are_told_the_address() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &["--hsts"]);
    let ask = |target: &str, host: &str| {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        Client::connect(porthole.address()).send(request).read()
    };
    let rows = [
        ("/a.txt", "a:8443", "https://a:8443/a.txt"),
        ("/b%20c/?d", "[::1]", "https://[::1]/b%20c/?d"),
        ("http://e/a.txt", "a", "https://e/a.txt"),
        ("/a.txt", "", "the address begins with https://"),
    ];
    each(&rows, |(target, host, address)| {
        let response = ask(target, host);
        assert_eq!(response.status, 400);
        let expected = format!("400 Bad Request: this port needs TLS: {address}\n");
        assert_eq!(response.text(), expected);
        assert_eq!(response.field("Strict-Transport-Security"), None);
    });
    // What is no request has the same answers as elsewhere.
    let response = Client::connect(porthole.address())
        .send("\x01\x02\r\n\r\n")
        .read();
    assert_eq!(response.status, 400);
}

fn plain_requests_are_redirected() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &["--redirect-http", "0", "--hsts"]);
    let address = redirecting(&porthole);
    let port = porthole.address().port();
    let rows = [
        (
            "GET",
            "/a.txt",
            "localhost:80",
            format!("https://localhost:{port}/a.txt"),
        ),
        (
            "HEAD",
            "/b%20c/?d=%41&e",
            "[::1]:1",
            format!("https://[::1]:{port}/b%20c/?d=%41&e"),
        ),
        (
            "GET",
            "//evil.example/..//",
            "a",
            format!("https://a:{port}/"),
        ),
        ("GET", "http://b/x", "a", format!("https://b:{port}/x")),
    ];
    each(&rows, |(method, target, host, location)| {
        let mut client = Client::connect(address);
        let request = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let response = client.send(request).head();
        assert_eq!(response.status, 308);
        assert_eq!(response.field("Location"), Some(location.as_str()));
        assert_eq!(response.field("Strict-Transport-Security"), None);
    });
    // Nobody can say where to.
    let mut client = Client::connect(address);
    assert_eq!(client.send("GET / HTTP/1.0\r\n\r\n").read().status, 400);
    assert_eq!(Client::connect(address).ask("POST", "/", "").status, 405);
}

/// Each has tickets of its own: one of TLS 1.3 serves once.
fn many_clients_resume_their_sessions_at_once() {
    const CLIENTS: usize = 64;
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &[]);
    let address = porthole.address();
    let settings: Vec<_> = (0..CLIENTS)
        .map(|_| client(certificate.trusted()))
        .collect();
    for own in &settings {
        let mut secure = Secure::to(address, "localhost", own).unwrap();
        assert!(!secure.is_resumed());
        // The tickets come before the response.
        assert_eq!(secure.get("/a.txt", "").text(), "content");
    }
    let together = Barrier::new(CLIENTS);
    let resumed = thread::scope(|scope| {
        let again = |own| {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                let mut secure = Secure::to(address, "localhost", own).unwrap();
                assert_eq!(secure.get("/a.txt", "").text(), "content");
                secure.is_resumed()
            })
        };
        let threads: Vec<_> = settings.iter().map(again).collect();
        let each = threads.into_iter().map(|thread| thread.join().unwrap());
        each.filter(|&is_resumed| is_resumed).count()
    });
    assert_eq!(resumed, CLIENTS);
}

fn a_client_that_sends_nothing_does_not_hold_up_the_end() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let mut porthole = certificate.serving(&folder, &["--grace", "3600"]);
    let silent = Client::connect(porthole.address());
    let mut idle = Secure::connect(porthole.address(), &certificate);
    assert_eq!(idle.get("/a.txt", "").status, 200);
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    drop(silent);
}
