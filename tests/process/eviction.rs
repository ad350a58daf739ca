//! The server at its maximum of connections.

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_oldest_idle_connection_makes_room,
        all_busy_and_a_new_one_is_told_so
    ]
}

const TWO: [&str; 4] = ["--max-connections", "2", "--workers", "1"];

fn the_oldest_idle_connection_makes_room() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &TWO);
    let (mut oldest, mut newer) = (porthole.client(), porthole.client());
    assert_eq!(oldest.get("/a", "").text(), "a");
    assert_eq!(newer.get("/a", "").text(), "a");
    let mut third = porthole.client();
    assert_eq!(third.get("/a", "").text(), "a");
    oldest.expect_end();
    assert_eq!(newer.get("/a", "").text(), "a");
    assert_eq!(third.get("/a", "").text(), "a");
}

fn all_busy_and_a_new_one_is_told_so() {
    let folder = Folder::new();
    folder.file("a", "a");
    folder.sparse("large", 1 << 30);
    let porthole = Porthole::with(&folder, &TWO);
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let mut client = porthole.client();
            client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").head();
            client
        })
        .collect();
    let refused = porthole.client().read();
    assert_eq!(refused.status, 503);
    assert_eq!(refused.field("Retry-After"), Some("1"));
    assert!(refused.closes());
    porthole.log().wait_for("\"\" 503 ");
    // As soon as a place is free, the next client is served.
    drop(busy);
    while porthole
        .client()
        .ask_if_open("/a")
        .is_none_or(|response| response.status == 503)
    {
        std::thread::yield_now();
    }
}
