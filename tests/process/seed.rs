//! The features of the server from which porthole grew, each tested here. The last of
//! them, that a browser plays while it downloads, is tested in `clients`.

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Folder, Porthole, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        listens_and_says_so,
        logs_four_events,
        answers_404_and_goes_on_serving,
        serves_a_video_as_an_attachment,
        streams_with_back_pressure,
        a_read_error_ends_the_connection_and_not_the_server,
        a_reset_is_told_apart,
        keeps_the_connection_until_asked_to_close,
    ]
}

fn story(length: usize) -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    let content = noise(length);
    folder.file("story.mp4", &content);
    (folder, content)
}

fn listens_and_says_so() {
    let (folder, _) = story(10);
    let mut porthole = Porthole::serving(&folder);
    assert_eq!(porthole.get("/story.mp4").status, 200);
    let url = format!("  at       {}", porthole.url("/"));
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    let lines = porthole.errors().to_end();
    let path = folder.path().canonicalize().unwrap();
    assert!(lines[0].starts_with("porthole "), "{lines:?}");
    assert!(
        lines.contains(&format!("  serving  {}", path.display())),
        "{lines:?}"
    );
    assert!(lines.contains(&url), "{lines:?}");
    let granted = format!(
        "  granted  reading the folder {}; accepting on {}; clocks; this log",
        path.display(),
        porthole.address()
    );
    assert!(lines.contains(&granted), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.starts_with("  denied   ")),
        "{lines:?}"
    );
}

fn logs_four_events() {
    let (folder, _) = story(1_000);
    let porthole = Porthole::with(&folder, &["-v"]);
    let mut client = porthole.client();
    let peer = client.stream().local_addr().unwrap();
    let response = client.get("/story.mp4", "X-Odd: \x1b[2J\r\nConnection: close\r\n");
    // A control character in a field is refused, so the log reports a refusal.
    assert_eq!(response.status, 400);
    client.expect_end();
    porthole.log().wait_for(&format!("Refused {peer}: "));

    let mut client = porthole.client();
    let peer = client.stream().local_addr().unwrap();
    client.get("/story.mp4", "X-Odd: \"\u{e9}\\\r\nConnection: close\r\n");
    client.expect_end();
    drop(client);
    let closed = porthole
        .log()
        .wait_for(&format!("Socket is closed: {peer}, "));
    let lines = porthole.log().so_far();
    let place = |words: String| {
        let found = lines.iter().position(|line| line.contains(&words));
        found.unwrap_or_else(|| panic!("no {words:?} in {lines:#?}"))
    };
    let request = "GET /story.mp4 HTTP/1.1\\x0D\\x0AHost: porthole\\x0D\\x0A\
                   X-Odd: \\x22\\xC3\\xA9\\x5C\\x0D\\x0AConnection: close\\x0D\\x0A\\x0D\\x0A";
    let order = [
        place(format!("Client connected: {peer}")),
        place(format!("Request from {peer}: {request}")),
        place(format!("File Completed: {peer}, 1000 bytes")),
        place(closed.clone()),
    ];
    assert!(order.is_sorted(), "{lines:#?}");
    let (sent, duration) = closed.rsplit_once(" bytes sent in ").unwrap();
    let sent: u64 = sent.rsplit_once(", ").unwrap().1.parse().unwrap();
    assert!((1_001..2_000).contains(&sent), "head and content: {closed}");
    assert!(
        duration
            .strip_suffix(" ms")
            .is_some_and(|ms| ms.parse::<u32>().is_ok()),
        "{closed}"
    );
}

fn answers_404_and_goes_on_serving() {
    let (folder, content) = story(1_000);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    let missing = client.get("/another.mp4", "");
    assert_eq!(
        (missing.status, missing.words()),
        (404, "404 Not Found"),
        "{missing:?}"
    );
    assert_eq!(missing.line, "HTTP/1.1 404 Not Found");
    assert_eq!(client.get("/story.mp4", "").body, content);
    assert_eq!(porthole.get("/story.mp4").body, content);
}

