//! The PROXY protocol.

use libtest_mimic::Trial;

use crate::encryption::support::certificate::{Certificate, redirecting};
use crate::encryption::support::secure::Secure;
use crate::support::{Client, Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_header_names_the_client,
        a_connection_without_a_header_is_closed_and_said,
        a_header_of_a_stranger_does_not_count,
        connections_count_for_the_client_that_is_named,
        tls_begins_after_the_header,
        redirects_and_plain_bytes_come_behind_a_header_too,
    ]
}

const TRUSTED: [&str; 3] = ["--proxy-protocol", "--trust-proxy", "127.0.0.1"];

fn media() -> Folder {
    let folder = Folder::new();
    folder.file("a", "content");
    folder
}

/// Returns a header of version 2 for an IPv4 client.
fn binary(client: [u8; 4]) -> Vec<u8> {
    let addresses = [&client[..], &[10, 0, 0, 1, 0x12, 0x67, 0, 80]].concat();
    [b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", &addresses[..]].concat()
}

fn the_header_names_the_client() {
    let line = |text: &str| [text.as_bytes(), b"\r\n"].concat();
    let rows = [
        (line("PROXY TCP4 192.0.2.1 10.0.0.1 4711 80"), "192.0.2.1"),
        (line("PROXY TCP6 2001:db8::1 ::1 4711 80"), "2001:db8::1"),
        // As a proxy writes it that listens for both families by one socket.
        (line("PROXY TCP6 ::ffff:192.0.2.1 ::1 4711 80"), "192.0.2.1"),
        (line("PROXY UNKNOWN"), "127.0.0.1"),
        (binary([192, 0, 2, 9]), "192.0.2.9"),
        (b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0".to_vec(), "127.0.0.1"),
    ];
    let folder = media();
    each(&rows, |(header, named)| {
        let porthole = Porthole::with(&folder, &TRUSTED);
        for byte_by_byte in [false, true] {
            let mut client = porthole.client();
            match byte_by_byte {
                false => client.send(header),
                true => client.send_byte_by_byte(header),
            };
            assert_eq!(client.get("/a", "").text(), "content");
        }
        // Header and request in one piece.
        let request = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
        let both = [&header[..], request].concat();
        assert_eq!(porthole.client().send(both).read().text(), "content");
        let of_request = |line: &str| line.contains("GET /a");
        for line in porthole.log().wait_for_several(3, of_request, "GET /a") {
            assert!(line.starts_with(&format!("{named} - - [")), "{line}");
        }
    });
}

fn a_connection_without_a_header_is_closed_and_said() {
    let folder = media();
    let porthole = Porthole::with(&folder, &TRUSTED);
    for bytes in [
        "GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
        "PROXY TCP4 a b 1 2\r\n",
        "\x16\x03\x01",
    ] {
        let mut client = porthole.client();
        client.try_send(bytes);
        let _ = client.stream().shutdown(std::net::Shutdown::Write);
        assert_eq!(client.read_until_cut(), 0, "{bytes}");
    }
    porthole.errors().wait_for(
        "closed 1 new connections; the latest is from 127.0.0.1: no trusted proxy has begun them with a header of the PROXY protocol",
    );
    let mut client = porthole.client();
    client.send(binary([192, 0, 2, 1]));
    assert_eq!(client.get("/a", "").text(), "content");
}

fn a_header_of_a_stranger_does_not_count() {
    let folder = media();
    let porthole = Porthole::with(
        &folder,
        &["--proxy-protocol", "--trust-proxy", "10.0.0.0/8"],
    );
    let mut client = porthole.client();
    client.try_send(binary([192, 0, 2, 1]));
    client.try_send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.read_until_cut(), 0);
    porthole
        .errors()
        .wait_for("no trusted proxy has begun them");
}

fn connections_count_for_the_client_that_is_named() {
    let folder = media();
    let porthole = Porthole::with(
        &folder,
        &[&TRUSTED[..], &["--max-per-address", "2"]].concat(),
    );
    let connect = |last: u8| {
        let mut client = porthole.client();
        client.send(binary([192, 0, 2, last]));
        client
    };
    let mut kept: Vec<Client> = [1, 1, 2, 2].map(connect).into();
    for client in &mut kept {
        assert_eq!(client.get("/a", "").text(), "content");
    }
    let mut third = connect(1);
    third.try_send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    let _ = third.stream().shutdown(std::net::Shutdown::Write);
    assert_eq!(third.read_until_cut(), 0);
}

fn tls_begins_after_the_header() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &TRUSTED);
    let header = binary([192, 0, 2, 3]);
    let mut client = Secure::behind(porthole.address(), &certificate, &header);
    assert_eq!(client.get("/a", "").text(), "content");
    let line = porthole.log().wait_for("GET /a");
    assert!(line.starts_with("192.0.2.3 - - ["), "{line}");
}

fn redirects_and_plain_bytes_come_behind_a_header_too() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let flags = [&TRUSTED[..], &["--redirect-http", "0"]].concat();
    let porthole = certificate.serving(&folder, &flags);
    for (address, status) in [(redirecting(&porthole), 308), (porthole.address(), 400)] {
        let mut client = Client::connect(address);
        client.send(binary([192, 0, 2, 4]));
        assert_eq!(client.get("/a", "").status, status);
    }
}
