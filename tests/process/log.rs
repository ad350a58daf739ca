//! The access log and the connection log.

use std::process::Stdio;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::library::portability::{connect, free_address};
use crate::support::{Folder, Porthole, TIMEOUT, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        combined_format,
        the_log_has_the_bytes_sent,
        no_client_can_forge_a_line,
        quiet,
        every_request_has_its_line_under_load,
        lines_stand_in_the_order_of_the_answers,
        milliseconds,
        a_log_that_nobody_reads_stops_nothing,
        a_log_that_is_lost_is_said_once,
    ]
}

fn combined_format() {
    let folder = Folder::new();
    folder.file("a.mp4", noise(1_000));
    let porthole = Porthole::serving(&folder);
    let fields = "Referer: http://here/\r\nUser-Agent: test/1\r\n";
    let response = porthole.client().get("/a.mp4?t=1", fields);
    let line = porthole.log().wait_for("/a.mp4");
    // From `Sun, 22 Nov 2026 22:18:10 GMT` to `22/Nov/2026:22:18:10 +0000`.
    let date = response.field("Date").unwrap();
    let (day, time) = (date[5..16].replace(' ', "/"), &date[17..25]);
    assert_eq!(
        line,
        format!(
            "127.0.0.1 - - [{day}:{time} +0000] \"GET /a.mp4?t=1 HTTP/1.1\" 200 1000 \
             \"http://here/\" \"test/1\""
        )
    );
    porthole.client().ask("HEAD", "/a.mp4", "");
    let line = porthole.log().wait_for("HEAD");
    assert!(
        line.ends_with("\"HEAD /a.mp4 HTTP/1.1\" 200 0 \"-\" \"-\""),
        "{line}"
    );
}

fn the_log_has_the_bytes_sent() {
    let folder = Folder::new();
    folder.sparse("large", 1 << 30);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").head();
    client.reset();
    let line = porthole.log().wait_for("\"GET /large HTTP/1.1\" 200 ");
    let sent: u64 = line.rsplit(' ').nth(2).unwrap().parse().unwrap();
    assert!(sent < 1 << 30, "{line}");
    porthole.client().get("/large", "Range: bytes=10-19\r\n");
    porthole.log().wait_for("\"GET /large HTTP/1.1\" 206 10 ");
}

fn no_client_can_forge_a_line() {
    let folder = Folder::new();
    let rows = [
        (
            "GET /%0d%0aforged HTTP/1.1\r\nHost: a\r\n\r\n",
            "\"GET /%0d%0aforged HTTP/1.1\" 404",
        ),
        (
            "GET /\"_\\ HTTP/1.1\r\nHost: a\r\n\r\n",
            "\"GET /\\x22_\\x5C HTTP/1.1\" 404",
        ),
        (
            "GET /\x1b[2J HTTP/1.1\r\n\r\n",
            "\"GET /\\x1B[2J HTTP/1.1\" 400",
        ),
        ("GET /x HTTP/1.1\nforged: y\n\n", "\"GET /x HTTP/1.1\" 400"),
        ("GET /y\rforged HTTP/1.1\r\n\r\n", "\"GET /y"),
        (
            "GET /z HTTP/1.1\r\nHost: a\r\nUser-Agent: \" 200 1 \u{9b}2J\r\n\r\n",
            "\"GET /z HTTP/1.1\" 404 15 \"-\" \"\\x22 200 1 \\xC2\\x9B2J\"",
        ),
        (
            "GET /r HTTP/1.1\r\nHost: a\r\nReferer: a\tb\u{e9}\r\n\r\n",
            "\"GET /r HTTP/1.1\" 404 15 \"a\\x09b\\xC3\\xA9\" \"-\"",
        ),
        ("\x16\x03\x01", "\"\\x16"),
    ];
    let porthole = Porthole::with(&folder, &["-v"]);
    each(&rows, |(request, expected)| {
        porthole.client().send(request).read();
        porthole.log().wait_for(expected);
    });
    for line in porthole.log().so_far() {
        assert!(
            line.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{line:?}"
        );
        assert!(!line.starts_with("forged"), "{line:?}");
    }
    let long = format!("/{}", "a".repeat(4_000));
    porthole.get(&long);
    let line = porthole.log().wait_for_several(
        1,
        |line| line.starts_with("127.0.0.1 - -") && line.contains("/aaaa"),
        "the long line",
    );
    assert!(
        line[0].len() < 1_300 && line[0].contains("aaa...\" 404 "),
        "{line:?}"
    );
}

