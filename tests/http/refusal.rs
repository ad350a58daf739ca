//! Refused requests: their status, and whether the connection stays open.
//!
//! Each row is sent whole and byte by byte, with a second request right behind it. Where
//! the connection stays open, the second request is answered. Where it closes, the second
//! request is ignored.

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        requests_at_once,
        requests_byte_by_byte,
        bounds_of_the_head,
        other_protocols_are_refused,
        too_slow_a_head_is_408,
    ]
}

/// Fate of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    GoesOn,
    Closes,
}
use Then::{Closes, GoesOn};

const NEXT: &str = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

#[rustfmt::skip]
const ROWS: &[(&str, u16, Then)] = &[
    // Valid
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, GoesOn),
    ("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200, GoesOn),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, GoesOn),
    ("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 204, GoesOn),
    ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, GoesOn),
    ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 200, GoesOn),
    ("GET http://a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 200, GoesOn),
    ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 200, GoesOn),
    ("GET http://a:81/ HTTP/1.1\r\nHost: a:80\r\n\r\n", 200, GoesOn),
    ("GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n", 200, GoesOn),
    ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 200, GoesOn),
    ("GET / HTTP/1.1\r\nHost: [::1]:4000\r\n\r\n", 200, GoesOn),
    ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 200, GoesOn),
    ("GET / HTTP/1.1\r\nhOsT:\ta \t\r\nX:\r\n\r\n", 200, GoesOn),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: TE,,Keep-Alive\r\n\r\n", 200, GoesOn),
    // Refused because of the target
    ("GET /missing HTTP/1.1\r\nHost: a\r\n\r\n", 404, GoesOn),
    ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 404, GoesOn),
    ("GET /%f4%8f%bf%bf HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /a%5cb HTTP/1.1\r\nHost: a\r\n\r\n", 404, GoesOn),
    ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 421, GoesOn),
    ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET http://a/ HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, Closes),
    ("PUT s://]ufd/: HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("PUT foo HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("FOO foo HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("DELETE /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("TRACE * HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("CONNECT foo HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("HEAD foo HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 400, Closes),
    // Refused because of the method
    ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405, GoesOn),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ", 405, GoesOn),
    ("PUT / HTTP/1.1\r\nHost: a\r\n\r\n", 405, GoesOn),
    ("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, GoesOn),
    ("PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", 405, GoesOn),
    ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, GoesOn),
    ("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 405, GoesOn),
    ("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", 501, GoesOn),
    ("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501, GoesOn),
    ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 417, GoesOn),
    // Refused because of the request line
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, Closes),
    ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505, Closes),
    ("GET /\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, Closes),
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET / http/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET / HTTP/1,1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    // Refused because of the fields
    ("GET / HTTP/1.1\nHost: a\n\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nX b\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: \x1b[2J\r\n\r\n", 400, Closes),
    // Refused because of the host
    ("GET / HTTP/1.1\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, Closes),
    // Framing of the content: the classes of request smuggling
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 0\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n", 413, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\n", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\n", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", 400, Closes),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX\r\n\r\n", 400, Closes),
    // No content for HEAD, whatever is wrong with it
    ("HEAD /missing HTTP/1.1\r\nHost: a\r\n\r\n", 404, GoesOn),
    ("HEAD /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, Closes),
    ("HEAD / HTTP/1.1\r\n\r\n", 400, Closes),
    ("HEAD / HTTP/2.0\r\nHost: a\r\n\r\n", 505, Closes),
    ("HEAD / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400, Closes),
    ("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400, Closes),
    ("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413, Closes),
    ("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400, Closes),
    // The client asks to close
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200, Closes),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Close\r\n\r\n", 200, Closes),
    ("GET / HTTP/1.0\r\n\r\n", 200, Closes),
    ("GET /missing HTTP/1.0\r\n\r\n", 404, Closes),
];

fn served() -> (Folder, Porthole) {
    let folder = Folder::new();
    folder.file("index.html", "index");
    folder.file("next", "next");
    let porthole = Porthole::serving(&folder);
    (folder, porthole)
}

fn requests_at_once() {
    let (_folder, porthole) = served();
    each(ROWS, |row| {
        check(row, porthole.client().send([row.0, NEXT].concat()));
    });
}

fn requests_byte_by_byte() {
    let (_folder, porthole) = served();
    each(ROWS, |row| {
        let mut client = porthole.client();
        client.send_byte_by_byte([row.0, NEXT].concat());
        check(row, &mut client);
    });
}

fn check(&(request, status, then): &(&str, u16, Then), client: &mut Client) {
    let head = request.starts_with("HEAD");
    let response = match head {
        true => client.read_head(),
        false => client.read(),
    };
    assert_eq!(response.status, status, "{}", response.line);
    assert_eq!(response.closes(), then == Closes);
    assert_eq!(
        response.field("Allow").is_some(),
        matches!(status, 204 | 405)
    );
    if status >= 400 && !head {
        assert_eq!(
            response.words(),
            response.line.trim_start_matches("HTTP/1.1 ")
        );
    }
    if then == GoesOn {
        assert_eq!(client.read().text(), "next");
        client.finish();
    }
    client.expect_end();
}

fn bounds_of_the_head() {
    let (_folder, porthole) = served();
    let target = |length: usize| {
        format!(
            "GET /{} HTTP/1.1\r\nHost: a\r\n\r\n",
            "a".repeat(length - 1)
        )
    };
    let lines = |count: usize| {
        format!(
            "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
            "X: y\r\n".repeat(count - 1)
        )
    };
    let head = |length: usize| {
        let start = "GET / HTTP/1.1\r\nHost: a\r\n";
        let field = |bytes: usize| format!("X: {}\r\n", "y".repeat(bytes - 5));
        let rest = length - start.len() - 2;
        [start, &field(rest / 2), &field(rest - rest / 2), "\r\n"].concat()
    };
    let rows = [
        ("target", target(8_192), 404, GoesOn),
        ("target + 1", target(8_193), 414, Closes),
        (
            "target without an end",
            format!("GET /{}", "a".repeat(20_000)),
            414,
            Closes,
        ),
        ("lines", lines(100), 200, GoesOn),
        ("lines + 1", lines(101), 431, Closes),
        ("head", head(16_384), 200, GoesOn),
        ("head + 1", head(16_385), 431, Closes),
        (
            "field without an end",
            format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(20_000)),
            431,
            Closes,
        ),
    ];
    // The rows are passed by name, because a head of 16 KiB is no message.
    each(&rows.each_ref().map(|row| row.0), |name| {
        let (_, request, status, then) = rows.iter().find(|row| row.0 == *name).unwrap();
        let request = [request, NEXT].concat();
        for byte_by_byte in [false, true] {
            let mut client = porthole.client();
            match byte_by_byte {
                true => client.send_byte_by_byte(&request),
                false => client.send(&request),
            };
            check(&(&request, *status, *then), &mut client);
        }
    });
}

/// The first invalid byte is refused. A client of another protocol would otherwise wait
/// for ever.
fn other_protocols_are_refused() {
    let (_folder, porthole) = served();
    let rows: [(&[u8], u16); 5] = [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"\x00", 400),
        (b"SSH-2.0-OpenSSH_9\r\n", 400),
        (b"\xef\xbb\xbfGET / HTTP/1.1\r\n", 400),
    ];
    each(&rows, |(bytes, status)| {
        let mut client = porthole.client();
        let response = client.send(bytes).read();
        assert_eq!(response.status, *status, "{}", response.line);
        assert!(response.closes());
        client.expect_end();
    });
}

/// Bytes that trickle in do not extend the deadline.
fn too_slow_a_head_is_408() {
    let (_folder, porthole) = served();
    let mut silent = porthole.client();
    silent.send("GET / HT");
    let mut steady = porthole.client();
    steady.send("GET / HTTP/1.1\r\nX: ");
    let response = loop {
        if let Some(response) = steady.read_within(std::time::Duration::from_millis(100)) {
            break response;
        }
        steady.send("y");
    };
    for (response, mut client) in [(response, steady), (silent.read(), silent)] {
        assert_eq!(response.line, "HTTP/1.1 408 Request Timeout");
        assert!(response.closes());
        client.expect_end();
    }
    assert_eq!(porthole.get("/next").text(), "next");
}
