//! Listeners that the caller has made, and network failures.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use libtest_mimic::Trial;
use porthole::{Limits, Stopped};

use crate::support::{Folder, Hosted, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        an_inherited_listener_is_served,
        a_failed_connection_is_told_apart_from_a_reset
    ]
}

fn arguments(granted: SocketAddr) -> Vec<String> {
    vec![format!("--listen={granted}"), "--verbose".to_owned()]
}

fn an_inherited_listener_is_served() {
    let folder = Folder::new();
    folder.file("a", "a");
    let hosted = Hosted::start(porthole::PORTABLE, &folder, arguments, Limits::default()).unwrap();
    let mut client = hosted.client();
    assert_eq!(client.get("/a", "").text(), "a");
    assert_eq!(hosted.drain(), Stopped::Drained);
    client.expect_end();
}

/// The tutorial's server logs this as an error: here a peer that no longer takes the
/// bytes that were sent. The kernel gives up after a time that accepted connections
/// inherit from their listener.
fn a_failed_connection_is_told_apart_from_a_reset() {
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let timeout = Some(Duration::from_millis(200));
    socket2::SockRef::from(&listener)
        .set_tcp_user_timeout(timeout)
        .unwrap();
    let limits = Limits {
        workers: 1,
        ..Limits::default()
    };
    let hosted = Hosted::on(listener, porthole::PORTABLE, &folder, arguments, limits).unwrap();
    let mut client = hosted.client();
    let peer = client.stream().local_addr().unwrap();
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n").head();
    hosted.log().wait_for(&format!("Socket error: {peer}: "));
    hosted
        .log()
        .wait_for(&format!("Socket is closed: {peer}, "));
    let lines = hosted.log().so_far();
    assert!(
        !lines.iter().any(|line| line.contains("abruptly")),
        "{lines:#?}"
    );
}
