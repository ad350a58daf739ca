//! `/metrics` after a load, beside what the clients of the load have counted.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::thread;

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::scrape::{Metrics, observed};
use crate::encryption::support::certificate::Certificate;
use crate::encryption::support::secure::{Secure, client};
use crate::support::{Client, Folder, Porthole, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_load_that_clients_have_seen_is_counted,
        passwords_are_counted_by_their_outcome,
        handshakes_are_counted_by_their_outcome,
        clients_that_are_refused_are_counted_by_the_reason,
        a_reload_keeps_all_counts,
    ]
}

/// Counts of the clients, by `method="GET",status="2xx"`.
#[derive(Default)]
struct Seen {
    responses: std::collections::BTreeMap<String, u64>,
    content: u64,
    connections: u64,
    /// Bytes of heads and content.
    received: u64,
}

const CLIENTS: u64 = 8;
const ROUNDS: u64 = 40;

fn the_load_that_clients_have_seen_is_counted() {
    let folder = Folder::new();
    folder.file("a.txt", "content");
    folder.file("film.mp4", noise(300_000));
    // Method, target, fields.
    let requests = [
        ("GET", "/a.txt", ""),
        ("GET", "/film.mp4", ""),
        ("GET", "/film.mp4", "Range: bytes=1000-1999\r\n"),
        ("HEAD", "/film.mp4", ""),
        ("GET", "/missing", ""),
        ("GET", "/a.txt", "If-None-Match: *\r\n"),
        ("OPTIONS", "/", ""),
        ("DELETE", "/a.txt", ""),
    ];
    let (porthole, admin) = observed(&folder, &["--workers", "3"]);
    let seen = Mutex::new(Seen::default());
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut client = porthole.client();
                    seen.lock().unwrap().connections += 1;
                    for (method, target, fields) in requests {
                        let request =
                            format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
                        let response = match method {
                            "HEAD" => client.send(request).read_head(),
                            _ => client.send(request).read(),
                        };
                        let shown = if method == "DELETE" { "other" } else { method };
                        let class = response.status / 100;
                        let labels = format!("method=\"{shown}\",status=\"{class}xx\"");
                        let mut seen = seen.lock().unwrap();
                        *seen.responses.entry(labels).or_default() += 1;
                        seen.content += response.body.len() as u64;
                        seen.received += response.body.len() as u64;
                    }
                }
            });
        }
    });
    let seen = seen.into_inner().unwrap();
    let all = CLIENTS * ROUNDS * requests.len() as u64;
    let responses = "http_responses_total{";
    let metrics = Metrics::once(admin, |metrics| metrics.sum(responses) >= all as f64);
    for (labels, count) in &seen.responses {
        let found = metrics.get(&format!("http_responses_total{{{labels}}}"));
        println!("{labels}: {found} counted, {count} seen");
        assert_eq!(found, *count as f64, "{labels}");
    }
    assert_eq!(metrics.sum(responses), all as f64);
    for histogram in ["first_byte", "duration"] {
        let name = format!("http_response_{histogram}_seconds");
        assert_eq!(metrics.get(&format!("{name}_count")), all as f64);
        let last = metrics.get(&format!("{name}_bucket{{le=\"+Inf\"}}"));
        assert_eq!(last, all as f64);
        assert!(metrics.get(&format!("{name}_sum")) > 0.0);
    }
    let content = metrics.get("http_response_content_bytes_total");
    println!("content: {content} bytes counted, {} seen", seen.content);
    assert_eq!(content, seen.content as f64);
    assert_eq!(
        metrics.get("connections_accepted_total"),
        seen.connections as f64
    );
    // Heads come on top.
    assert!(metrics.get("sent_bytes_total") > seen.received as f64);
    // Three files a round have content, and a client that waits a moment finds them open.
    let files = (CLIENTS * ROUNDS * 3) as f64;
    assert_eq!(metrics.sum("cache_lookups_total{"), files);
    for worker in 0..3 {
        assert!(metrics.get(&format!("worker_memory_bytes{{worker=\"{worker}\"}}")) > 0.0);
    }
    assert_eq!(metrics.get("instance_failures_total"), 0.0);
    assert_eq!(metrics.get("ready"), 1.0);
}

fn passwords_are_counted_by_their_outcome() {
    let folder = Folder::new();
    folder.file("media/a", "content");
    let hash = porthole_line("ann", "right");
    let users = folder.file("users", hash);
    let users = users.to_str().unwrap().to_owned();
    let (porthole, admin) = observed(folder.join("media"), &["--auth-file", &users]);
    let ask = |password: &str| {
        let fields = match password {
            "" => String::new(),
            password => format!("Authorization: Basic {}\r\n", basic("ann", password)),
        };
        porthole.client().get("/a", &fields).status
    };
    assert_eq!(ask(""), 401);
    let mut refused = 0;
    for _ in 0..3 {
        assert_eq!(ask("right"), 200);
    }
    let mut wrong = 0;
    // Who is wrong too often is not compared any more.
    while refused == 0 {
        match ask("wrong") {
            401 => wrong += 1,
            429 => refused += 1,
            status => panic!("{status}"),
        }
    }
    let all = f64::from(3 + wrong + refused);
    let metrics = Metrics::once(admin, |metrics| {
        metrics.sum("password_checks_total{") >= all
    });
    let checks = ["right", "wrong", "refused"]
        .map(|result| metrics.get(&format!("password_checks_total{{result=\"{result}\"}}")));
    assert_eq!(checks, [3.0, f64::from(wrong), f64::from(refused)]);
}

