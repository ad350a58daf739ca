//! The port of `--admin`: what it serves, its limits, and that it touches nothing else.

use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt as _;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use porthole::{Limits, Program, Server};
use rustix::process::Signal;
use serde_json::Value;

use super::scrape::{Metrics, observed, text};
use crate::support::{Client, Folder, Porthole, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        each_address_has_its_response,
        requests_that_are_none_are_refused,
        a_connection_serves_one_request,
        a_unix_socket_serves_it_too,
        the_served_port_has_none_of_it,
        it_is_not_ready_while_it_drains,
        it_does_not_hold_up_the_end,
        connections_beyond_the_bound_wait,
        its_failure_does_not_touch_the_served_port,
        a_spinning_server_can_be_looked_at,
        descriptors_are_counted_though_the_process_is_confined,
        its_address_is_said,
        grants_name_what_its_component_may_do,
        a_component_from_elsewhere_reads_no_counters,
        an_embedder_has_it_too,
    ]
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("a", "content");
    folder
}

fn each_address_has_its_response() {
    let folder = folder();
    let (_porthole, admin) = observed(&folder, &[]);
    let plain = "text/plain; charset=utf-8";
    let prometheus = "text/plain; version=0.0.4; charset=utf-8";
    // Target, status, media type, a part of the content.
    let rows = [
        ("/", 200, plain, "\n/ready    "),
        ("/health", 200, plain, "alive\n"),
        ("/ready", 200, plain, "ready\n"),
        ("/metrics", 200, prometheus, "\nporthole_ready 1\n"),
        ("/metrics?name=a", 200, prometheus, "\nporthole_ready 1\n"),
        ("/%6detrics", 200, prometheus, "\nporthole_ready 1\n"),
        ("/x/../ready", 200, plain, "ready\n"),
        ("/metrics/", 404, plain, "404 Not Found\r\n"),
        ("/Metrics", 404, plain, "404 Not Found\r\n"),
        ("/a", 404, plain, "404 Not Found\r\n"),
        ("/.porthole/", 404, plain, "404 Not Found\r\n"),
        ("/..", 200, plain, "\n/ready    "),
    ];
    each(&rows, |(target, status, media_type, part)| {
        let response = Client::connect(admin).get(target, "");
        assert_eq!(response.status, *status);
        assert_eq!(response.field("Content-Type"), Some(*media_type));
        assert!(response.text().contains(part), "{}", response.text());
        let request = format!("HEAD {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut client = Client::connect(admin);
        let head = client.send(request).read_head();
        assert_eq!((head.status, head.closes()), (*status, true));
        assert_eq!(head.field("Content-Type"), Some(*media_type));
        client.expect_end();
    });
}

fn requests_that_are_none_are_refused() {
    let folder = folder();
    let (_porthole, admin) = observed(&folder, &[]);
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(20_000));
    let fields = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nA: {}\r\n\r\n",
        "a".repeat(60_000)
    );
    // Request, status.
    let rows = [
        (
            "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            405,
        ),
        ("DELETE /health HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("OPTIONS /metrics HTTP/1.1\r\nHost: a\r\n\r\n", 204),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204),
        ("GET /metrics HTTP/1.1\r\n\r\n", 400),
        ("GET /metrics HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("\x16\x03\x01\r\n\r\n", 400),
        ("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (&long, 414),
        (&fields, 431),
    ];
    each(&rows, |(request, status)| {
        let mut client = Client::connect(admin);
        client.try_send(request);
        let response = client.read();
        assert_eq!(response.status, *status, "{}", response.text());
        assert!(response.closes());
        if *status == 405 {
            assert_eq!(response.field("Allow"), Some("GET, HEAD, OPTIONS"));
        }
    });
    // Content is read and of no interest.
    let content = "a".repeat(50_000);
    let request =
        format!("GET /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n{content}");
    assert_eq!(Client::connect(admin).send(request).read().status, 200);
    let expects =
        "GET /ready HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
    let mut client = Client::connect(admin);
    assert_eq!(client.send(expects).read_head().status, 100);
    assert_eq!(client.send("a").read().status, 200);
}

fn a_connection_serves_one_request() {
    let folder = folder();
    let (_porthole, admin) = observed(&folder, &[]);
    let mut client = Client::connect(admin);
    client.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
    assert!(client.read().closes());
    client.finish();
    client.expect_end();
}

fn a_unix_socket_serves_it_too() {
    let folder = folder();
    let path = folder.join("admin.sock");
    let bind = format!("unix:{}", path.display());
    let mode = &["--admin", &bind, "--unix-mode", "0600"];
    let mut porthole = Porthole::with(folder.join("."), mode);
    let said = porthole.errors().wait_for("/metrics");
    assert!(said.contains(&bind), "{said}");
    assert!(path.metadata().unwrap().file_type().is_socket());
    let response = Client::at(&path).get("/ready", "");
    assert_eq!(response.text(), "ready\n");
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
}

/// The component that serves files is granted no counters, and its port has no such address.
fn the_served_port_has_none_of_it() {
    let folder = folder();
    let (porthole, admin) = observed(&folder, &[]);
    for target in ["/metrics", "/health", "/ready", "/.porthole/metrics"] {
        assert_eq!(porthole.get(target).status, 404, "{target}");
    }
    // Nor does a request that names the other port lead there.
    let request = format!("GET http://{admin}/metrics HTTP/1.1\r\nHost: {admin}\r\n\r\n");
    assert_eq!(porthole.client().send(request).read().status, 404);
    assert_eq!(Client::connect(admin).get("/a", "").status, 404);
}

fn status(admin: SocketAddr, target: &str) -> u16 {
    Client::connect(admin).get(target, "").status
}

fn it_is_not_ready_while_it_drains() {
    let folder = folder();
    folder.sparse("film", 1 << 40);
    let (mut porthole, admin) = observed(&folder, &["--grace", "600"]);
    assert_eq!(status(admin, "/ready"), 200);
    let mut download = Client::with_a_small_window(porthole.address());
    download.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    download.read_until(1);
    porthole.signal(Signal::TERM);
    let deadline = Instant::now() + TIMEOUT;
    while status(admin, "/ready") == 200 {
        assert!(Instant::now() < deadline, "it is ready");
    }
    let response = Client::connect(admin).get("/ready", "");
    assert_eq!((response.status, response.text()), (503, "not ready\n"));
    assert_eq!(status(admin, "/health"), 200);
    assert_eq!(Metrics::of(admin).get("ready"), 0.0);
    drop(download);
    assert!(porthole.wait().success());
    assert!(Client::try_connect(admin).is_none());
}

/// Open connections to it are not waited for.
fn it_does_not_hold_up_the_end() {
    let folder = folder();
    let (mut porthole, admin) = observed(&folder, &["--grace", "600"]);
    let mut waiting = Client::connect(admin);
    waiting.send("GET /metrics HTTP/1.1\r\n");
    let began = Instant::now();
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

/// As many as may be open at once, in both limits.
const CONNECTIONS: usize = 32;

fn connections_beyond_the_bound_wait() {
    let folder = folder();
    let (porthole, admin) = observed(&folder, &[]);
    let mut idle: Vec<_> = (0..CONNECTIONS).map(|_| Client::connect(admin)).collect();
    let mut next = Client::connect(admin);
    next.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(!next.has_more_within(Duration::from_millis(300)));
    // The served port has a limit of its own.
    assert_eq!(porthole.get("/a").text(), "content");
    idle.pop();
    assert_eq!(next.read().status, 200);
    // Those that send nothing are closed in time.
    for mut idle in idle {
        assert_eq!(idle.read_until_cut(), 0);
    }
    assert_eq!(status(admin, "/ready"), 200);
}

/// Whatever becomes of the component that shows the counters. The hostile one takes its place,
/// with the limits that it has.
fn its_failure_does_not_touch_the_served_port() {
    let folder = folder();
    let serving = Server::builder()
        .directory(folder.path())
        .listen(([127, 0, 0, 1], 0).into());
    let running = serving.start_blocking().unwrap();
    let admin = Server::admin(&running)
        .component(Program::compile(artifacts::ESCAPE).unwrap())
        .root(porthole::Root::open(folder.path()).unwrap())
        .listen(([127, 0, 0, 1], 0).into());
    let admin = admin.start_blocking().unwrap();
    let mut bystander = Client::connect(running.addresses()[0]);
    for attempt in ["trap", "memory without end", "sockets without end"] {
        let mut attacker = Client::connect(admin.addresses()[0]);
        attacker.send(format!("!{attempt}"));
        attacker.read_until_cut();
        assert_eq!(bystander.get("/a", "").text(), "content", "{attempt}");
    }
    let deadline = Instant::now() + TIMEOUT;
    while admin.counters().failures < 3 || running.counters().responses.total() < 3 {
        assert!(Instant::now() < deadline, "they are not counted");
    }
    assert_eq!(admin.counters().failures, 3);
    let counters = running.counters();
    assert_eq!((counters.failures, counters.responses.total()), (0, 3));
    drop(admin);
    assert_eq!(bystander.get("/a", "").text(), "content");
}

/// A component that occupies all workers does not keep the operator from seeing it.
fn a_spinning_server_can_be_looked_at() {
    let folder = folder();
    let component = folder.file("escape.wasm", artifacts::ESCAPE);
    let flags = &["--workers", "1", "--component", component.to_str().unwrap()];
    let (porthole, admin) = observed(folder.join("."), flags);
    let mut attacker = porthole.client();
    attacker.send("!endless loop");
    attacker.read_until("!endless loop".len() as u64);
    let metrics = Metrics::of(admin);
    assert_eq!(metrics.get("connections_open"), 1.0);
    porthole.errors().wait_for("failed");
    let deadline = Instant::now() + TIMEOUT;
    while Metrics::of(admin).get("instance_restarts_total") < 1.0 {
        assert!(Instant::now() < deadline, "no restart");
    }
    assert_eq!(Metrics::of(admin).get("instance_failures_total"), 1.0);
}

fn descriptors_are_counted_though_the_process_is_confined() {
    let folder = folder();
    let (porthole, admin) = observed(&folder, &[]);
    let before = Metrics::of(admin).get("process_open_fds");
    let clients: Vec<_> = (0..50).map(|_| porthole.client()).collect();
    let deadline = Instant::now() + TIMEOUT;
    while Metrics::of(admin).get("process_open_fds") < before + 50.0 {
        assert!(Instant::now() < deadline, "{before} before");
    }
    drop(clients);
    let listed = std::fs::read_dir(format!("/proc/{}/fd", porthole.pid()));
    let listed = listed.unwrap().count() as f64;
    let counted = Metrics::of(admin).get("process_open_fds");
    assert!((counted - listed).abs() < 60.0, "{counted} {listed}");
    assert!(Metrics::of(admin).get("process_max_fds") >= counted);
}

fn its_address_is_said() {
    let folder = folder();
    let warning = "reads the counters without a password";
    // Flags, the words of a line, whether others may reach it.
    let rows: [(&[&str], &str, bool); 4] = [
        (
            &["--admin", "127.0.0.1:0"],
            "  admin    http://127.0.0.1:",
            false,
        ),
        (&["--admin", "localhost:0"], "  admin    http://", false),
        (
            &["--admin", "127.0.0.1:0", "--quiet"],
            "porthole: counters are shown at http://127.0.0.1:",
            false,
        ),
        (
            &["--admin", "0.0.0.0:0"],
            "  admin    http://0.0.0.0:",
            true,
        ),
    ];
    each(&rows, |(flags, words, warns)| {
        let porthole = Porthole::with(&folder, flags);
        let line = porthole.errors().wait_for(words);
        let address = line.split_once("http://").unwrap().1;
        let port = address
            .split('/')
            .next()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap();
        let port: u16 = port.parse().unwrap();
        assert_eq!(status(([127, 0, 0, 1], port).into(), "/ready"), 200);
        let mut porthole = porthole;
        porthole.signal(Signal::TERM);
        assert!(porthole.wait().success());
        let said = porthole.errors().to_end().join("\n");
        assert_eq!(said.contains(warning), *warns, "{said}");
    });
}

fn grants_name_what_its_component_may_do() {
    let folder = folder();
    let run = |format: &str| {
        let mut command = Porthole::command();
        command.arg(folder.path()).arg(format);
        let output = command
            .args(["--admin", "127.0.0.1:9000"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let json: Value = serde_json::from_str(&run("--grants=json")).unwrap();
    assert_eq!(json["admin"]["address"], "127.0.0.1:9000");
    let imports = json["admin"]["imports"].as_array().unwrap();
    let grants = imports
        .iter()
        .map(|import| import["grant"].as_str().unwrap());
    let grants: Vec<_> = grants.collect();
    assert!(grants.contains(&"the counters of the server, to read them"));
    let named = |word: &str| {
        let interfaces = imports
            .iter()
            .map(|import| import["interface"].as_str().unwrap());
        interfaces
            .filter(|interface| interface.contains(word))
            .count()
    };
    assert_eq!(
        (named("filesystem"), named("stdout"), named("counters")),
        (0, 0, 2)
    );
    let text = run("--grants");
    let lines = [
        "  admin      127.0.0.1:9000, ",
        "\nthe component of --admin\n",
        "\nporthole:admin/counters@0.1.0\n",
    ];
    for line in lines {
        assert!(text.contains(line), "{text}");
    }
}

/// Only the component that was built with the library gets them.
fn a_component_from_elsewhere_reads_no_counters() {
    let error = Program::compile(porthole::ADMIN).err().unwrap().to_string();
    assert!(error.contains("porthole:admin/counters@0.1.0"), "{error}");
}

fn an_embedder_has_it_too() {
    let folder = folder();
    let server = Server::builder()
        .directory(folder.path())
        .listen(([127, 0, 0, 1], 0).into());
    let running = server.limits(Limits::default()).start_blocking().unwrap();
    let admin = Server::admin(&running).listen(([127, 0, 0, 1], 0).into());
    let admin = admin.start_blocking().unwrap();
    let address = admin.addresses()[0];
    assert!(running.is_ready());
    assert!(text(address).contains("\nporthole_ready 1\n"));
    running.stop().wait().unwrap();
    assert!(!running.is_ready());
    assert_eq!(status(address, "/ready"), 503);
    assert!(text(address).contains("\nporthole_ready 0\n"));
    // A server that has another purpose still needs something to serve.
    let nothing = Server::builder().listen(([127, 0, 0, 1], 0).into());
    assert!(nothing.start_blocking().is_err());
}
