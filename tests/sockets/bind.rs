//! `--bind`: several addresses, names and Unix sockets.

use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        names_ports_and_unix_sockets_are_mixed,
        a_socket_that_stays_is_said_and_replaced,
        without_confinement_the_socket_is_removed,
        repeated_addresses_are_bound_once,
        grants_name_addresses_and_bind_none,
    ]
}

/// Starts, and returns when the last start-up line is there.
pub fn started(mut command: Command, arguments: &[&str]) -> Porthole {
    command.args(arguments).args(["--workers", "1"]);
    let porthole = Porthole::not_ready(command);
    porthole.errors().wait_for("  stop ");
    porthole
}

/// Returns the start-up lines with the addresses, without their label.
pub fn shown(porthole: &Porthole) -> Vec<String> {
    let lines = porthole.errors().so_far().into_iter();
    lines
        .filter_map(|line| Some(line.strip_prefix("  at       ")?.to_owned()))
        .collect()
}

fn address(url: &str) -> SocketAddr {
    let address = url.strip_prefix("http://").unwrap();
    address.trim_end_matches('/').parse().unwrap()
}

fn names_ports_and_unix_sockets_are_mixed() {
    let folder = Folder::new();
    folder.file("a", "a");
    let sockets = Folder::new();
    let path = sockets.join("media.sock");
    let unix = format!("unix:{}", path.display());
    let porthole = started(
        Porthole::command(),
        &[
            folder.path().to_str().unwrap(),
            "--port=0",
            "--bind=localhost,127.0.0.2:0",
            "--bind=http://127.0.0.3",
            "--bind",
            &unix,
            "--unix-mode=600",
        ],
    );
    let shown = shown(&porthole);
    let (last, urls) = shown.split_last().unwrap();
    assert_eq!(*last, unix);
    let addresses: Vec<SocketAddr> = urls.iter().map(|url| address(url)).collect();
    for expected in ["127.0.0.1", "127.0.0.2", "127.0.0.3"] {
        assert!(
            addresses.iter().any(|it| it.ip().to_string() == expected),
            "{shown:?}"
        );
    }
    // They share the port that the system picked.
    assert!(
        addresses.iter().all(|it| it.port() == addresses[0].port()),
        "{shown:?}"
    );
    for address in addresses {
        assert_eq!(Client::connect(address).get("/a", "").text(), "a");
    }
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
    assert_eq!(Client::at(&path).get("/a", "").text(), "a");
    porthole.log().wait_for("unix - - [");
    let line = porthole.errors().wait_for("  granted ");
    assert!(line.contains(&format!(" and {unix}; clocks")), "{line}");
}

/// The confined process may not remove the file. The one after a crash finds it as well.
fn a_socket_that_stays_is_said_and_replaced() {
    let folder = Folder::new();
    folder.file("a", "a");
    let sockets = Folder::new();
    let path = sockets.join("media.sock");
    let unix = format!("unix:{}", path.display());
    let served = folder.path().to_str().unwrap();
    for signal in [Signal::TERM, Signal::KILL, Signal::TERM] {
        let mut porthole = started(Porthole::command(), &[served, "--bind", &unix]);
        assert_eq!(shown(&porthole), [&*unix]);
        assert_eq!(Client::at(&path).get("/a", "").text(), "a");
        porthole.signal(signal);
        porthole.wait();
        let is_confined = porthole.errors().so_far().concat().contains("Landlock");
        let said = format!(
            "porthole: {unix} stays, because a confined process removes no file; the next start replaces it"
        );
        let is_said = porthole.errors().so_far().contains(&said);
        assert_eq!(is_said, signal == Signal::TERM && is_confined);
        assert!(path.exists() || !is_confined);
    }
}

fn without_confinement_the_socket_is_removed() {
    let folder = Folder::new();
    let path = folder.join("media.sock");
    let unix = format!("unix:{}", path.display());
    let served = folder.path().to_str().unwrap();
    let mut porthole = started(
        Porthole::command(),
        &[served, "--bind", &unix, "--no-confine"],
    );
    assert!(path.exists());
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    assert!(!path.exists());
    assert!(!porthole.errors().so_far().concat().contains("stays"));
}

fn repeated_addresses_are_bound_once() {
    let folder = Folder::new();
    folder.file("a", "a");
    let flags = [
        "--bind",
        "127.0.0.1",
        "--bind",
        "127.0.0.1:0,::ffff:127.0.0.1",
    ];
    let porthole = Porthole::with(&folder, &flags);
    porthole.errors().wait_for("  stop ");
    assert_eq!(shown(&porthole).len(), 1);
    assert_eq!(porthole.get("/a").text(), "a");
}

fn grants_name_addresses_and_bind_none() {
    let folder = Folder::new();
    let path = folder.join("media.sock");
    let unix = format!("unix:{}", path.display());
    let mut command = Porthole::command();
    command.args([folder.path().to_str().unwrap(), "--grants"]);
    command.args(["--bind=localhost,http://[::1]:81", "--bind", &unix]);
    command.env("NOTIFY_SOCKET", "/run/systemd/notify");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let addresses = format!("  addresses  localhost:4000 and http://[::1]:81 and {unix}\n");
    assert!(text.contains(&addresses), "{text}");
    let tells = "  tells      /run/systemd/notify, by one socket that leads nowhere else\n";
    assert!(text.contains(tells), "{text}");
    assert!(!path.exists());
}