/// Returns a line of a file of users.
fn porthole_line(user: &str, password: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut command = Porthole::command();
    command.args(["hash-password", user]);
    command.stdin(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(password.as_bytes()).unwrap();
    drop(input);
    child.wait_with_output().unwrap().stdout
}

/// Returns a name and a password in Base64, without a crate for that.
fn basic(user: &str, password: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = format!("{user}:{password}");
    let mut encoded = String::new();
    for piece in text.as_bytes().chunks(3) {
        let bits = piece
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - piece.len()));
        for place in 0..4 {
            encoded.push(match place <= piece.len() {
                true => char::from(LETTERS[(bits >> (18 - 6 * place)) as usize % 64]),
                false => '=',
            });
        }
    }
    encoded
}

fn handshakes_are_counted_by_their_outcome() {
    let folder = Folder::new();
    folder.file("a", "content");
    let certificate = Certificate::of(&["localhost"]);
    let porthole = certificate.serving(&folder, &["--admin", "127.0.0.1:0"]);
    let admin = super::scrape::address(&porthole);
    for _ in 0..3 {
        let mut client = Secure::connect(porthole.address(), &certificate);
        assert_eq!(client.get("/a", "").status, 200);
    }
    // A client that does not trust the certificate says so.
    let stranger = Certificate::of(&["localhost"]);
    let untrusting = client(stranger.trusted());
    assert!(Secure::to(porthole.address(), "localhost", &untrusting).is_err());
    assert_eq!(porthole.get("/a").status, 400);
    // A record that begins no handshake.
    let mut malformed = porthole.client();
    malformed.send(b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00");
    malformed.read_until_cut();
    drop(porthole.client());
    let failures = "tls_handshake_failures_total{";
    let metrics = Metrics::once(admin, |metrics| metrics.sum(failures) >= 4.0);
    let count = |sample: &str| metrics.get(sample);
    let reason = |reason: &str| count(&format!("{failures}reason=\"{reason}\"}}"));
    assert_eq!(count("tls_handshakes_total{version=\"1.3\"}"), 3.0);
    assert_eq!(count("tls_handshakes_total{version=\"1.2\"}"), 0.0);
    let reasons = ["alert", "plain", "protocol", "closed", "timeout"].map(reason);
    assert_eq!(reasons, [1.0, 1.0, 1.0, 1.0, 0.0]);
}

fn clients_that_are_refused_are_counted_by_the_reason() {
    let folder = Folder::new();
    folder.file("a", "content");
    let (porthole, admin) = observed(&folder, &["--max-per-address", "1"]);
    let mut first = porthole.client();
    assert_eq!(first.get("/a", "").status, 200);
    for _ in 0..3 {
        porthole.client().read_until_cut();
    }
    assert_eq!(refused(admin), [3.0, 0.0]);
    let (porthole, admin) = observed(&folder, &["--proxy-protocol", "--trust-proxy", "192.0.2.1"]);
    for _ in 0..2 {
        porthole.client().read_until_cut();
    }
    assert_eq!(refused(admin), [0.0, 2.0]);
}

/// Returns the connections that were refused beyond `--max-per-address`, and for their header.
fn refused(admin: SocketAddr) -> [f64; 2] {
    let metrics = Metrics::of(admin);
    ["per_address", "proxy_header"]
        .map(|reason| format!("connections_refused_total{{reason=\"{reason}\"}}"))
        .map(|sample| metrics.get(&sample))
}

fn a_reload_keeps_all_counts() {
    let folder = Folder::new();
    folder.file("a", "content");
    let (porthole, admin) = observed(&folder, &[]);
    for generation in 1..=3_u32 {
        for _ in 0..5 {
            assert_eq!(
                Client::connect(porthole.address()).get("/a", "").status,
                200
            );
        }
        let sample = "http_responses_total{method=\"GET\",status=\"2xx\"}";
        let all = f64::from(5 * generation);
        let metrics = Metrics::once(admin, |metrics| metrics.get(sample) >= all);
        assert_eq!(metrics.get(sample), all);
        assert_eq!(metrics.get("generations_total"), f64::from(generation));
        porthole.signal(Signal::HUP);
        let is_done = |line: &str| line.contains("reloaded");
        porthole
            .errors()
            .wait_for_several(generation as usize, is_done, "reloads");
    }
}