fn quiet() {
    let folder = Folder::new();
    folder.file("a", "a");
    let mut porthole = Porthole::with(&folder, &["--quiet"]);
    assert_eq!(porthole.get("/a").text(), "a");
    assert_eq!(porthole.get("/missing").status, 404);
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    assert_eq!(porthole.log().to_end(), [""; 0]);
    // Nothing else says which port it is.
    let expected = format!("porthole: listening at {}", porthole.url("/"));
    assert_eq!(porthole.errors().to_end(), [expected]);

    let port = free_address().port().to_string();
    let mut command = Porthole::command();
    command.arg(folder.path()).args(["-q", "--port", &port]);
    let mut porthole = Porthole::not_ready(command);
    // A request is answered once it has started.
    let address = format!("127.0.0.1:{port}").parse().unwrap();
    assert_eq!(connect(address, || false).get("/a", "").text(), "a");
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    assert_eq!(porthole.errors().to_end(), [""; 0]);
}

/// Lines are buffered and written together. No line is lost or torn, and the last ones
/// are written before the process ends.
fn every_request_has_its_line_under_load() {
    const CLIENTS: usize = 20;
    const REQUESTS: usize = 100;
    let folder = Folder::new();
    let mut porthole = Porthole::serving(&folder);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let mut connection = porthole.client();
            scope.spawn(move || {
                for request in 0..REQUESTS {
                    connection.get(&format!("/{client}-{request}"), "");
                }
            });
        }
    });
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    let lines = porthole.log().to_end();
    assert_eq!(lines.len(), CLIENTS * REQUESTS);
    for line in &lines {
        let whole = line.starts_with("127.0.0.1 - - [") && line.ends_with("\" 404 15 \"-\" \"-\"");
        assert!(whole, "{line:?}");
    }
    for client in 0..CLIENTS {
        for request in 0..REQUESTS {
            let target = format!("\"GET /{client}-{request} ");
            let count = lines.iter().filter(|line| line.contains(&target)).count();
            assert_eq!(count, 1, "{target}");
        }
    }
}

/// When a terminal is stopped or a pipe is full, the server goes on serving, and a stop
/// still ends it.
fn a_log_that_nobody_reads_stops_nothing() {
    let folder = Folder::new();
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0", "--workers", "1"])
        .stdout(writer);
    let mut porthole = Porthole::start(command);
    let long = format!("/{}", "a".repeat(1_000));
    let mut client = porthole.client();
    for _ in 0..5_000 {
        assert_eq!(client.get(&long, "").status, 404);
    }
    assert!(porthole.peak_memory() < 128 << 20);
    porthole.signal(Signal::TERM);
    let status = porthole.ends_within(TIMEOUT / 4);
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    drop(reader);
}

/// The reader of the log is gone, or the disk is full. Without the notice nobody could
/// know.
fn a_log_that_is_lost_is_said_once() {
    let folder = Folder::new();
    each(&["Broken pipe", "No space left"], |reason| {
        let output: Stdio = match *reason {
            "Broken pipe" => std::io::pipe().unwrap().1.into(),
            _ => std::fs::File::create("/dev/full").unwrap().into(),
        };
        let mut command = Porthole::command();
        command
            .arg(folder.path())
            .args(["--port", "0", "--workers", "1"]);
        let porthole = Porthole::start({
            command.stdout(output);
            command
        });
        let mut client = porthole.client();
        for _ in 0..3 {
            client.get("/missing", "");
            // Lines of a short time are written together.
            let words = format!("porthole: the log cannot be written: {reason}");
            porthole.errors().wait_for(&words);
        }
        let lines = porthole.errors().so_far();
        let said = lines.iter().filter(|line| line.contains("the log")).count();
        assert_eq!(said, 1, "{lines:#?}");
    });
}

/// This holds too when two workers respond alternately.
fn lines_stand_in_the_order_of_the_answers() {
    const REQUESTS: usize = 200;
    let folder = Folder::new();
    let mut porthole = Porthole::serving(&folder);
    let mut clients = [porthole.client(), porthole.client()];
    for request in 0..REQUESTS {
        clients[request % 2].get(&format!("/{request}"), "");
    }
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    let number = |line: &String| {
        let target = line.split(" /").nth(1).unwrap();
        target.split(' ').next().unwrap().parse::<usize>().unwrap()
    };
    let numbers: Vec<usize> = porthole.log().to_end().iter().map(number).collect();
    assert_eq!(numbers.len(), REQUESTS);
    // A worker may lose the processor between a response and its line.
    let places = numbers.iter().enumerate();
    let astray = places.filter(|(place, number)| place.abs_diff(**number) > 10);
    assert!(astray.count() < REQUESTS / 20, "{numbers:?}");
}

fn milliseconds() {
    let folder = Folder::new();
    let porthole = Porthole::with(&folder, &["--log-milliseconds"]);
    let date = porthole.get("/a").field("Date").unwrap().to_owned();
    let line = porthole.log().wait_for("GET /a");
    let time = line.split(['[', ']']).nth(1).unwrap();
    let (second, rest) = time.split_once('.').unwrap();
    assert_eq!(second.len(), "22/Nov/2026:22:18:10".len(), "{line}");
    assert!(second.starts_with(&date[5..7]), "{line} at {date}");
    let (digits, zone) = rest.split_once(' ').unwrap();
    assert!(digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit()));
    assert_eq!(zone, "+0000");
}
