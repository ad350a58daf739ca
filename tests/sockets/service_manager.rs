//! Messages to a service manager.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::Command;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Folder, Porthole, TIMEOUT, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_manager_hears_of_each_change,
        a_manager_may_have_an_abstract_name,
        signs_of_life_come_while_it_serves,
        a_manager_that_cannot_be_reached_is_said,
    ]
}

/// A manager that listens.
struct Manager(UnixDatagram);

impl Manager {
    fn at(socket: UnixDatagram) -> Self {
        socket.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self(socket)
    }

    /// Returns the next message.
    fn hear(&self) -> String {
        let mut room = [0; 4_096];
        let length = self.0.recv(&mut room).expect("a message");
        String::from_utf8(room[..length].to_vec()).unwrap()
    }

    /// Returns the next message that begins with these words.
    fn hear_of(&self, words: &str) -> String {
        loop {
            let message = self.hear();
            if message.starts_with(words) {
                return message;
            }
        }
    }
}

fn command(folder: &Folder, socket: &str) -> Command {
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0", "--workers", "1"]);
    command.env("NOTIFY_SOCKET", socket);
    command
}

fn a_manager_hears_of_each_change() {
    let folder = Folder::new();
    folder.file("a", "a");
    let sockets = Folder::new();
    let path = sockets.join("notify");
    let manager = Manager::at(UnixDatagram::bind(&path).unwrap());
    let mut porthole = Porthole::start(command(&folder, path.to_str().unwrap()));
    let nothing = "STATUS=0 connections are open, 0 were accepted, 0 B sent";
    assert_eq!(manager.hear(), format!("READY=1\n{nothing}"));
    assert_eq!(porthole.get("/a").text(), "a");

    for replaced in [true, false] {
        if !replaced {
            std::fs::rename(folder.path(), sockets.join("moved")).unwrap();
        }
        porthole.signal(Signal::HUP);
        let message = manager.hear_of("RELOADING=1\n");
        let time = message
            .lines()
            .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
        let time: u64 = time.unwrap().parse().unwrap();
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let now = u64::try_from(now.tv_sec).unwrap() * 1_000_000;
        assert!(
            (now - 60_000_000..=now + 1_000_000).contains(&time),
            "{time}, {now}"
        );
        // Ready also after a failure, because the old version goes on.
        let ready = manager.hear_of("READY=1\n");
        assert!(ready.contains(" were accepted"), "{ready}");
        let line = if replaced {
            "reloaded"
        } else {
            "reload failed"
        };
        porthole.errors().wait_for(line);
    }
    std::fs::rename(sockets.join("moved"), folder.path()).unwrap();
    porthole.signal(Signal::TERM);
    let message = manager.hear_of("STOPPING=1\n");
    assert!(message.contains("STATUS=stopping, "), "{message}");
    assert!(porthole.wait().success());
}

fn a_manager_may_have_an_abstract_name() {
    let folder = Folder::new();
    let name = folder.path().to_str().unwrap();
    let address = SocketAddr::from_abstract_name(name).unwrap();
    let manager = Manager::at(UnixDatagram::bind_addr(&address).unwrap());
    let _porthole = Porthole::start(command(&folder, &format!("@{name}")));
    manager.hear_of("READY=1\n");
}

fn signs_of_life_come_while_it_serves() {
    let folder = Folder::new();
    let path = folder.join("notify");
    let manager = Manager::at(UnixDatagram::bind(&path).unwrap());
    let mut with_watchdog = command(&folder, path.to_str().unwrap());
    with_watchdog.env("WATCHDOG_USEC", "200000");
    let mut porthole = Porthole::start(with_watchdog);
    manager.hear_of("READY=1\n");
    for _ in 0..5 {
        manager.hear_of("WATCHDOG=1");
    }
    porthole.signal(Signal::TERM);
    manager.hear_of("STOPPING=1\n");
    porthole.wait();

    // For another process.
    let mut for_another = command(&folder, path.to_str().unwrap());
    for_another
        .env("WATCHDOG_USEC", "1000")
        .env("WATCHDOG_PID", "1");
    let porthole = Porthole::start(for_another);
    manager.hear_of("READY=1\n");
    porthole.signal(Signal::TERM);
    let message = manager.hear();
    assert!(message.starts_with("STOPPING=1\n"), "{message}");
}

fn a_manager_that_cannot_be_reached_is_said() {
    let folder = Folder::new();
    folder.file("a", "a");
    for (address, reason) in [
        ("/no/such/socket", "No such file or directory (os error 2)"),
        ("vsock:2:1", "neither a path nor a name after '@'"),
    ] {
        let porthole = Porthole::start(command(&folder, address));
        porthole.errors().wait_for(&format!(
            "porthole: the service manager is not told anything: NOTIFY_SOCKET is '{address}': {reason}"
        ));
        assert_eq!(porthole.get("/a").text(), "a");
    }
}