fn serves_a_video_as_an_attachment() {
    let (folder, content) = story(1_000);
    let porthole = Porthole::serving(folder.join("story.mp4"));
    for target in ["/", "/story.mp4", "/any/thing?at=all"] {
        let response = porthole.get(target);
        assert_eq!(response.line, "HTTP/1.1 200 OK");
        assert_eq!(response.field("Content-Length"), Some("1000"));
        assert_eq!(response.field("Content-Type"), Some("video/mp4"));
        let disposition = response.field("Content-Disposition");
        assert_eq!(disposition, Some("attachment; filename=\"story.mp4\""));
        assert_eq!(response.body, content);
    }
}

/// The server sends a client that does not read only as much as the sockets hold. A
/// client that reads meanwhile gets everything.
fn streams_with_back_pressure() {
    const LENGTH: u64 = 1 << 30;
    let folder = Folder::new();
    folder.sparse("story.mp4", LENGTH);
    let porthole = Porthole::serving(&folder);
    let mut stalled: Vec<_> = (0..8).map(|_| porthole.client()).collect();
    for client in &mut stalled {
        client.send("GET /story.mp4 HTTP/1.1\r\nHost: porthole\r\n\r\n");
        assert_eq!(client.head().content_length(false), LENGTH);
    }
    let mut client = porthole.client();
    client.send("GET /story.mp4 HTTP/1.1\r\nHost: porthole\r\n\r\n");
    assert_eq!(client.head().content_length(false), LENGTH);
    let mut left = LENGTH;
    let mut piece = vec![1; 1 << 20];
    while left > 0 {
        let count = client.read_some(&mut piece);
        assert!(count > 0, "cut with {left} bytes left");
        assert!(piece[..count].iter().all(|&byte| byte == 0));
        left -= count as u64;
    }
    assert_eq!(client.get("/", "").status, 200);
    assert!(
        porthole.peak_memory() < 128 << 20,
        "{} bytes",
        porthole.peak_memory()
    );
}

/// A test can cause a read error by cutting the file while it is sent.
fn a_read_error_ends_the_connection_and_not_the_server() {
    const LENGTH: u64 = 64 << 20;
    let folder = Folder::new();
    let path = folder.sparse("story.mp4", LENGTH);
    folder.file("next.txt", "next");
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    client.send("GET /story.mp4 HTTP/1.1\r\nHost: porthole\r\n\r\n");
    assert_eq!(client.head().content_length(false), LENGTH);
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(1)
        .unwrap();
    let received = client.read_to_end().len() as u64;
    assert!(received < LENGTH, "{received}");
    porthole
        .log()
        .wait_for("a file ended or failed early: GET /story.mp4 HTTP/1.1");
    porthole
        .log()
        .wait_for(&format!("\"GET /story.mp4 HTTP/1.1\" 200 {received} "));
    assert_eq!(porthole.get("/next.txt").text(), "next");
}

fn a_reset_is_told_apart() {
    let folder = Folder::new();
    folder.sparse("story.mp4", 64 << 20);
    let porthole = Porthole::with(&folder, &["-v"]);
    let client = || {
        let client = porthole.client();
        let peer = client.stream().local_addr().unwrap();
        (client, peer)
    };
    // In the middle of a response, and between requests.
    for request in [
        "GET /story.mp4 HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let (mut reset, peer) = client();
        reset.send(request).head();
        reset.reset();
        porthole
            .log()
            .wait_for(&format!("Client disconnected abruptly: {peer}"));
        porthole
            .log()
            .wait_for(&format!("Socket is closed: {peer}"));
    }
    let (mut polite, peer) = client();
    polite.get("/", "Connection: close\r\n");
    polite.expect_end();
    drop(polite);
    porthole
        .log()
        .wait_for(&format!("Socket is closed: {peer}"));
    let words = format!("{peer}");
    let lines = porthole.log().so_far();
    let unusual = |line: &&String| line.contains("abruptly") || line.contains("error");
    assert!(
        !lines
            .iter()
            .filter(unusual)
            .any(|line| line.contains(&words)),
        "{lines:#?}"
    );
}

fn keeps_the_connection_until_asked_to_close() {
    let (folder, content) = story(1_000);
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    for _ in 0..3 {
        let response = client.get("/story.mp4", "");
        assert!(!response.closes() && response.body == content);
    }
    assert!(client.get("/story.mp4", "Connection: close\r\n").closes());
    client.expect_end();
}
