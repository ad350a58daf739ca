//! The access log as JSON, and in the common format.

use libtest_mimic::Trial;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Folder, Porthole, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        an_object_has_all_that_is_known_of_a_request,
        every_line_is_an_object_whatever_clients_send,
        lines_of_pipelined_requests_stand_in_order_with_their_times,
        the_first_byte_leaves_long_before_the_last_one,
        the_common_format_ends_with_the_bytes,
    ]
}

fn parsed(line: &str) -> Value {
    assert!(
        line.bytes().all(|byte| matches!(byte, b' '..=b'~')),
        "{line:?}"
    );
    let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert!(value.is_object(), "{line}");
    value
}

/// Returns all lines of a server, which it ends.
fn objects(mut porthole: Porthole) -> Vec<Value> {
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    let lines = porthole.log().to_end();
    lines.iter().map(|line| parsed(line)).collect()
}

fn an_object_has_all_that_is_known_of_a_request() {
    let folder = Folder::new();
    folder.file("a b.mp4", noise(1_000));
    let porthole = Porthole::with(&folder, &["--log-format", "json"]);
    let fields =
        "Range: bytes=10-19\r\nReferer: http://h\u{e9}re/\r\nUser-Agent: \"test\" \u{1f600}\r\n";
    let response = porthole.client().get("/a%20b.mp4?t=1", fields);
    assert_eq!(response.status, 206);
    let [line] = &objects(porthole)[..] else {
        panic!("one line");
    };
    let rows = [
        ("peer", Value::from("127.0.0.1")),
        ("user", Value::Null),
        ("tls", Value::from("none")),
        ("method", Value::from("GET")),
        ("target", Value::from("/a%20b.mp4?t=1")),
        ("protocol", Value::from("HTTP/1.1")),
        ("range", Value::from("bytes=10-19")),
        ("status", Value::from(206)),
        ("bytes", Value::from(10)),
        ("referer", Value::from("http://h\u{e9}re/")),
        ("user_agent", Value::from("\"test\" \u{1f600}")),
    ];
    each(&rows, |(key, expected)| assert_eq!(line[*key], *expected));
    // From `Sun, 22 Nov 2026 22:18:10 GMT` to `2026-11-22T22:18:10.123Z`.
    let (date, time) = (
        response.field("Date").unwrap(),
        line["time"].as_str().unwrap(),
    );
    assert_eq!((&date[12..16], &date[5..7]), (&time[..4], &time[8..10]));
    assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    let (first, whole) = (&line["first_byte_us"], &line["duration_us"]);
    assert!(first.as_u64().unwrap() <= whole.as_u64().unwrap(), "{line}");
    assert_eq!(line.as_object().unwrap().len(), rows.len() + 3);
}

