//! A component that fails loses its own connections. Nothing else is affected.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use porthole::{Error, Limits, Program, Server, Stopped};

use crate::support::{Client, Folder, Hosted, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_trap_ends_one_workers_connections_only,
        the_listener_outlives_the_instance,
        a_panic_on_a_workers_thread_ends_no_worker,
        a_component_that_does_not_start_is_an_error,
        a_replaced_version_finishes_what_it_began,
        a_component_that_spins_does_not_hold_up_the_end,
    ]
}

fn start(role: &str, limits: Limits) -> Result<(Folder, Hosted), Error> {
    let folder = Folder::new();
    let arguments = |granted: SocketAddr| vec![role.to_owned(), format!("--listen={granted}")];
    let hosted = Hosted::start(artifacts::ESCAPE, &folder, arguments, limits)?;
    Ok((folder, hosted))
}

/// Returns a server of one worker for that component, and its address.
pub fn talking_server(folder: &Folder) -> (SocketAddr, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder()
        .component(Program::compile(artifacts::ESCAPE).unwrap())
        .directory(folder.path())
        .listeners(vec![listener])
        .without_listen_arguments()
        .arguments(["serve".to_owned(), format!("--listen={address}")])
        .limits(Limits {
            workers: 1,
            ..Limits::default()
        });
    (address, server)
}

/// Starts a server whose component sends back what it receives, and carries out orders.
pub fn talking(workers: usize) -> (Folder, Hosted) {
    let limits = Limits {
        workers,
        memory: 16 << 20,
        ..Limits::default()
    };
    start("serve", limits).unwrap()
}

/// Sends `words` and expects them back. An order (`!trap`) is sent back before it is
/// carried out.
pub fn says_back(client: &mut Client, words: &str) {
    client.send(words);
    let mut back = vec![0; words.len()];
    let mut at = 0;
    while at < back.len() {
        let count = client.read_some(&mut back[at..]);
        assert!(count > 0, "closed");
        at += count;
    }
    assert_eq!(back, words.as_bytes());
}

/// Two workers have a connection each, because the dispatcher chooses the worker with the
/// fewest.
fn a_trap_ends_one_workers_connections_only() {
    let (_folder, hosted) = talking(2);
    let (mut served, mut trapping) = (hosted.client(), hosted.client());
    says_back(&mut served, "before");
    says_back(&mut trapping, "before");
    says_back(&mut trapping, "!trap");
    assert_eq!(trapping.read_until_cut(), 0);
    says_back(&mut served, "the other worker notices nothing");
    // These connect at once, while the failed worker may still be down.
    for _ in 0..20 {
        says_back(&mut hosted.client(), "the next connection is accepted");
    }
    let notice = hosted.notices().wait_for("failed");
    assert!(
        notice.contains("unreachable") && notice.contains("it is started again"),
        "{notice}"
    );
    says_back(&mut served, "after");
    let failures = hosted.notices().so_far();
    assert_eq!(failures.len(), 1, "{failures:#?}");
}

/// With only one worker, connections wait for its next instance.
fn the_listener_outlives_the_instance() {
    let (_folder, hosted) = talking(1);
    for _ in 0..3 {
        let mut client = hosted.client();
        says_back(&mut client, "before");
        says_back(&mut client, "!trap");
        // These connect before the trap can be noticed, and are served after it.
        let mut waiting: Vec<_> = (0..10).map(|_| hosted.client()).collect();
        assert_eq!(client.read_until_cut(), 0);
        for client in &mut waiting {
            // The connections that the failed instance had already taken ended with it.
            client.try_send("after");
            let survived = client.read_until(5);
            assert!(matches!(survived, 0 | 5), "{survived} bytes");
        }
        says_back(&mut hosted.client(), "the next one");
    }
}

/// A program that embeds the host may panic in the functions that the host calls.
fn a_panic_on_a_workers_thread_ends_no_worker() {
    let folder = Folder::new();
    let (address, server) = talking_server(&folder);
    let reports = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reports);
    let running = server
        .on_event(move |event| {
            if event.is_warning() {
                counted.fetch_add(1, Ordering::Relaxed);
                panic!("meant to happen: {event}");
            }
        })
        .start_blocking()
        .unwrap();
    let mut client = Client::connect(address);
    says_back(&mut client, "before");
    says_back(&mut client, "!trap");
    assert_eq!(client.read_until_cut(), 0);
    says_back(&mut Client::connect(address), "after");
    assert_eq!(reports.load(Ordering::Relaxed), 1);
    let drained = running.drain(Duration::from_secs(10));
    assert_eq!(drained.wait().unwrap(), Stopped::Drained);
}

fn a_component_that_does_not_start_is_an_error() {
    type Expected = fn(&Error) -> bool;
    let rows: &[(&str, Expected)] = &[
        ("trap", |error| matches!(error, Error::NotListening { .. })),
        ("error", |error| matches!(error, Error::InvalidArguments)),
        ("wait", |error| matches!(error, Error::NotListening { .. })),
    ];
    each(rows, |(role, expected)| {
        let limits = Limits {
            workers: 2,
            start: Duration::from_millis(300),
            ..Limits::default()
        };
        let error = start(role, limits).err().expect(role);
        assert!(expected(&error), "{role}: {error}");
    });
}

fn a_replaced_version_finishes_what_it_began() {
    let (folder, hosted) = talking(1);
    let mut old = hosted.client();
    says_back(&mut old, "before");
    hosted.replace(artifacts::ESCAPE, &folder).unwrap();
    let mut new = hosted.client();
    says_back(&mut new, "on the new version");
    says_back(&mut old, "on the old version");
    // The new version fails and starts again, and the old one is not affected.
    says_back(&mut new, "!trap");
    assert_eq!(new.read_until_cut(), 0);
    says_back(&mut hosted.client(), "on the new version, again");
    says_back(&mut old, "still on the old version");
    assert!(hosted.replace(b"no component", &folder).is_err());
    says_back(&mut hosted.client(), "what works goes on");
    drop(old);
    assert_eq!(hosted.drain(), Stopped::Drained);
}

fn a_component_that_spins_does_not_hold_up_the_end() {
    let limits = Limits {
        workers: 1,
        grace: Duration::ZERO,
        ..Limits::default()
    };
    let (_folder, hosted) = start("serve", limits).unwrap();
    let mut client = hosted.client();
    says_back(&mut client, "before");
    says_back(&mut client, "!endless loop");
    let asked = Instant::now();
    assert_eq!(hosted.drain(), Stopped::Cut);
    assert!(
        asked.elapsed() < Duration::from_secs(4),
        "{:?}",
        asked.elapsed()
    );
}
