//! `[::]` for clients of IPv4: they have addresses of IPv4 everywhere.

use std::net::{SocketAddr, TcpListener};

use libtest_mimic::Trial;

use super::bind::shown;
use crate::support::{Client, Folder, Porthole, privileged};

pub fn trials() -> Vec<Trial> {
    let both = TcpListener::bind("[::]:0");
    let both = both.is_ok_and(|it| {
        let port = it.local_addr().unwrap().port();
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    vec![privileged(
        concat!(module_path!(), "::clients_of_ipv4_are_known_as_such"),
        both,
        "listen on IPv6 and IPv4 by one socket",
        clients_of_ipv4_are_known_as_such,
    )]
}

/// Serves on all addresses of both families, and returns the loopback address of IPv4.
fn serving(folder: &Folder, flags: &[&str]) -> (Porthole, SocketAddr) {
    let porthole = Porthole::with(folder, &[&["--bind", "::"], flags].concat());
    porthole.errors().wait_for("  stop ");
    let shown = shown(&porthole);
    let url = shown
        .iter()
        .find(|url| url.starts_with("http://127.0.0.1:"));
    let address = url
        .expect("an address of IPv4")
        .trim_start_matches("http://");
    let address = address.trim_end_matches('/').parse().unwrap();
    (porthole, address)
}

fn clients_of_ipv4_are_known_as_such() {
    let folder = Folder::new();
    folder.file("a", "a");
    let (porthole, address) = serving(&folder, &["--max-per-address", "2"]);
    let granted = porthole.errors().wait_for("  granted ");
    assert!(granted.contains(" of all addresses"), "{granted}");
    // Both count for one client.
    let mut kept = [Client::connect(address), Client::connect(address)];
    for client in &mut kept {
        assert_eq!(client.get("/a", "").text(), "a");
    }
    Client::connect(address).expect_end();
    let line = porthole.log().wait_for("GET /a");
    assert!(line.starts_with("127.0.0.1 - - ["), "{line}");
    porthole.errors().wait_for("127.0.0.1");

    // (trusted, whether the field of 127.0.0.1 counts)
    let field = "X-Forwarded-For: ::ffff:192.0.2.1\r\n";
    for (trusted, counts) in [
        ("127.0.0.0/8", true),
        ("::ffff:127.0.0.1", true),
        ("::1", false),
    ] {
        let (porthole, address) = serving(&folder, &["--trust-proxy", trusted]);
        assert_eq!(Client::connect(address).get("/a", field).text(), "a");
        let line = porthole.log().wait_for("GET /a");
        let client = if counts { "192.0.2.1" } else { "127.0.0.1" };
        assert!(
            line.starts_with(&format!("{client} - - [")),
            "{trusted}: {line}"
        );
    }

    // The rate of a client is one, whatever it is written as.
    let flags = [
        "--rate",
        "2",
        "--workers",
        "1",
        "--trust-proxy",
        "127.0.0.1",
    ];
    let (_porthole, address) = serving(&folder, &flags);
    let mut proxy = Client::connect(address);
    let mut asked = ["192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207"].map(|client| {
        let field = format!("X-Forwarded-For: {client}\r\n");
        proxy.get("/a", &field).status
    });
    asked.sort_unstable();
    assert_eq!(asked, [200, 200, 429]);
}