/// Each kind of answer, refusals and failures, with the connection log beside them.
fn every_line_is_an_object_whatever_clients_send() {
    let folder = Folder::new();
    folder.file("a", "a");
    folder.folder("sub");
    let flags = ["-v", "--log-format", "json", "--cors", "--workers", "1"];
    let porthole = Porthole::with(&folder, &flags);
    let requests: [(&[u8], u16); 16] = [
        (b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (
            b"GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=9-\r\n\r\n",
            416,
        ),
        (
            b"GET /a HTTP/1.1\r\nHost: a\r\nIf-Match: \"\\\"\r\n\r\n",
            412,
        ),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n",
            200,
        ),
        (b"GET /sub HTTP/1.1\r\nHost: a\r\n\r\n", 301),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204),
        (
            b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            405,
        ),
        (b"BREW /\"\\ HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (
            b"GET /%0d%0a{\"forged\":1} HTTP/1.1\r\nHost: a\r\n\r\n",
            404,
        ),
        (b"GET /\x1b[2J HTTP/1.1\r\n\r\n", 400),
        (b"GET /x HTTP/1.1\n{\"forged\":1}\n\n", 400),
        (b"\x16\x03\x01\xff\xc3\r\n\r\n", 400),
        (
            b"GET /b HTTP/1.1\r\nHost: a\r\nUser-Agent: \xff\xc3(\xed\xa0\x80\t\r\n\r\n",
            404,
        ),
        (
            b"GET /c HTTP/1.1\r\nHost: a\r\nReferer: \xe2\x80\xae\xc2\x9b2J\"}\r\n\r\n",
            404,
        ),
        (b"GET /a HTTP/9.9\r\nHost: a\r\n\r\n", 505),
    ];
    for (request, status) in &requests {
        let response = porthole.client().send(request).head();
        assert_eq!(response.status, *status, "{}", request.escape_ascii());
    }
    let long = format!("/{}", "\"".repeat(4_000));
    porthole.get(&long);
    let lines = objects(porthole);
    let answers: Vec<_> = lines
        .iter()
        .filter(|line| line.get("event").is_none())
        .collect();
    let statuses: Vec<_> = answers
        .iter()
        .map(|line| line["status"].as_u64().unwrap())
        .collect();
    let expected: Vec<_> = requests
        .iter()
        .map(|(_, status)| u64::from(*status))
        .collect();
    assert_eq!(statuses[..expected.len()], expected);
    assert!(
        lines.len() > 2 * answers.len(),
        "the connection log is there"
    );
    assert!(lines.iter().all(|line| line.get("forged").is_none()));
    let agent = answers[13]["user_agent"].as_str().unwrap();
    assert_eq!(agent, "\u{fffd}\u{fffd}(\u{fffd}\u{fffd}\u{fffd}");
    assert_eq!(
        answers[14]["referer"].as_str().unwrap(),
        "\u{202e}\u{9b}2J\"}"
    );
    let target = answers.last().unwrap()["target"].as_str().unwrap();
    assert_eq!(target.len(), 1_024 + 3);
    assert!(target.ends_with("\"..."));
}

fn lines_of_pipelined_requests_stand_in_order_with_their_times() {
    const REQUESTS: usize = 50;
    let folder = Folder::new();
    folder.file("a", "abc");
    let porthole = Porthole::with(&folder, &["--log-format", "json"]);
    let mut client = porthole.client();
    let request = |number| format!("GET /a?{number} HTTP/1.1\r\nHost: a\r\n\r\n");
    client.send((0..REQUESTS).map(request).collect::<String>());
    for _ in 0..REQUESTS {
        assert_eq!(client.read().text(), "abc");
    }
    let lines = objects(porthole);
    assert_eq!(lines.len(), REQUESTS);
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["target"], format!("/a?{number}"));
        assert_eq!(line["bytes"], 3);
        let times = ["first_byte_us", "duration_us"].map(|key| line[key].as_u64().unwrap());
        assert!(times[0] <= times[1], "{line}");
    }
}

fn the_first_byte_leaves_long_before_the_last_one() {
    let folder = Folder::new();
    folder.sparse("large", 64 << 20);
    let porthole = Porthole::with(&folder, &["--log-format", "json"]);
    let mut client = porthole.client();
    client
        .send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .head();
    let began = std::time::Instant::now();
    // So much does not fit between the two, and so the end is sent after this.
    client.read_until(48 << 20);
    let read = began.elapsed();
    client.read_until_cut();
    let line = &objects(porthole)[0];
    let times = ["first_byte_us", "duration_us"].map(|key| line[key].as_u64().unwrap());
    assert!(times[0] < times[1], "{line}");
    assert!(u128::from(times[1]) >= read.as_micros(), "{line}");
}

fn the_common_format_ends_with_the_bytes() {
    let folder = Folder::new();
    folder.file("a", "abc");
    let porthole = Porthole::with(&folder, &["--log-format", "common"]);
    porthole
        .client()
        .get("/a", "Referer: b\r\nUser-Agent: c\r\n");
    let line = porthole.log().wait_for("/a");
    assert!(line.starts_with("127.0.0.1 - - ["), "{line}");
    assert!(line.ends_with("] \"GET /a HTTP/1.1\" 200 3"), "{line}");
}
