//! Content of requests. It is read and dropped, and never taken for the next request (RFC
//! 9112 §6, §7).

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        content_is_skipped,
        skipped_content_is_bounded,
        expect_100_continue,
        an_answer_instead_of_100
    ]
}

const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

fn served() -> (Folder, Porthole) {
    let folder = Folder::new();
    folder.file("a", "content");
    folder.file("smuggled", "smuggled");
    let porthole = Porthole::serving(&folder);
    (folder, porthole)
}

fn content_is_skipped() {
    let (_folder, porthole) = served();
    let length = SMUGGLED.len();
    let (hex, half) = (format!("{length:x}"), length / 2);
    let (first, second) = SMUGGLED.split_at(half);
    let chunked = |content: String| format!("Transfer-Encoding: chunked\r\n\r\n{content}");
    let rows = [
        format!("Content-Length: {length}\r\n\r\n{SMUGGLED}"),
        format!("Content-Length: 000{length}\r\n\r\n{SMUGGLED}"),
        "Content-Length: 0\r\n\r\n".to_owned(),
        chunked("0\r\n\r\n".to_owned()),
        chunked(format!("{hex}\r\n{SMUGGLED}\r\n0\r\n\r\n")),
        chunked(format!(
            "00{}\r\n{SMUGGLED}\r\n000\r\n\r\n",
            hex.to_uppercase()
        )),
        chunked(format!(
            "{half:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
            length - half
        )),
        chunked(format!(
            "{hex};a=b;c=\"d\"\r\n{SMUGGLED}\r\n0\r\nX-Trailer: y\r\n\r\n"
        )),
        format!("Transfer-Encoding: CHUNKED\r\n\r\n{hex}\r\n{SMUGGLED}\r\n0\r\n\r\n"),
    ];
    for (method, expected) in [("GET", 200), ("POST", 405), ("BREW", 501)] {
        each(&rows, |rest| {
            let request = format!("{method} /a HTTP/1.1\r\nHost: a\r\n{rest}");
            for byte_by_byte in [false, true] {
                let mut client = porthole.client();
                match byte_by_byte {
                    true => client.send_byte_by_byte(&request),
                    false => client.send(&request),
                };
                assert_eq!(client.read().status, expected);
                assert_eq!(client.get("/a", "").text(), "content");
                client.finish().expect_end();
            }
        });
    }
    porthole.log().wait_for("\"BREW /a HTTP/1.1\" 501");
    assert!(
        !porthole
            .log()
            .so_far()
            .iter()
            .any(|line| line.contains("smuggled"))
    );
}

fn skipped_content_is_bounded() {
    const BOUND: usize = 64 << 10;
    let (_folder, porthole) = served();
    let chunks = |length: usize| {
        let chunk = format!("400\r\n{}\r\n", "x".repeat(1_024));
        let rest = length % 1_024;
        let last = if rest == 0 {
            String::new()
        } else {
            format!("{rest:x}\r\n{}\r\n", "x".repeat(rest))
        };
        format!(
            "Transfer-Encoding: chunked\r\n\r\n{}{last}0\r\n\r\n",
            chunk.repeat(length / 1_024)
        )
    };
    let plain = |length: usize| format!("Content-Length: {length}\r\n\r\n{}", "x".repeat(length));
    let rows = [
        ("length", plain(BOUND), 200),
        ("length + 1", plain(BOUND + 1), 413),
        ("chunks", chunks(BOUND), 200),
        ("chunks + 1", chunks(BOUND + 1), 413),
    ];
    each(&rows.each_ref().map(|row| row.0), |name| {
        let (_, rest, status) = rows.iter().find(|row| row.0 == *name).unwrap();
        let mut client = porthole.client();
        let response = client
            .send(format!("GET /a HTTP/1.1\r\nHost: a\r\n{rest}"))
            .read();
        assert_eq!(
            (response.status, response.closes()),
            (*status, *status == 413)
        );
        match response.closes() {
            true => client.expect_end(),
            false => assert_eq!(client.get("/a", "").text(), "content"),
        }
    });
}

fn expect_100_continue() {
    let (_folder, porthole) = served();
    let ask = |version: &str| {
        format!(
            "GET /a HTTP/{version}\r\nHost: a\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        )
    };
    let mut client = porthole.client();
    for _ in 0..2 {
        client.send(ask("1.1"));
        let interim = client.read();
        assert_eq!(interim.line, "HTTP/1.1 100 Continue");
        assert!(interim.fields().is_empty());
        assert_eq!(client.send("1234").read().text(), "content");
    }
    // Content that has already arrived needs no 100, and HTTP/1.0 has no interim
    // responses.
    for version in ["1.1", "1.0"] {
        assert_eq!(client.send(ask(version) + "1234").read().text(), "content");
    }
    client.send(ask("1.0"));
    assert_eq!(client.send("1234").read().text(), "content");
    client.finish().expect_end();
}

/// A final response makes the content unnecessary. Then only the end of the connection
/// marks the end of the request reliably.
fn an_answer_instead_of_100() {
    let (_folder, porthole) = served();
    let rows = [
        ("POST /a", "100-continue", "Content-Length: 4", 405),
        ("GET /%zz", "100-continue", "Content-Length: 4", 400),
        ("GET /a", "100-continue", "Content-Length: 65537", 413),
        ("GET /a", "something-else", "Content-Length: 4", 417),
        ("POST /a", "something-else", "Content-Length: 4", 417),
        (
            "GET /a",
            "something-else",
            "Transfer-Encoding: chunked",
            417,
        ),
    ];
    each(&rows, |(start, expectation, content, status)| {
        let mut client = porthole.client();
        let request =
            format!("{start} HTTP/1.1\r\nHost: a\r\nExpect: {expectation}\r\n{content}\r\n\r\n");
        let response = client.send(request).read();
        assert_eq!((response.status, response.closes()), (*status, true));
        client.expect_end();
    });
}
