//! One connection, several requests (RFC 9112 §9).

use std::net::Shutdown;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        persistence,
        pipelined_answers_keep_their_order,
        a_pipeline_of_hundreds,
        half_closed_clients_get_their_answer,
        closing_between_requests_is_silent,
        a_request_cut_short_gets_no_file,
        many_requests_on_one_connection,
        slow_and_fast_clients_together,
    ]
}

fn persistence() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::serving(&folder);
    // Version and Connection of the request, whether the connection stays open,
    // Connection of the response.
    let rows = [
        ("1.1", "", true, None),
        ("1.1", "close", false, Some("close")),
        ("1.1", "Keep-Alive", true, None),
        ("1.1", "close, keep-alive", false, Some("close")),
        ("1.1", "x, CLOSE", false, Some("close")),
        ("1.1", "x\r\nConnection: close", false, Some("close")),
        ("1.1", "closed", true, None),
        ("1.1", "TE,,Keep-Alive", true, None),
        ("1.0", "", false, Some("close")),
        ("1.0", "keep-alive", true, Some("keep-alive")),
        ("1.0", "Keep-Alive, x", true, Some("keep-alive")),
        ("1.0", "keep-alive, close", false, Some("close")),
        ("1.0", "x", false, Some("close")),
    ];
    each(&rows, |(version, value, stays, said)| {
        let mut client = porthole.client();
        let request = format!("GET /a HTTP/{version}\r\nHost: a\r\nConnection: {value}\r\n\r\n");
        for _ in 0..2 {
            let response = client.send(&request).read();
            assert_eq!(
                (response.text(), response.field("Connection")),
                ("a", *said)
            );
            if !stays {
                return client.expect_end();
            }
        }
    });
}

fn pipelined_answers_keep_their_order() {
    let folder = Folder::new();
    let large = noise(3_000_000);
    folder.file("large", &large);
    folder.file("small", "small");
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    let request = |method: &str, target: &str, fields: &str| {
        format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n")
    };
    client.send(
        [
            request("GET", "/small", ""),
            request("GET", "/large", ""),
            request("HEAD", "/large", ""),
            request("GET", "/missing", ""),
            request("POST", "/small", "Content-Length: 7\r\n") + "GET / H",
            request("GET", "/large", "Range: bytes=1-3\r\n"),
            request("GET", "/small", "Connection: close\r\n"),
            request("GET", "/never", ""),
        ]
        .concat(),
    );
    assert_eq!(client.read().text(), "small");
    assert!(client.read().body == large);
    assert_eq!(client.read_head().field("Content-Length"), Some("3000000"));
    assert_eq!(client.read().status, 404);
    assert_eq!(client.read().status, 405);
    assert_eq!(client.read().body, &large[1..=3]);
    assert_eq!(client.read().text(), "small");
    client.expect_end();
    porthole.log().wait_for("\"GET /small HTTP/1.1\" 200 5");
    assert!(
        !porthole
            .log()
            .so_far()
            .iter()
            .any(|line| line.contains("/never"))
    );
}

fn a_pipeline_of_hundreds() {
    const COUNT: usize = 500;
    let folder = Folder::new();
    for number in 0..10 {
        folder.file(number.to_string(), number.to_string().repeat(number * 100));
    }
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    let requests: String = (0..COUNT)
        .map(|at| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", at % 10))
        .collect();
    client.send(requests).finish();
    for at in 0..COUNT {
        let number = at % 10;
        assert_eq!(
            client.read().text(),
            number.to_string().repeat(number * 100)
        );
    }
    client.expect_end();
}

/// A client may shut down its sending direction and still read.
fn half_closed_clients_get_their_answer() {
    let folder = Folder::new();
    let content = noise(5_000_000);
    folder.file("large", &content);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client
        .send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        .finish();
    assert!(client.read().body == content);
    client.expect_end();
}

fn closing_between_requests_is_silent() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &["-v"]);
    for request in ["", "\r\n", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let mut client = porthole.client();
        let peer = client.stream().local_addr().unwrap();
        client.send(request).finish();
        let rest = client.read_to_end();
        assert_eq!(rest.is_empty(), !request.starts_with("GET"));
        porthole
            .log()
            .wait_for(&format!("Socket is closed: {peer}"));
    }
    let lines = porthole.log().so_far();
    assert!(
        !lines
            .iter()
            .any(|line| line.contains("Refused") || line.contains("error")),
        "{lines:#?}"
    );
}

fn a_request_cut_short_gets_no_file() {
    let folder = Folder::new();
    folder.file("a", "content");
    let porthole = Porthole::serving(&folder);
    let rows = [
        "G",
        "GET /a HTTP/1.1",
        "GET /a HTTP/1.1\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\n\r",
        "GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1234",
        "GET /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
    ];
    each(&rows, |request| {
        let mut client = porthole.client();
        let rest = client.send(request).finish().read_to_end();
        assert!(!String::from_utf8_lossy(&rest).contains("content"));
    });
}

fn many_requests_on_one_connection() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &["--quiet"]);
    let mut client = porthole.client();
    for _ in 0..2_000 {
        let response = client.get("/a", "");
        assert!(response.text() == "a" && !response.closes());
    }
    client.stream().shutdown(Shutdown::Both).unwrap();
}

/// Clients that do not read must not hold up the clients that do.
fn slow_and_fast_clients_together() {
    let folder = Folder::new();
    folder.sparse("large", 1 << 30);
    folder.file("a", "a");
    let porthole = Porthole::serving(&folder);
    let mut stalled: Vec<_> = (0..50).map(|_| porthole.client()).collect();
    for client in &mut stalled {
        client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").head();
    }
    for _ in 0..100 {
        assert_eq!(porthole.get("/a").text(), "a");
    }
    assert!(
        porthole.peak_memory() < 192 << 20,
        "{} bytes",
        porthole.peak_memory()
    );
}
