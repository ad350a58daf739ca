//! Sockets that a service manager hands down.

use std::net::TcpListener;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use libtest_mimic::Trial;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::Signal;

use super::SOCKET_ACTIVATE;
use super::bind::{shown, started};
use crate::support::{Client, Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        sockets_that_are_handed_down_are_served,
        grants_name_what_was_handed_down,
        only_promised_sockets_are_taken,
        broken_promises_are_said;
        needs [&SOCKET_ACTIVATE] => systemd_hands_sockets_down,
    ]
}

/// Returns a command that has a listener as descriptor 3, with variables of the process that
/// will be porthole. A shell moves the descriptor there: in a new process, the standard
/// library may use that number itself.
fn with_third(listener: impl Into<OwnedFd>, script: &str) -> Command {
    let script = format!("exec 3<&0 0</dev/null; {script} exec \"$0\" \"$@\"");
    let mut command = Porthole::command_through("sh", ["-c", &*script]);
    command.stdin(Stdio::from(listener.into()));
    command
}

const ONE: &str = "export LISTEN_PID=$$ LISTEN_FDS=1;";

fn sockets_that_are_handed_down_are_served() {
    let folder = Folder::new();
    folder.file("a", "a");
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap();
    let sockets = Folder::new();
    let path = sockets.join("media.sock");
    let unix = UnixListener::bind(&path).unwrap();
    // The shell gets it under its own number.
    fcntl_setfd(&unix, FdFlags::empty()).unwrap();
    let number = unix.as_raw_fd();
    let script =
        format!("exec 4<&{number}; export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:proxy;");
    let served = folder.path().to_str().unwrap();
    let mut porthole = started(with_third(tcp, &script), &[served]);
    let unix_shown = format!("unix:{}", path.display());
    assert_eq!(
        shown(&porthole),
        [format!("http://{address}/"), unix_shown.clone()]
    );
    let granted = porthole.errors().wait_for("  granted ");
    let accepting = format!("; accepting on {address} (web) and {unix_shown} (proxy); ");
    assert!(granted.contains(&accepting), "{granted}");
    assert_eq!(Client::connect(address).get("/a", "").text(), "a");
    assert_eq!(Client::at(&path).get("/a", "").text(), "a");
    // The new version has them, too.
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for("reloaded");
    assert_eq!(Client::at(&path).get("/a", "").text(), "a");
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    assert!(path.exists(), "the file is the manager's");
    assert!(!porthole.errors().so_far().concat().contains("stays"));
}

fn grants_name_what_was_handed_down() {
    let folder = Folder::new();
    let served = folder.path().to_str().unwrap();
    let named = "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=web;";
    let of_another = "export LISTEN_PID=1 LISTEN_FDS=1;";
    let rows: [(&str, &[&str], &str, bool); 4] = [
        (ONE, &[], "{}", true),
        (named, &[], "{} (web)", true),
        (
            named,
            &["--bind=127.0.0.2:81"],
            "127.0.0.2:81 and {} (web)",
            true,
        ),
        (of_another, &[], "127.0.0.1:4000", false),
    ];
    each(&rows, |(script, flags, expected, is_taken)| {
        let grants = |format: &str| {
            let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = tcp.local_addr().unwrap().to_string();
            let mut command = with_third(tcp, script);
            let output = command.args([served, format]).args(*flags).output();
            let text = String::from_utf8(output.unwrap().stdout).unwrap();
            (text, address)
        };
        let (text, address) = grants("--grants");
        let expected = expected.replace("{}", &address);
        let line = format!("  addresses  {expected}\n");
        assert!(text.contains(&line), "{text}");
        let (json, address) = grants("--grants=json");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let addresses = json["addresses"].as_array().unwrap();
        let is_there = addresses.iter().any(|it| *it == *address);
        assert_eq!(is_there, *is_taken, "{json}");
    });
}

/// Without `--bind` only what was handed down is served; with it, both.
fn only_promised_sockets_are_taken() {
    let folder = Folder::new();
    let served = folder.path().to_str().unwrap();
    let rows: [(&str, &[&str], bool, usize); 4] = [
        (ONE, &[], true, 1),
        (ONE, &["--bind=127.0.0.2"], true, 2),
        ("export LISTEN_PID=1 LISTEN_FDS=1;", &[], false, 1),
        ("export LISTEN_FDS=1;", &[], false, 1),
    ];
    each(&rows, |(script, flags, is_taken, count)| {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", tcp.local_addr().unwrap());
        let arguments = [&[served, "--port=0"], *flags].concat();
        let porthole = started(with_third(tcp, script), &arguments);
        let shown = shown(&porthole);
        assert_eq!(shown.contains(&url), *is_taken, "{shown:?}");
        assert_eq!(shown.len(), *count, "{shown:?}");
    });
}

fn broken_promises_are_said() {
    let folder = Folder::new();
    let connected = || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        OwnedFd::from(stream)
    };
    let listening = || OwnedFd::from(TcpListener::bind("127.0.0.1:0").unwrap());
    let file = || OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
    type Row = (fn() -> OwnedFd, &'static str, &'static str);
    let rows: [Row; 7] = [
        (
            listening,
            "LISTEN_FDS=two",
            "LISTEN_FDS is 'two', which is no number",
        ),
        (
            listening,
            "LISTEN_FDS=2",
            "LISTEN_FDS promises 2 sockets, and descriptor 4 is not open",
        ),
        (
            listening,
            "LISTEN_FDS=65",
            "LISTEN_FDS promises 65 sockets, and there may be 64",
        ),
        (
            listening,
            "LISTEN_FDS=1 LISTEN_FDNAMES=a:b",
            "LISTEN_FDNAMES has 2 names for 1 sockets",
        ),
        (
            connected,
            "LISTEN_FDS=1",
            "cannot accept connections from descriptor 3: it does not listen",
        ),
        (
            file,
            "LISTEN_FDS=1",
            "cannot accept connections from descriptor 3: ",
        ),
        (
            listening,
            "LISTEN_PID=x LISTEN_FDS=1",
            "LISTEN_PID is 'x', which is no number",
        ),
    ];
    each(&rows, |(descriptor, variables, reason)| {
        let mut command = with_third(descriptor(), &format!("export LISTEN_PID=$$ {variables};"));
        let output = command.arg(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with(&format!("porthole: {reason}")), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    });
}

/// It starts the program at the first connection, which waits in the queue.
fn systemd_hands_sockets_down() {
    let folder = Folder::new();
    folder.file("a", "a");
    let sockets = Folder::new();
    let path = sockets.join("media.sock");
    let activate = SOCKET_ACTIVATE.command();
    let listener = ["-l", path.to_str().unwrap(), "--fdname=media"];
    let mut command = Porthole::command_through(activate.get_program(), listener);
    command.arg(folder.path());
    let porthole = Porthole::not_ready(command);
    porthole.errors().wait_for("Listening on ");
    assert_eq!(Client::at(&path).get("/a", "").text(), "a");
    porthole
        .errors()
        .wait_for(&format!("unix:{} (media)", path.display()));
}
