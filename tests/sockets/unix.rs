//! Unix sockets, by the library.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use libtest_mimic::Trial;
use porthole::{Limits, Listeners, Log, Place, Running, Server, UnixOptions};
use rustix::fs::{FlockOperation, flock};

use crate::support::{Client, Folder, Lines, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_unix_socket_is_served,
        its_clients_count_for_no_limit,
        it_has_the_mode_and_the_owner_that_were_asked_for,
        a_socket_left_behind_is_replaced,
        of_many_starts_at_once_one_gets_the_socket,
        a_lock_that_a_stranger_holds_prevents_no_start,
        a_file_with_the_number_of_an_earlier_one_stays,
        unusable_paths_are_refused_with_a_reason,
        a_failed_start_leaves_no_file,
        an_inherited_socket_keeps_its_file,
    ]
}

fn served(folder: &Folder, listeners: Listeners, limits: Limits) -> (Running, Lines) {
    let (reader, writer) = std::io::pipe().unwrap();
    let (log, _) = Log::to(writer).unwrap();
    let server = Server::builder().directory(folder.path()).limits(limits);
    let server = server.listeners(listeners).arguments(["--verbose"]);
    let running = server.stdout(log).start_blocking().unwrap();
    (running, Lines::of(reader))
}

fn bound(path: impl AsRef<Path>) -> Listeners {
    Listeners::bind_unix(path, &UnixOptions::default()).unwrap()
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

fn a_unix_socket_is_served() {
    let folder = Folder::new();
    let film = noise(3 << 20);
    folder.file("film", &film);
    let sockets = Folder::new();
    let path = sockets.join("media.sock");
    let mut listeners = bound(&path);
    listeners.append(Listeners::bind(&[([127, 0, 0, 1], 0).into()]).unwrap());
    let places = listeners.places().unwrap();
    assert_eq!(places[0].to_string(), format!("unix:{}", path.display()));
    assert!(matches!(&places[0], Place::Unix { path: shown, .. } if *shown == path));
    let tcp = places[1].address();
    assert_eq!(places[1].to_string(), tcp.to_string());
    let (running, log) = served(&folder, listeners, Limits::default());
    assert_eq!(running.addresses(), [places[0].address(), tcp]);

    // Several requests on one connection, and a large file in both directions of waiting.
    let mut client = Client::at(&path);
    assert_eq!(client.get("/film", "").body, film);
    assert_eq!(client.get("/missing", "").status, 404);
    assert_eq!(Client::connect(tcp).get("/film", "").body, film);
    log.wait_for("Client connected: unix");
    let lines = log.wait_for_several(3, |line| line.contains("HTTP/1.1\" "), "responses");
    let peers = lines.iter().map(|line| line.split(' ').next().unwrap());
    assert_eq!(peers.collect::<Vec<_>>(), ["unix", "unix", "127.0.0.1"]);
    drop(client);
    log.wait_for("Socket is closed: unix, ");

    running.stop().wait().unwrap();
    assert!(!is_socket(&path), "the file is left behind");
}

/// One process that connects may stand for many clients.
fn its_clients_count_for_no_limit() {
    let folder = Folder::new();
    folder.file("a", "a");
    let path = folder.join("socket");
    let limits = Limits {
        per_address: 1,
        except_loopback: false,
        ..Limits::default()
    };
    let server = Server::builder().directory(folder.path()).limits(limits);
    let server = server.arguments(["--rate=1", "--throttle=4096"]);
    let running = server.listeners(bound(&path)).start_blocking().unwrap();
    let mut clients: Vec<Client> = (0..8).map(|_| Client::at(&path)).collect();
    for client in &mut clients {
        for _ in 0..4 {
            assert_eq!(client.get("/a", "").status, 200);
        }
    }
    assert_eq!(running.counters().refused, 0);
}

fn it_has_the_mode_and_the_owner_that_were_asked_for() {
    let folder = Folder::new();
    let path = folder.join("socket");
    // Only root gives files away.
    let is_root = folder.path().metadata().unwrap().uid() == 0;
    let owners: &[(Option<u32>, Option<u32>)] = match is_root {
        true => &[
            (None, None),
            (Some(1), None),
            (None, Some(2)),
            (Some(3), Some(4)),
        ],
        false => &[(None, None)],
    };
    for mode in [None, Some(0o600), Some(0o660), Some(0o666)] {
        for &(owner, group) in owners {
            let options = UnixOptions { mode, owner, group };
            let listeners = Listeners::bind_unix(&path, &options).unwrap();
            let found = path.metadata().unwrap();
            if let Some(mode) = mode {
                assert_eq!(found.mode() & 0o777, mode);
            }
            let own = folder.path().metadata().unwrap();
            let expected = (owner.unwrap_or(own.uid()), group.unwrap_or(own.gid()));
            assert_eq!((found.uid(), found.gid()), expected);
            drop(listeners);
            assert!(!path.exists());
        }
    }
}

fn a_socket_left_behind_is_replaced() {
    let folder = Folder::new();
    folder.file("a", "a");
    let path = folder.join("socket");
    // The standard library leaves the file.
    drop(UnixListener::bind(&path).unwrap());
    assert!(is_socket(&path));
    let (first, _log) = served(&folder, bound(&path), Limits::default());
    // A live one stays, also if its queue is full, and goes on serving.
    let error = Listeners::bind_unix(&path, &UnixOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot listen on unix:{}", path.display())
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "another server listens there");
    assert_eq!(Client::at(&path).get("/a", "").text(), "a");

    // One server that ends leaves the socket of another.
    fs::remove_file(&path).unwrap();
    let (second, _log) = served(&folder, bound(&path), Limits::default());
    first.stop().wait().unwrap();
    assert_eq!(Client::at(&path).get("/a", "").text(), "a");
    second.stop().wait().unwrap();
    assert!(!path.exists());
}

/// Each would take the socket of another for one that was left behind, until that listens.
fn of_many_starts_at_once_one_gets_the_socket() {
    const STARTS: usize = 4;
    let folder = Folder::new();
    let path = folder.join("socket");
    for _ in 0..100 {
        drop(UnixListener::bind(&path).unwrap());
        let together = Barrier::new(STARTS);
        let start = || {
            together.wait();
            Listeners::bind_unix(&path, &UnixOptions::default())
        };
        let started: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..STARTS).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(started.iter().filter(|it| it.is_ok()).count(), 1);
        // It is the one at the path, and the others have left it there.
        assert!(UnixStream::connect(&path).is_ok());
        drop(started);
        assert!(!path.exists());
    }
}

