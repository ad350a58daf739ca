//! Outputs that nobody reads. Lines are lost, but the server goes on serving and still
//! ends when it is stopped.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::escape::hostile::Hostile;
use crate::support::{Client, Folder, Porthole, TIMEOUT, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        one_pipe_that_nobody_reads_stops_nothing,
        a_reader_that_is_gone_stops_nothing,
        a_stop_ends_it,
        a_second_signal_ends_it_within_a_second,
        a_component_that_spins_as_it_starts_holds_up_no_stop,
        a_replacement_that_spins_as_it_starts_holds_up_no_stop,
        a_component_that_spins_holds_up_no_stop_without_grace,
    ]
}

/// Longest time of a stop: two seconds until clients have closed, one for the reader of
/// the log, half of one for the threads, and a margin for a busy machine.
const STOP: Duration = Duration::from_secs(8);

/// A second, and a margin for a busy machine.
const SECOND: Duration = Duration::from_secs(2);

fn command(folder: &Folder, flags: &[&str]) -> std::process::Command {
    let mut command = Porthole::command();
    command.arg(folder.path()).args(["--port", "0"]).args(flags);
    command
}

/// Causes more lines than a pipe and the queue of the log hold.
fn fill(client: &mut Client) {
    let long = format!("/{}", "a".repeat(1_000));
    for _ in 0..2_000 {
        assert_eq!(client.get(&long, "").status, 404);
    }
}

/// Opens the third connection of an address, which is closed with a notice on standard
/// error.
fn provoke_a_notice(porthole: &Porthole) {
    assert_eq!(porthole.client().read_until_cut(), 0);
}

fn ends_with_0(porthole: &mut Porthole, time: Duration) {
    let asked = Instant::now();
    let status = porthole.ends_within(time);
    let code = status.and_then(|status| status.code());
    assert_eq!(code, Some(0), "{:?}", asked.elapsed());
}

const TWO_PER_ADDRESS: [&str; 4] = ["--max-per-address", "2", "--workers", "1"];

fn still_serves(porthole: &mut Porthole, mut first: Client) {
    let mut second = porthole.client();
    assert_eq!(second.get("/a", "").text(), "a");
    provoke_a_notice(porthole);
    assert_eq!(first.get("/a", "").text(), "a");
    assert_eq!(second.get("/a", "").text(), "a");
    // The new version serves new connections: here one that takes the place of a
    // connection that ends.
    let before = porthole.threads();
    porthole.signal(Signal::HUP);
    second.expect_end();
    let deadline = Instant::now() + TIMEOUT;
    let mut third = loop {
        if let Some(mut client) = Client::try_connect(porthole.address())
            && let Some(response) = client.ask_if_open("/a")
        {
            assert_eq!(response.text(), "a");
            break client;
        }
        assert!(Instant::now() < deadline, "{before:?}");
    };
    assert_eq!(third.get("/a", "").text(), "a");
    porthole.signal(Signal::TERM);
    ends_with_0(porthole, STOP);
}

fn one_pipe_that_nobody_reads_stops_nothing() {
    let folder = Folder::new();
    folder.file("a", "a");
    let (mut porthole, reader) = Porthole::unread(command(&folder, &TWO_PER_ADDRESS));
    let mut client = porthole.client();
    fill(&mut client);
    still_serves(&mut porthole, client);
    drop(reader);
}

fn a_reader_that_is_gone_stops_nothing() {
    let folder = Folder::new();
    folder.file("a", "a");
    let (mut porthole, reader) = Porthole::unread(command(&folder, &TWO_PER_ADDRESS));
    drop(reader);
    let mut client = porthole.client();
    fill(&mut client);
    still_serves(&mut porthole, client);
}

fn a_stop_ends_it() {
    let folder = Folder::new();
    for signal in [Signal::TERM, Signal::INT] {
        let (mut porthole, _reader) = Porthole::unread(command(&folder, &["--workers", "1"]));
        fill(&mut porthole.client());
        porthole.signal(signal);
        ends_with_0(&mut porthole, STOP);
    }
}

fn a_second_signal_ends_it_within_a_second() {
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let flags = ["--workers", "1", "--grace", "3600"];
    let (mut porthole, _reader) = Porthole::unread(command(&folder, &flags));
    fill(&mut porthole.client());
    let mut download = porthole.client();
    download
        .send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n")
        .head();
    porthole.signal(Signal::TERM);
    assert_eq!(
        porthole.ends_within(SECOND),
        None,
        "it waits for the download"
    );
    porthole.signal(Signal::INT);
    ends_with_0(&mut porthole, SECOND);
}

/// Component that the host accepts as a server, but that never returns from its start.
const SPINS: &str = r#"(component
    (core module $spin (func $f (loop (br 0))) (start $f))
    (core instance (instantiate $spin))
    (core module $run (func (export "run") (result i32) (i32.const 1)))
    (core instance $run (instantiate $run))
    (type $function (func async (result (result))))
    (func $function (type $function) (canon lift (core func $run "run")))
    (instance $interface (export "run" (func $function)))
    (export "wasi:cli/run@0.3.0" (instance $interface)))"#;

/// Waits until the server has `count` workers.
fn wait_for_workers(porthole: &Porthole, count: usize) {
    let deadline = Instant::now() + TIMEOUT;
    let is_worker = |name: &&String| name.starts_with("worker-");
    while porthole.threads().iter().filter(is_worker).count() < count {
        assert!(Instant::now() < deadline, "{:?}", porthole.threads());
    }
}

fn a_component_that_spins_as_it_starts_holds_up_no_stop() {
    let folder = Folder::new();
    let file = folder.file("spins.wasm", wat::parse_str(SPINS).unwrap());
    let flags = ["--workers", "1", "--component", file.to_str().unwrap()];
    let mut porthole = Porthole::not_ready(command(&folder, &flags));
    wait_for_workers(&porthole, 1);
    porthole.signal(Signal::TERM);
    ends_with_0(&mut porthole, STOP);
}

fn a_replacement_that_spins_as_it_starts_holds_up_no_stop() {
    let hostile = Hostile::with(porthole::PORTABLE, &["--workers", "1"]);
    hostile.replace(&wat::parse_str(SPINS).unwrap());
    wait_for_workers(&hostile.server, 2);
    let mut porthole = hostile.server;
    assert_eq!(porthole.get("/inside").text(), "inside");
    porthole.signal(Signal::TERM);
    ends_with_0(&mut porthole, STOP);
}

fn a_component_that_spins_holds_up_no_stop_without_grace() {
    let hostile = Hostile::with(artifacts::ESCAPE, &["--workers", "1", "--grace", "0"]);
    let mut client = hostile.server.client();
    hostile.order(&mut client, "endless loop");
    let mut porthole = hostile.server;
    porthole.signal(Signal::TERM);
    ends_with_0(&mut porthole, STOP);
}