fn a_lock_that_a_stranger_holds_prevents_no_start() {
    let folder = Folder::new();
    let held = fs::File::open(folder.path()).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    let path = folder.join("socket");
    let _listeners = bound(&path);
    assert!(UnixStream::connect(&path).is_ok());
}

/// A file system gives the number of a file that was removed to the next one.
fn a_file_with_the_number_of_an_earlier_one_stays() {
    let folder = Folder::new();
    let path = folder.join("socket");
    let first = bound(&path);
    let number = fs::symlink_metadata(&path).unwrap().ino();
    // Until one of them gets the number; some file systems never use one again.
    let mut others = Vec::new();
    fs::remove_file(&path).unwrap();
    for _ in 0..64 {
        others.push(UnixListener::bind(&path).unwrap());
        if fs::symlink_metadata(&path).unwrap().ino() == number {
            break;
        }
        fs::rename(&path, folder.join(others.len().to_string())).unwrap();
    }
    let is_there = path.exists();
    drop(first);
    assert_eq!(path.exists(), is_there);
}

fn unusable_paths_are_refused_with_a_reason() {
    let folder = Folder::new();
    let plain = folder.file("plain", "");
    let link = folder.link("link", "plain");
    let datagram = folder.join("datagram");
    let _datagram = UnixDatagram::bind(&datagram).unwrap();
    let long = folder.path().join("x".repeat(108));
    let words = format!(
        "{} bytes are too many for the path of a socket",
        long.as_os_str().len()
    );
    let rows: [(PathBuf, &str); 6] = [
        (
            folder.path().join("none/socket"),
            "No such file or directory (os error 2)",
        ),
        (plain.clone(), "there is a file that is no socket"),
        (link, "there is a file that is no socket"),
        (
            folder.path().to_owned(),
            "there is a file that is no socket",
        ),
        (
            datagram,
            "there is a socket, and it does not say whether it is used: ",
        ),
        (long, &words),
    ];
    each(&rows, |(path, reason)| {
        let error = Listeners::bind_unix(path, &UnixOptions::default()).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.starts_with(reason), "{source}");
    });
    assert!(plain.is_file());
}

fn a_failed_start_leaves_no_file() {
    let folder = Folder::new();
    let path = folder.join("socket");
    let server = Server::builder().listeners(bound(&path));
    assert!(
        server
            .directory(folder.join("missing"))
            .start_blocking()
            .is_err()
    );
    assert!(!path.exists());
}

/// The process that made it may hand it over again.
fn an_inherited_socket_keeps_its_file() {
    let folder = Folder::new();
    folder.file("a", "a");
    let path = folder.join("socket");
    let ours = UnixListener::bind(&path).unwrap();
    let inherited = [OwnedFd::from(ours.try_clone().unwrap())];
    let listeners = Listeners::inherit(inherited).unwrap();
    let shown = listeners.places().unwrap()[0].to_string();
    assert_eq!(shown, format!("unix:{}", path.display()));
    let (running, _log) = served(&folder, listeners, Limits::default());
    assert_eq!(Client::at(&path).get("/a", "").text(), "a");
    running.stop().wait().unwrap();
    assert!(is_socket(&path));
}
